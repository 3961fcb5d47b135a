"""GraphQL over HTTP: the audits of the graphql-http suite, as they come from npm."""

from typing import Any

import pytest

from tests.conformance.node import told
from tests.schema.campus import Campus

LISTED = """
    22EB 4655 47DE 80D8 82A3 BF61 78D5 2C94 5A70 9C48 9ABE 03D4 A5BF 423L LKJ0 LKJ1 LKJ2
    LKJ3 34A2 13EE 6C00 6C01 6C02 6C03 8161 B8B3 94B0 0220 94B1 0221 94B2 0222 4760 4761 4762 4763
    2EA1 28B9 D6D5 6A70 58B0 58B1 58B2 58B3 428F 1B7A B6DC BCF8 B7N8 8764 3E3A 572B FDE2 7B9B 865D
    556A D586 51FE 74FF 5E5B 86EE
"""
AUDITS = LISTED.split()

Audits = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def audits(campus: Campus) -> Audits:
    results = told("audits", url=f"http://127.0.0.1:{campus.port}/graphql")
    return {result["id"]: result for result in results}


def test_the_suite_has_these_audits(audits: Audits) -> None:
    assert sorted(audits) == sorted(AUDITS)


@pytest.mark.parametrize("audit", AUDITS)
def test_audit(audits: Audits, audit: str) -> None:
    result = audits[audit]
    assert result["status"] == "ok", f"{result['name']}: {result.get('reason')}"
