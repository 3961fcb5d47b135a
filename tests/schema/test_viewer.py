"""Who asks: what a token must be to be believed, and what happens to the others."""

import base64
import json
from collections.abc import Generator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from schema.errors import ApiError
from schema.viewer import Tokens
from tests.schema.campus import Campus
from tests.schema.listening import listening
from tests.schema.serving import serving
from write_side.events import Role

ASK = "{ viewer { role name student { id } } }"


def claims(**changed: Any) -> dict[str, Any]:
    """What a registrar's token says, with some of it changed; None leaves a claim out."""
    said = {
        "iss": "rollbook",
        "aud": "rollbook",
        "sub": "someone",
        "role": "registrar",
        "exp": datetime.now(UTC) + timedelta(hours=1),
    } | changed
    return {name: value for name, value in said.items() if value is not None}


def signed(campus: Campus, **changed: Any) -> str:
    return jwt.encode(claims(**changed), campus.service.tokens.secret, algorithm="HS256")


def test_no_token_is_anonymous(campus: Campus) -> None:
    viewer = {"role": "ANONYMOUS", "name": "anonymous", "student": None}
    assert campus.post(ASK).data["viewer"] == viewer


@pytest.mark.parametrize("role", ["registrar", "REGISTRAR", "Listener", "privacy_officer"])
def test_a_role_may_be_written_either_way(campus: Campus, role: str) -> None:
    assert campus.post(ASK, signed(campus, role=role)).data["viewer"]["role"] == role.upper()


def test_only_a_student_s_token_makes_a_student(campus: Campus) -> None:
    student = campus.student()
    token = campus.token(Role.LISTENER, student, name="curious")

    assert campus.ask(ASK, token)["viewer"]["student"] is None
    assert campus.ask(ASK, campus.student_token(student))["viewer"]["student"] == {"id": student}


BAD: dict[str, dict[str, Any]] = {
    "expired": {"exp": datetime(2020, 1, 1, tzinfo=UTC)},
    "without an end": {"exp": None},
    "of another issuer": {"iss": "elsewhere"},
    "for another service": {"aud": "elsewhere"},
    "without an audience": {"aud": None},
    "of nobody": {"sub": None},
    "without a role": {"role": None},
    "in an unknown role": {"role": "dean"},
    "as the system": {"role": "system"},
    "as anonymous": {"role": "anonymous"},
    "of a student who is not said": {"role": "student"},
    "of a garbled student": {"role": "student", "student": "x"},
    "of a numbered student": {"role": "student", "student": 7},
    "not yet valid": {"nbf": datetime(2199, 1, 1, tzinfo=UTC)},
}


@pytest.mark.parametrize("wrong", BAD)
def test_a_token_that_is_not_right_is_not_believed(campus: Campus, wrong: str) -> None:
    answer = campus.post(ASK, signed(campus, **BAD[wrong]))

    assert (answer.status, answer.codes) == (401, ["UNAUTHENTICATED"])
    assert answer.headers["www-authenticate"] == "Bearer"
    assert "data" not in answer.body


def forged() -> dict[str, str]:
    said = claims(exp=2_000_000_000)
    none = jwt.encode(said, None, algorithm="none")
    head, body, tail = jwt.encode(said, "x" * 32, algorithm="HS256").split(".")
    other = base64.urlsafe_b64encode(json.dumps({"alg": "HS512"}).encode()).decode().rstrip("=")
    return {
        "without signature": none,
        "another secret": f"{head}.{body}.{tail}",
        "another algorithm": f"{other}.{body}.{tail}",
        "not a token": "garbled",
        "two parts": f"{head}.{body}",
        "empty parts": "..",
        "very long": "x" * 9_000,
    }


@pytest.mark.parametrize("kind", forged())
def test_a_forged_token_is_not_believed(campus: Campus, kind: str) -> None:
    answer = campus.post(ASK, forged()[kind])

    assert (answer.status, answer.codes) == (401, ["UNAUTHENTICATED"])


@pytest.mark.parametrize("header", ["", "Bearer", "Basic abc", "token abc"])
def test_a_header_that_is_no_bearer_is_not_taken_for_nobody(campus: Campus, header: str) -> None:
    answer = campus.post(ASK, None, {"authorization": header})

    assert (answer.status, answer.codes) == (401, ["UNAUTHENTICATED"])


def test_a_socket_lives_as_long_as_its_token(campus: Campus) -> None:
    soon = (datetime.now(UTC) + timedelta(seconds=2)).timestamp()
    with listening(campus.ws, signed(campus, exp=soon)) as socket:
        socket.subscribe("subscription { views { lag } }")
        while True:
            try:
                socket.receive()
            except Exception:
                break
        assert socket.connection.close_code == 4403


@dataclass
class Provider:
    """An identity provider with one key, and how often it was asked."""

    key: rsa.RSAPrivateKey
    address: str = ""
    asked: int = 0

    def token(self, kid: str = "one", **changed: Any) -> str:
        return jwt.encode(claims(**changed), self.key, algorithm="RS256", headers={"kid": kid})


@pytest.fixture(scope="module")
def provider() -> Generator[Provider, None, None]:
    provider = Provider(rsa.generate_private_key(public_exponent=65_537, key_size=2_048))
    public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(provider.key.public_key()))

    def keys(_request: Any) -> JSONResponse:
        provider.asked += 1
        return JSONResponse({"keys": [public | {"kid": "one", "alg": "RS256", "use": "sig"}]})

    with serving(Starlette(routes=[Route("/jwks", keys)])) as port:
        provider.address = f"http://127.0.0.1:{port}/jwks"
        yield provider


def test_a_provider_s_keys_are_believed_and_the_shared_secret_no_more(provider: Provider) -> None:
    tokens = Tokens("secret" * 8, jwt.PyJWKClient(provider.address))

    assert tokens.viewer(provider.token()).role is Role.REGISTRAR
    stranger = Provider(rsa.generate_private_key(public_exponent=65_537, key_size=2_048))
    for token in (
        stranger.token(),
        provider.token(kid="two"),
        provider.token(aud="elsewhere"),
        tokens.make(Role.REGISTRAR, name="x"),
    ):
        with pytest.raises(ApiError) as refused:
            tokens.viewer(token)
        assert refused.value.code == "UNAUTHENTICATED"


def test_forged_keys_do_not_send_the_service_to_its_provider_each_time(provider: Provider) -> None:
    """Anybody can name a key that does not exist; the service waits for each answer."""
    tokens = Tokens("secret" * 8, jwt.PyJWKClient(provider.address))
    before = provider.asked

    for number in range(20):
        with pytest.raises(ApiError):
            tokens.viewer(provider.token(kid=f"forged-{number}"))

    assert provider.asked - before <= 3
    assert tokens.viewer(provider.token()).role is Role.REGISTRAR
