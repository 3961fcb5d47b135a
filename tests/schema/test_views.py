"""The views about themselves: how far each is and what it could not take in."""

import pytest

from read_side.views import VIEWS
from tests.schema.campus import Campus
from write_side.events import TermOpened

DOCUMENT = "{ views { name position lag generation parked { position error at } } }"


def test_every_view_says_how_far_it_is(campus: Campus) -> None:
    campus.term()

    views = campus.ask(DOCUMENT)["views"]

    assert {view["name"] for view in views} == {view.name for view in VIEWS}
    for view in views:
        assert (view["position"], view["lag"]) == (str(campus.head), 0)
        assert (view["generation"], view["parked"]) == (1, [])


def test_a_fact_that_a_view_cannot_take_in_is_told_and_holds_up_nobody(
    campus: Campus, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = next(view for view in campus.service.store.views.values() if view.name == "catalog")

    def stumbling(recorded: object, session: object) -> None:
        if isinstance(getattr(recorded, "fact", None), TermOpened):
            raise ValueError("the text of the error may say what nobody should read")
        project(recorded, session)  # type: ignore[arg-type]

    project = broken.project
    monkeypatch.setitem(vars(broken), "project", stumbling)
    payload = campus.made(
        "openTerm", code="BAD", name="x", startsOn="2026-01-01", endsOn="2026-02-01"
    )

    views = {view["name"]: view for view in campus.ask(DOCUMENT)["views"]}

    parked = views["catalog"]["parked"]
    assert [(each["position"], each["error"]) for each in parked] == [
        (payload["position"], "ValueError")
    ]
    assert [name for name, view in views.items() if view["parked"]] == ["catalog"]
    assert {view["lag"] for view in views.values()} == {0}
    monkeypatch.undo()
    assert campus.term(), "what comes after it is taken in"
