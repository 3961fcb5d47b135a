"""Documents by their hash, and a service that runs no others."""

import json
from pathlib import Path
from typing import Any

import pytest

from schema.errors import Failure
from schema.execution import Executor, Request, read_request
from schema.trusted import NoManifest, Trusted, hash_of, open_trusted
from tests.schema.campus import campus_at
from tests.schema.listening import listening
from tests.schema.transport.toy import toy_schema

HELLO, WHO = "{ hello }", "{ who }"


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    return written(tmp_path / "documents.json", HELLO)


def written(file: Path, *texts: str) -> Path:
    file.write_text(json.dumps({hash_of(text): text for text in texts}))
    return file


def executor(*files: Path, only: bool = False) -> Executor:
    return Executor(toy_schema(), trusted=Trusted(*files, only=only))


def asked(of: Executor, **body: Any) -> Request:
    request = of.read(body)
    of.prepare(request)
    return request


def faults(of: Executor, **body: Any) -> list[dict[str, Any]]:
    with pytest.raises(Failure) as caught:
        asked(of, **body)
    return list(caught.value.faults)


def by_hash(text: str) -> dict[str, Any]:
    return {"documentId": f"sha256:{hash_of(text)}"}


def persisted(text: str) -> dict[str, Any]:
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": hash_of(text)}}}


@pytest.mark.parametrize("named", [by_hash, persisted])
def test_a_document_is_named_by_its_hash(manifest: Path, named: Any) -> None:
    assert asked(executor(manifest), **named(HELLO)).query == HELLO


def test_an_unknown_one_is_said_to_be_unknown_in_the_client_s_words(manifest: Path) -> None:
    (fault,) = faults(executor(manifest), **by_hash(WHO))
    assert fault["extensions"] == {"code": "BAD_REQUEST", "unknownDocument": True}
    (fault,) = faults(executor(manifest), **persisted(WHO))
    assert fault["message"] == "PersistedQueryNotFound"


def test_what_a_stranger_sends_with_its_hash_is_run_and_not_registered(manifest: Path) -> None:
    service = executor(manifest)
    assert asked(service, query=WHO, **persisted(WHO)).query == WHO
    assert faults(service, **persisted(WHO))


def test_a_text_with_another_s_hash_is_refused(manifest: Path) -> None:
    (fault,) = faults(executor(manifest), query=WHO, **by_hash(HELLO))
    assert fault["extensions"]["code"] == "BAD_REQUEST"


@pytest.mark.parametrize(
    "body", [{"documentId": 5}, {"extensions": {"persistedQuery": "x"}}, {"documentId": "md5:00"}]
)
def test_nonsense_is_refused(manifest: Path, body: dict[str, Any]) -> None:
    with pytest.raises(Exception, match=r"must|known"):
        asked(executor(manifest), **body)


def test_where_only_they_are_trusted_no_other_runs(manifest: Path) -> None:
    service = executor(manifest, only=True)
    assert asked(service, query=HELLO).query == HELLO
    (fault,) = faults(service, query=WHO)
    assert fault["extensions"]["code"] == "FORBIDDEN"


def test_a_manifest_that_is_built_anew_is_read_and_the_old_one_stays_known(manifest: Path) -> None:
    service = executor(manifest, only=True)
    written(manifest, WHO)
    assert asked(service, **by_hash(WHO)).query == WHO
    assert asked(service, **by_hash(HELLO)).query == HELLO


@pytest.mark.parametrize("content", ["", "[]", '{"00": "{ hello }"}', "{"])
def test_a_manifest_of_no_use_is_said_at_the_start(tmp_path: Path, content: str) -> None:
    file = tmp_path / "documents.json"
    file.write_text(content)
    with pytest.raises(NoManifest):
        open_trusted(tmp_path / "none.json", file, only=False)


def test_trusting_nothing_is_no_service(tmp_path: Path) -> None:
    with pytest.raises(NoManifest, match="needs a manifest"):
        open_trusted(tmp_path / "none.json", None, only=True)
    with pytest.raises(NoManifest, match="no manifest"):
        open_trusted(tmp_path / "none.json", tmp_path / "neither.json", only=False)


def test_a_request_without_a_document_is_refused() -> None:
    with pytest.raises(Exception, match="query"):
        read_request({})


def test_over_every_transport(tmp_path: Path) -> None:
    section = "subscription($id: ID!) { section(id: $id) { code } }"
    sections = "{ sections(first: 1) { edges { node { code } } } }"
    file = written(tmp_path / "more.json", section, sections)
    with campus_at(tmp_path / "data", documents="trusted", documents_file=file) as campus:
        named = {"documentId": f"sha256:{hash_of(sections)}"}
        assert campus.send(named).data == {"sections": {"edges": []}}
        got = campus.client.get("/graphql", params=named)
        assert got.json()["data"] == {"sections": {"edges": []}}
        assert campus.post("{ __typename }").codes == ["FORBIDDEN"]
        with listening(campus.ws) as socket:
            socket.send(id="a", type="subscribe", payload={"query": "{ __typename }"})
            assert [error["extensions"]["code"] for error in socket.errors()] == ["FORBIDDEN"]
            payload = {"documentId": f"sha256:{hash_of(section)}", "variables": {"id": "x"}}
            socket.send(id="b", type="subscribe", payload=payload)
            # it is run, and finds that this is no id
            assert [error["extensions"]["code"] for error in socket.errors()] == ["BAD_REQUEST"]
