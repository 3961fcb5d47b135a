"""U+0000 in any text of a request is refused, the same on every store."""

import pytest

from tests.schema.campus import Campus

COMMAND = "query($id: ID!) { command(id: $id) { name } }"
LITERAL = 'query { command(id: "a%sb") { name } }'


@pytest.mark.parametrize("id", ["\0", "a\0b", ["\0"], {"\0": 1}])
def test_in_variables(campus: Campus, id: object) -> None:
    answer = campus.post(COMMAND, campus.registrar, id=id)

    assert answer.codes == ["BAD_REQUEST"]
    assert answer.status == 400


@pytest.mark.parametrize("escape", [r"\u0000", r"\u{0}", r"\u{000}"])
def test_in_a_document(campus: Campus, escape: str) -> None:
    answer = campus.post(LITERAL % escape, campus.registrar)

    assert answer.codes == ["BAD_REQUEST"]
    assert "U+0000" in answer.errors[0]["message"]


@pytest.mark.parametrize("text", [r"\\u0000", r"\u0001", r"\u00e4"])
def test_what_only_looks_like_it_is_text(campus: Campus, text: str) -> None:
    assert campus.post(LITERAL % text, campus.registrar).data == {"command": None}
