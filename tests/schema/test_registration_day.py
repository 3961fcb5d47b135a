"""Every command of registration day: done, refused, tried dry, sent twice, and by whom."""

import pytest

from tests.schema.campus import Campus, Data, broken, ids_like
from tests.schema.examples import names
from tests.schema.scenes import SCENES, Scene
from write_side.events import Role

HERE = pytest.mark.parametrize("name", SCENES)
# told of in modules of their own: they have no facts of one command
ELSEWHERE = {"validateCart", "enrollMany", "eraseStudent"}  # the last is in test_erasure.py
OLD = {
    "openTerm",
    "addCourse",
    "reviseCourse",
    "scheduleSection",
    "changeCapacity",
    "registerStudent",
    "changeContact",
    "enroll",
    "cancelEnrollment",
    "withdraw",
    "addToCart",
    "removeFromCart",
}


def types(payload: Data) -> list[str]:
    return [fact["type"] for fact in payload["facts"]]


def test_every_command_has_a_scene() -> None:
    missing = set(names("mutation")) - set(SCENES) - ELSEWHERE - OLD
    assert not missing, f"write scenes for {missing} in tests/schema/scenes.py"


@HERE
def test_it_is_done_and_the_facts_say_how(campus: Campus, name: str) -> None:
    scene = SCENES[name](campus)

    payload = campus.made(name, **scene.input)

    assert types(payload) == scene.types
    assert payload["position"] == payload["facts"][-1]["position"]
    assert all(fact["commandId"] == payload["commandId"] for fact in payload["facts"])
    assert all(fact["summary"] for fact in payload["facts"])


@HERE
def test_it_is_refused_with_a_reason_and_leaves_no_fact(campus: Campus, name: str) -> None:
    scene = SCENES[name](campus)
    head = campus.head

    payload = campus.do(name, **scene.vain)

    assert [code for code, _ in broken(payload)] == scene.codes
    assert (payload["facts"], payload["position"], campus.head) == ([], None, head)


@HERE
def test_dry_it_says_what_would_happen_and_nothing_does(campus: Campus, name: str) -> None:
    scene = SCENES[name](campus)
    head = campus.head

    dry = campus.made(name, **scene.input, dryRun=True, commandId=f"dry-{name}")

    assert (types(dry), dry["position"], campus.head) == (scene.types, None, head)
    receipt = campus.ask(f'{{ command(id: "dry-{name}") {{ id }} }}', campus.registrar)
    assert receipt["command"] is None
    assert types(campus.made(name, **scene.input, commandId=f"dry-{name}")) == scene.types


@HERE
def test_dry_it_is_refused_like_the_real_thing(campus: Campus, name: str) -> None:
    scene = SCENES[name](campus)

    dry, real = campus.do(name, **scene.vain, dryRun=True), campus.do(name, **scene.vain)

    assert dry["refusals"] == real["refusals"]


@HERE
@pytest.mark.parametrize("wish", ["input", "vain"])
def test_sent_twice_it_has_one_effect_and_one_answer(campus: Campus, name: str, wish: str) -> None:
    scene = SCENES[name](campus)
    given = getattr(scene, wish) | {"commandId": f"twice-{name}-{wish}"}

    first = campus.do(name, **given)
    head = campus.head

    assert campus.do(name, **given) == first
    assert campus.head == head
    assert bool(first["refusals"]) is (wish == "vain")


@HERE
def test_the_id_again_for_another_wish_is_refused(campus: Campus, name: str) -> None:
    scene = SCENES[name](campus)
    campus.made(name, **scene.input, commandId=f"other-{name}")

    payload = campus.do(name, **scene.vain, commandId=f"other-{name}")

    assert broken(payload) == [("INVALID_INPUT", ["input", "commandId"])]


@HERE
def test_whoever_may_does_it_and_nobody_else(campus: Campus, name: str) -> None:
    scene = SCENES[name](campus)
    head = campus.head

    for token in (campus.token(Role.LISTENER), stranger(campus), *no_student(campus, scene)):
        answer = campus.try_(name, "", token, **scene.input)
        assert answer.codes == ["FORBIDDEN"], answer.body
        assert campus.head == head
        campus.service.catch_up()
    if scene.student is not None:
        own = campus.made(name, "", campus.student_token(scene.student), **scene.input)
        assert types(own) == scene.types


def stranger(campus: Campus) -> str:
    """Somebody registered before all scenes: their token is of another student."""
    return campus.student_token(ids_like("Student", 0xBAD))


def no_student(campus: Campus, scene: Scene) -> list[str]:
    """The student's own token, where this is for staff alone."""
    if scene.student is None and "student" in scene.input:
        return [campus.student_token(scene.input["student"])]
    return []


@HERE
def test_the_receipt_says_who_did_it_through_what(campus: Campus, name: str) -> None:
    scene = SCENES[name](campus)
    token = campus.registrar if scene.student is None else campus.student_token(scene.student)
    campus.made(name, "", token, **scene.input, commandId=f"receipt-{name}")

    receipt = campus.ask(
        "query($i: ID!) { command(id: $i) { name status actor { role channel } facts { type } } }",
        token,
        i=f"receipt-{name}",
    )["command"]

    who = ("REGISTRAR", "STAFF") if scene.student is None else ("STUDENT", "SELF")
    assert (receipt["status"], types(receipt)) == ("ACCEPTED", scene.types)
    assert receipt["actor"] == {"role": who[0], "channel": who[1]}
    assert receipt["name"] == name
