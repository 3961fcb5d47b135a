"""Apollo Client and urql, as somebody's browser would use them."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.conformance.node import Client, client
from tests.schema.campus import Campus

Data = dict[str, Any]


@dataclass
class Page:
    """One page of a front end: a client with an empty cache, opened after all that was recorded."""

    campus: Campus
    client: Client

    def open(self, token: str | None = None, **options: Any) -> None:
        """Forget everything, and be somebody from here on."""
        self.campus.service.catch_up()
        types = self.campus.client.get("/possibleTypes.json").json()
        url = f"http://127.0.0.1:{self.campus.port}/graphql"
        self.client.open(**{"url": url, "token": token, "possibleTypes": types} | options)

    def ask(self, act: str, document: str, **given: Any) -> Data:
        """The data that a query or a mutation gives; `from_` says whether the cache may."""
        answer = self.told(act, document, **given)
        assert answer["errors"] is None, answer
        data: Data = answer["data"]
        return data

    def told(self, act: str, document: str, from_: str | None = None, **variables: Any) -> Data:
        """The whole of what the client makes of an answer: data and errors."""
        where = {} if from_ is None else {"from": from_}
        answer: Data = self.client.do(act, document=document, variables=variables, **where)
        return answer

    def watch(self, name: str, document: str, **variables: Any) -> None:
        """Let a component show a query; it is heard under this name whenever it changes."""
        self.client.do("watch", name=name, document=document, variables=variables)

    def listen(self, name: str, document: str, **variables: Any) -> None:
        self.client.do("listen", name=name, document=document, variables=variables)

    def shown(self, name: str) -> Data:
        """What a component shows next."""
        return self._data(self.said(name))

    def said(self, name: str) -> Data:
        """The same with its errors, which may be there."""
        said: Data = self.client.hear(name)
        return said

    def shown_until(self, name: str, found: Callable[[Data], bool]) -> Data:
        """What a component shows in the end; on its way there it may show more."""
        said = self.client.hear_until(name, lambda each: found(self._data(each)))
        return self._data(said[-1])

    def more(self, name: str, **variables: Any) -> None:
        """Let a component that shows a page of a connection show the next one too."""
        self.client.do("more", name=name, variables=variables)

    @property
    def requests(self) -> int:
        """How many HTTP requests it has sent."""
        return len(self.sent)

    @property
    def sent(self) -> list[str]:
        """The methods of the HTTP requests it has sent."""
        methods: list[str] = self.client.do("sent")
        return methods

    @staticmethod
    def _data(said: Data) -> Data:
        assert said["errors"] is None, said
        data: Data = said["data"]
        return data


@contextmanager
def browsing(campus: Campus, script: str) -> Generator[Page, None, None]:
    with client(script) as running:
        yield Page(campus, running)
