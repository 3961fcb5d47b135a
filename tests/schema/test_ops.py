"""What operators look at: health, metrics that move, and the schema as a file."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from schema.root import possible_types, sdl
from tests.schema.campus import Campus, held_up, seat

ADD = "mutation($c: AddCourseInput!) { addCourse(input: $c) { position } }"


def metrics(campus: Campus) -> dict[str, float]:
    """Every sample, named as in the text: name{label="value"}."""
    answer = campus.client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return {
        sample.name + "".join(f" {key}={value}" for key, value in sorted(sample.labels.items())):
        sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }  # fmt: skip


def test_it_is_alive(campus: Campus) -> None:
    answer = campus.client.get("/health/live")

    assert (answer.status_code, answer.json()) == (200, {"status": "live"})


def test_it_is_ready_while_the_views_keep_up(
    campus: Campus, monkeypatch: pytest.MonkeyPatch
) -> None:
    campus.service.catch_up()
    answer = campus.client.get("/health/ready")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready", "lag": 0})

    monkeypatch.setattr("schema.ops.READY_LAG", 2)
    with held_up(campus, monkeypatch):
        for number in range(3):
            course = {"code": f"LATE {number}", "title": "x", "credits": 1}
            campus.post(ADD, campus.registrar, c=course)
        late = campus.client.get("/health/ready")

    assert (late.status_code, late.json()) == (503, {"status": "behind", "lag": 3})
    assert campus.client.get("/health/ready").json()["status"] == "ready"


def test_the_metrics_move(campus: Campus) -> None:
    given = seat(campus.student(), campus.section(capacity=1))
    before = metrics(campus)

    campus.enroll(**given)
    campus.do("enroll", **given)
    campus.do("enroll", **given, dryRun=True)
    campus.service.catch_up()
    after = metrics(campus)

    def moved(name: str) -> float:
        return after[name] - before.get(name, 0)

    assert moved("rollbook_commands_total command=enroll outcome=accepted") == 1
    assert moved("rollbook_commands_total command=enroll outcome=refused") == 1
    assert moved("rollbook_log_position") == 2
    assert after["rollbook_log_position"] == campus.head
    assert after["rollbook_view_lag view=catalog"] == 0
    assert after["rollbook_commands_waiting"] == 0


def test_the_time_of_commands_is_measured(campus: Campus) -> None:
    before = metrics(campus)["rollbook_command_seconds_count"]

    campus.student()

    assert metrics(campus)["rollbook_command_seconds_count"] == before + 1


def test_every_view_has_a_lag(campus: Campus) -> None:
    told = metrics(campus)
    for name in campus.service.store.views:
        assert f"rollbook_view_lag view={name}" in told


def test_the_schema_is_a_file(campus: Campus) -> None:
    answer = campus.client.get("/schema.graphql")

    assert (answer.status_code, answer.text) == (200, sdl())
    assert answer.headers["content-type"].startswith("text/plain")


def test_what_interfaces_and_unions_may_be_is_a_file(campus: Campus) -> None:
    answer = campus.client.get("/possibleTypes.json")

    assert (answer.status_code, answer.text) == (200, possible_types())
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    "path",
    ["/health/live", "/health/ready", "/metrics", "/schema.graphql", "/possibleTypes.json"],
)
def test_nothing_there_is_for_posting(campus: Campus, path: str) -> None:
    assert campus.client.post(path).status_code == 405
