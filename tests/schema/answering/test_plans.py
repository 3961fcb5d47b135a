"""Whatever is asked, plans answer as graphql-core does: the same data in the same order, the same
errors at the same places. ROLLBOOK_PLANS_EXAMPLES says of how many documents, for the nights."""

import os
from collections import Counter
from collections.abc import Generator
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.schema.answering.authoring import Author
from tests.schema.answering.term import Things, filled
from tests.schema.answering.twins import Twins, twins_at

EXAMPLES = int(os.environ.get("ROLLBOOK_PLANS_EXAMPLES", "150"))


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> Generator[Twins, None, None]:
    with twins_at(tmp_path_factory.mktemp("campus")) as twins:
        yield twins


@pytest.fixture(scope="module")
def things(twins: Twins) -> Things:
    return filled(twins.campus)


def test_any_document_is_answered_alike(twins: Twins, things: Things) -> None:
    campus = twins.campus
    who = {"anonymous": None, "staff": campus.registrar}
    who |= {"student": campus.student_token(things.student)}
    who |= {"other": campus.student_token(things.other)}
    viewers = {name: twins.viewer(token) for name, token in who.items()}
    seen: Counter[str] = Counter()

    @settings(max_examples=EXAMPLES)
    @given(st.randoms(use_true_random=True))
    def agreeing(random: Random) -> None:
        document = Author(random, twins.plain.schema, things.values).written()
        asking = ["staff", "student", random.choice([*viewers, "staff"])]
        for name in document.operations:
            for whom in asking:
                variables = document.setting(random, name)
                answer = twins.agree(document.text, viewers[whom], variables, name)
                seen.update(_kinds(answer, whom))

    agreeing()
    print(dict(seen))
    assert seen["answered"] > seen["not run"]
    assert {"FORBIDDEN", "BAD_REQUEST"} <= set(seen)


def _kinds(answer: dict[str, Any], whom: str) -> Generator[str, None, None]:
    yield whom
    yield "answered" if answer.get("data") else "null" if "data" in answer else "not run"
    for error in answer.get("errors", ()):
        yield error["extensions"]["code"]
        if error["extensions"]["code"] == "INTERNAL" or "data" not in answer:
            yield error["message"][:30]
