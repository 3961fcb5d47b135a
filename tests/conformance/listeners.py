"""The reference clients of both streaming protocols, each on a wire that a test can cut."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.conformance.node import Client, client
from tests.proxy import Proxy, proxied
from tests.schema.campus import Campus

SCHEMES = {"graphql-ws": "ws", "graphql-sse": "http"}


@dataclass
class Listener:
    """One client; whatever it listens to it hears under a name."""

    script: str
    campus: Campus
    client: Client
    wire: Proxy

    def open(self, *tokens: str, **options: Any) -> None:
        """With the first token for the first connection, and so on; the last for all others."""
        url = f"{SCHEMES[self.script]}://127.0.0.1:{self.wire.port}/graphql"
        self.client.open(url=url, tokens=tokens or [None], **options)

    def listen(
        self, name: str, document: str, resumes: str | None = None, **variables: Any
    ) -> None:
        given = {"document": document, "variables": variables, "resumes": resumes}
        self.client.do("listen", name=name, **given)

    def leave(self, name: str) -> None:
        self.client.do("leave", name=name)

    def data(self, name: str) -> dict[str, Any]:
        """The next answer's, which must have no errors."""
        said = self.client.hear(name)
        assert isinstance(said, dict) and said.get("errors") is None and "data" in said, said
        data: dict[str, Any] = said["data"]
        return data

    @contextmanager
    def cut(self) -> Generator[None, None, None]:
        """No wire while this lasts, which is until the client has tried in vain; then a new one."""
        self.client.heard("connected")
        refused = self.wire.refused
        with self.wire.refusing():
            yield
            self.wire.wait_for("refused", refused + 1)
        self.client.hear("connected")


@contextmanager
def listener(campus: Campus, script: str) -> Generator[Listener, None, None]:
    with proxied("127.0.0.1", campus.port) as wire, client(script) as running:
        yield Listener(script, campus, running, wire)
