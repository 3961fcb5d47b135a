"""Feedback: why students leave, counted by reason, with their words for staff."""

import pytest

from tests.schema.campus import Campus, Data, in_days

DOCUMENT = """query WhyTheyLeave($term: String, $course: String, $first: Int = 10) {
  feedback(term: $term, course: $course) { reason count canceled withdrawn term { code }
    course { code } comments(first: $first) { at comment { text erased } } } }"""


def leave(
    campus: Campus, section: str, reason: str, comment: str | None = None, how: str = ""
) -> None:
    student = campus.student()
    campus.enroll(student, section)
    campus.made(
        how or "cancelEnrollment", student=student, section=section, reason=reason, comment=comment
    )


def test_reasons_are_counted_with_the_newest_comments_first(campus: Campus) -> None:
    term, course = campus.term(), campus.course()
    section = campus.section(term, course)
    leave(campus, section, "WORKLOAD", "too much")
    leave(campus, section, "WORKLOAD")
    leave(campus, section, "WORKLOAD", "far too much 😀")
    leave(campus, section, "HEALTH")

    found = campus.ask(DOCUMENT, campus.registrar, term=term, course=course)["feedback"]

    assert [(row["reason"], row["count"]) for row in found] == [("HEALTH", 1), ("WORKLOAD", 3)]
    said = [each["comment"] for each in found[1]["comments"]]
    assert said == [
        {"text": "far too much 😀", "erased": False},
        {"text": "too much", "erased": False},
    ]
    assert (found[1]["term"], found[1]["course"]) == ({"code": term}, {"code": course})
    newest = campus.ask(DOCUMENT, campus.registrar, term=term, first=1)["feedback"][1]["comments"]
    assert [each["comment"]["text"] for each in newest] == ["far too much 😀"]


def test_withdrawals_count_apart(campus: Campus) -> None:
    term = campus.term(dropDeadline=in_days(-1))
    leave(campus, campus.section(term), "FINANCIAL", how="withdraw")

    row = campus.ask(DOCUMENT, campus.registrar, term=term)["feedback"][0]

    assert (row["count"], row["canceled"], row["withdrawn"]) == (1, 0, 1)


def test_codes_narrow_it_down(campus: Campus) -> None:
    term, other, course = campus.term(), campus.term(), campus.course()
    leave(campus, campus.section(term, course), "OTHER")
    leave(campus, campus.section(other, course), "OTHER")
    leave(campus, campus.section(term), "OTHER")

    def places(**codes: str) -> list[tuple[str, str]]:
        rows: list[Data] = campus.ask(DOCUMENT, campus.registrar, **codes)["feedback"]
        return [(row["term"]["code"], row["course"]["code"]) for row in rows]

    assert len(places(term=term)) == 2
    assert sorted(places(course=course)) == sorted([(term, course), (other, course)])
    assert places(term=term, course=course) == [(term, course)]
    assert places(term="NOWHERE") == places(course="NOTHING") == []
    assert len(places()) >= 3


@pytest.mark.parametrize("first", [0, -1, 101, 2**31 - 1])
def test_a_senseless_number_of_comments_is_an_error(campus: Campus, first: int) -> None:
    leave(campus, campus.section(), "OTHER", "a word")

    after = {"Min-Position": str(campus.head)}
    answer = campus.post(DOCUMENT, campus.registrar, after, first=first)

    assert set(answer.codes) <= {"BAD_REQUEST", "TOO_COMPLEX"}
    assert answer.codes


def test_words_need_a_purpose(campus: Campus) -> None:
    leave(campus, campus.section(campus.term(code="SAID")), "OTHER", "a word in confidence")
    unnamed = '{ feedback(term: "SAID") { count comments { comment { text } } } }'

    answer = campus.post(unnamed, campus.registrar, {"Min-Position": str(campus.head)})

    assert answer.codes == ["FORBIDDEN"]
    assert answer.body["data"]["feedback"][0]["count"] == 1
    assert "confidence" not in str(answer.body)
