"""What a service says when it is up: where it is, and tokens to play with."""

from collections.abc import Iterator

from read_side.views import directory
from read_side.window import Window
from schema.context import Services
from schema.ids import global_id
from write_side.events import Role


def welcome(address: str, services: Services, number: str | None) -> Iterator[str]:
    """Line by line; one may be the student with this number, if there is one, or the registrar.
    Without a number nobody: what a service says may be kept where others read it."""
    yield f"Rollbook is at {address}/  playground {address}/playground  API {address}/graphql"
    if services.tokens.jwks is not None or number is None:
        return
    make = services.tokens.make
    people = {"the registrar": make(Role.REGISTRAR, name="registrar")}
    with services.store.reading() as session:
        for row in directory.students(session, Window(1), number=number).rows:
            name = f"student {row.number}, id {global_id('Student', row.id)}"
            own = make(Role.STUDENT, name=f"student:{row.id.hex}", student=row.id)
            people = {name: own, **people}
    for name, token in people.items():
        yield f"\nbe {name}:\n{token}\n{address}/#token={token}\n{address}/playground#token={token}"
