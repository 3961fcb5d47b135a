"""State subscriptions: the value now, then the newest after each change, with its position."""

import threading

import pytest

from tests.schema.campus import Campus, Data, ids_like, seat
from tests.schema.listening import listening, listening_slowly

SECTION = "subscription($id: ID!) { section(id: $id) { capacity enrolled updatedAt %s } }"
SCHEDULE = """subscription Mine($id: ID!) { student(id: $id) { name { text }
  enrollments(status: [ENROLLED]) { section { id enrolled } } cart { section { id } } } }"""


def positions(payloads: list[Data]) -> list[int]:
    """Every message says where it was read."""
    found = [payload.get("extensions", {}).get("position") for payload in payloads]
    assert None not in found, payloads
    return [int(position) for position in found]


@pytest.mark.parametrize("deeper", ["", "course { code } term { code }"])
def test_a_section_comes_at_once_and_again_after_each_change(campus: Campus, deeper: str) -> None:
    section = campus.section(capacity=1)
    campus.service.catch_up()
    with listening(campus.ws) as socket:
        socket.subscribe(SECTION % deeper, id=section)
        first = socket.next()
        assert first["data"]["section"]["capacity"] == 1
        for capacity in (5, 9):
            payload = campus.made("changeCapacity", section=section, capacity=capacity)
            [*_, last] = socket.until(lambda data, c=capacity: data["section"]["capacity"] == c)
            assert last["data"]["section"]["updatedAt"] == payload["position"]
            assert positions([last]) == [int(payload["position"])]


def test_a_position_is_never_later_than_what_it_stands_for(campus: Campus) -> None:
    """A client that resumes from the position of a message must not have missed anything."""
    section, stop = campus.section(), threading.Event()

    def change() -> None:
        capacity = 0
        while not stop.is_set():
            capacity += 1
            campus.made("changeCapacity", section=section, capacity=capacity)

    changing = threading.Thread(target=change)
    changing.start()
    try:
        with listening(campus.ws) as socket:
            socket.subscribe(SECTION % "course { code }", id=section)
            payloads = [socket.next() for _ in range(40)]
    finally:
        stop.set()
        changing.join()

    # only this section changes, so its own position is the log's at each moment
    told = [int(payload["data"]["section"]["updatedAt"]) for payload in payloads]
    assert positions(payloads) == told
    assert told == sorted(told)


def test_a_change_elsewhere_is_no_message(campus: Campus) -> None:
    mine, other = campus.section(capacity=1), campus.section(capacity=1)
    with listening(campus.ws) as socket:
        socket.subscribe(SECTION % "", id=mine)
        socket.next()
        campus.made("changeCapacity", "section { id }", section=other, capacity=7)
        campus.made("changeCapacity", "section { id }", section=mine, capacity=8)

        assert socket.value("section")["capacity"] == 8


def test_nothing_is_there_until_it_comes(campus: Campus) -> None:
    with listening(campus.ws) as socket:
        socket.subscribe(SECTION % "", id=ids_like("Section"))

        assert socket.value("section") is None


def test_several_sections_come_together_in_the_order_asked(campus: Campus) -> None:
    one, two, unknown = campus.section(), campus.section(), ids_like("Section")
    with listening(campus.ws) as socket:
        socket.subscribe(
            "subscription($ids: [ID!]!) { sections(ids: $ids) { id enrolled } }",
            ids=[two, unknown, one],
        )
        assert socket.value("sections") == [{"id": two, "enrolled": 0}, {"id": one, "enrolled": 0}]
        campus.enroll(campus.student(), one)
        seen = socket.until(lambda data: data["sections"][1]["enrolled"] == 1)
        assert seen[-1]["data"]["sections"][0] == {"id": two, "enrolled": 0}
        positions(seen)


def test_what_belongs_to_it_is_read_anew_each_time(campus: Campus) -> None:
    """Nothing that one message loaded is served again with the next."""
    course = campus.course(title="Old")
    section = campus.section(course=course)
    found = campus.ask("query($c: String!) { course(code: $c) { id } }", c=course)["course"]
    with listening(campus.ws) as socket:
        socket.subscribe(
            "subscription($id: ID!) { section(id: $id) { course { title } } }", id=section
        )
        assert socket.value("section") == {"course": {"title": "Old"}}
        campus.made("reviseCourse", course=found["id"], title="New")
        assert socket.value("section") == {"course": {"title": "New"}}


def test_a_student_s_schedule_follows_every_act(campus: Campus) -> None:
    student = campus.student(name="Live Person")
    section, considered = campus.section(), campus.section()
    with listening(campus.ws, campus.student_token(student)) as socket:
        socket.subscribe(SCHEDULE, id=student)
        first = socket.value("student")
        assert first == {"name": {"text": "Live Person"}, "enrollments": [], "cart": []}

        campus.enroll(student, section)
        [*_, now] = socket.until(lambda data: data["student"]["enrollments"] != [])
        # the schedule is of one moment with the catalog's seat
        assert now["data"]["student"]["enrollments"] == [
            {"section": {"id": section, "enrolled": 1}}
        ]
        campus.made("addToCart", **seat(student, considered))
        socket.until(lambda data: data["student"]["cart"] == [{"section": {"id": considered}}])
        campus.made("cancelEnrollment", **seat(student, section, reason="OTHER"))
        socket.until(lambda data: data["student"]["enrollments"] == [])
        campus.made("changeContact", student=student, name="New Name")
        seen = socket.until(lambda data: data["student"]["name"]["text"] == "New Name")
        positions([now, *seen])


def test_somebody_else_s_schedule_is_not_for_watching(campus: Campus) -> None:
    student, token = campus.student(), campus.student_token(campus.student())
    for who, code in ((token, "FORBIDDEN"), (None, "UNAUTHENTICATED")):
        with listening(campus.ws, who) as socket:
            socket.subscribe(SCHEDULE, id=student)
            assert [error["extensions"]["code"] for error in socket.errors()] == [code]


def test_views_tell_when_they_move(campus: Campus) -> None:
    with listening(campus.ws) as socket:
        socket.subscribe("subscription { views { name position lag } }")
        socket.next()
        campus.student()
        head = str(campus.head)
        socket.until(lambda data: {view["position"] for view in data["views"]} == {head})


@pytest.mark.parametrize(
    ("document", "variables", "code"),
    [
        (SECTION % "", {"id": "garbled"}, "BAD_REQUEST"),
        (SECTION % "", {"id": ids_like("Student")}, "BAD_REQUEST"),
        ("subscription($i: [ID!]!) { sections(ids: $i) { id } }", {"i": ["x"]}, "BAD_REQUEST"),
        (
            "subscription($i: [ID!]!) { sections(ids: $i) { id } }",
            {"i": [ids_like("Section")] * 101},
            "TOO_COMPLEX",
        ),
        ("subscription { facts(after: 7) { __typename } }", {}, "BAD_REQUEST"),
        ('subscription { facts(after: "x") { __typename } }', {}, "BAD_REQUEST"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_senseless_subscription_is_an_error_and_the_socket_lives(
    campus: Campus, document: str, variables: Data, code: str
) -> None:
    with listening(campus.ws, campus.registrar) as socket:
        socket.subscribe(document, **variables)
        assert [error["extensions"]["code"] for error in socket.errors()] == [code]
        assert socket.ask("{ viewer { role } }")["data"]["viewer"]["role"] == "REGISTRAR"


def test_a_slow_listener_skips_values_and_ends_with_the_newest(campus: Campus) -> None:
    """It reads nothing during sixty changes; what is waiting for it then is what the network
    holds, some 4 MB of large messages, and after that the newest value."""
    hall = {"days": ["MONDAY"], "startsAt": "10:00", "endsAt": "11:00", "place": "x" * 200}
    sections, changes = [campus.section(meetings=[hall] * 10), campus.section()], 60
    large = " ".join(f"a{n}: meetings {{ place }}" for n in range(10))
    document = f"subscription($ids: [ID!]!) {{ sections(ids: $ids) {{ capacity {large} }} }}"
    with listening_slowly(campus.ws) as socket:
        socket.subscribe(document, ids=sections * 20)
        socket.next()
        for capacity in range(1, changes + 1):
            campus.made("changeCapacity", section=sections[0], capacity=capacity)
        campus.made("changeCapacity", "section { id }", section=sections[1], capacity=1)

        seen = socket.until(
            lambda data: [s["capacity"] for s in data["sections"][:2]] == [changes, 1]
        )

    assert len(seen) < changes // 2
    told = [payload["data"]["sections"][0]["capacity"] or 0 for payload in seen]
    assert told == sorted(told)
