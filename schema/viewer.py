"""Who asks: made from a bearer token, or anonymous."""

import time
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import jwt

from schema.errors import ApiError
from schema.ids import key_of
from write_side.events import Role

ISSUER = "rollbook"
AUDIENCE = "rollbook"
REMEMBERED_SECONDS = 60.0  # a key that is withdrawn counts for nothing soon after
MOST_REMEMBERED = 2_000
ALGORITHMS = {"secret": "HS256", "jwks": "RS256"}


@dataclass(frozen=True)
class Viewer:
    """`student` is set for people who are students; `expires_at` is unix seconds."""

    name: str
    role: Role
    student: UUID | None = None
    expires_at: float | None = None

    @property
    def identity(self) -> Hashable:
        """Equal for those who are given equal answers."""
        return self.name, self.role, self.student

    @property
    def staff(self) -> bool:
        return self.role is Role.REGISTRAR

    @property
    def anonymous(self) -> bool:
        return self.role is Role.ANONYMOUS


ANONYMOUS = Viewer("anonymous", Role.ANONYMOUS)

# whoever may hold a token; SYSTEM acts from inside only
ROLES = frozenset(Role) - {Role.ANONYMOUS, Role.SYSTEM}


def viewer_for(role: Role, student: str | None) -> Viewer:
    """Whoever is to have this role; `student` is an id as the API shows it. ApiError says why
    nobody can."""
    if role not in ROLES:
        raise ApiError("BAD_REQUEST", f"nobody may hold a token for {role.value}")
    if role is not Role.STUDENT:
        return Viewer(role.value.lower(), role)
    if student is None:
        raise ApiError("BAD_REQUEST", "a student's token needs --student ID")
    key = key_of(student, "Student")
    return Viewer(f"student:{key.hex}", role, key)


@dataclass(frozen=True)
class Tokens:
    """Reads and, in development, makes tokens. With `jwks_url` keys come from there and tokens
    are RS256; otherwise both sides share `secret` (HS256)."""

    secret: str
    jwks: jwt.PyJWKClient | None = None
    _verified: "OrderedDict[str, tuple[Viewer, float]]" = field(
        default_factory=OrderedDict, init=False, repr=False, compare=False
    )

    def viewer(self, token: str | None) -> Viewer:
        """The viewer a token names; no token is ANONYMOUS, a bad one UNAUTHENTICATED. One that
        comes again within a minute is not verified again, but is over when it is over."""
        if token is None:
            return ANONYMOUS
        now = time.time()
        viewer, until = self._verified.get(token, (ANONYMOUS, 0.0))
        if now < until:
            self._verified.move_to_end(token)
            return viewer
        viewer = self._verify(token)
        assert viewer.expires_at is not None
        self._verified[token] = viewer, min(viewer.expires_at, now + REMEMBERED_SECONDS)
        if len(self._verified) > MOST_REMEMBERED:
            self._verified.popitem(last=False)
        return viewer

    def _verify(self, token: str) -> Viewer:
        try:
            key: Any = self.secret
            algorithm = ALGORITHMS["secret"]
            if self.jwks is not None:
                key = self.jwks.get_signing_key_from_jwt(token).key
                algorithm = ALGORITHMS["jwks"]
            claims = jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                issuer=ISSUER,
                audience=AUDIENCE,
                options={"require": ["exp", "iss", "aud", "sub", "role"]},
            )
            role = Role(str(claims["role"]).upper())
            if role not in ROLES:
                raise ValueError(role)
            student = claims.get("student")
            return Viewer(
                name=str(claims["sub"]),
                role=role,
                student=UUID(student) if role is Role.STUDENT else None,
                expires_at=float(claims["exp"]),
            )
        except jwt.ExpiredSignatureError:
            raise ApiError("UNAUTHENTICATED", "The token has expired.") from None
        except (jwt.PyJWTError, ValueError, TypeError, AttributeError):
            raise ApiError("UNAUTHENTICATED", "The token is not valid.") from None

    def make(self, role: Role, *, name: str, student: UUID | None = None, hours: float = 12) -> str:
        """A token for development, signed with the shared secret."""
        now = datetime.now(UTC)
        claims: dict[str, Any] = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": name,
            "role": role.value.lower(),
            "iat": now,
            "exp": now + timedelta(hours=hours),
        }
        if student is not None:
            claims["student"] = str(student)
        return jwt.encode(claims, self.secret, algorithm=ALGORITHMS["secret"])
