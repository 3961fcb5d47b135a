"""The settings: what can be set from outside."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import jwt
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from schema.viewer import Tokens
from write_side.vault import secret_file

# where containers find what must not stand in their environment
_SECRETS = "/run/secrets" if Path("/run/secrets").is_dir() else None


class Settings(BaseSettings):
    """Everything that can be set, each by ROLLBOOK_<NAME> or a file of the secrets."""

    model_config = SettingsConfigDict(env_prefix="ROLLBOOK_", secrets_dir=_SECRETS)

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, description="Port to listen on.")
    data_dir: Path = Field(Path("var"), description="Where the embedded files are.")
    database_url: SecretStr | None = Field(
        None, description="PostgreSQL for log, vault and views, instead of embedded files."
    )
    log_url: SecretStr | None = Field(None, description="PostgreSQL for the log alone.")
    vault_url: SecretStr | None = Field(None, description="PostgreSQL for the vault alone.")
    views_url: SecretStr | None = Field(None, description="PostgreSQL for the views alone.")
    read_urls: SecretStr | None = Field(
        None, description="Replicas of the views' PostgreSQL that queries may read, by commas."
    )
    demo: bool = Field(True, description="Fill an empty log with a small demo term.")
    vault_key: SecretStr | None = Field(
        None,
        description="Master key of the vault, 32 bytes in base64; made in the data dir if absent.",
    )
    new_vault_key: SecretStr | None = Field(
        None, description="What `rollbook vault rotate` makes the master key."
    )
    token_secret: SecretStr | None = Field(
        None, description="Secret tokens are signed with; made in the data dir if absent."
    )
    jwks_url: str | None = Field(None, description="Where public keys of tokens are, instead.")
    queue_size: int = Field(10_000, description="Commands that may wait; beyond it: OVERLOADED.")
    documents: Literal["any", "trusted"] = Field(
        "any", description="Which documents are run: any, or those of the manifests only."
    )
    documents_file: Path | None = Field(
        None, description="A further manifest of trusted documents, beside that of the pages."
    )
    log_level: str = Field("INFO", description="Of Rollbook's own log.")

    def url(self, store: str) -> str | None:
        """The address of the log, the vault or the views; None where it is an embedded file."""
        given: SecretStr | None = getattr(self, f"{store}_url") or self.database_url
        return None if given is None else given.get_secret_value()

    @property
    def replicas(self) -> list[str]:
        given = self.read_urls.get_secret_value() if self.read_urls else ""
        return [url.strip() for url in given.split(",") if url.strip()]

    @property
    def embedded(self) -> bool:
        return self.url("log") is None

    def secret(self, name: str, tell: Callable[[str], None]) -> str:
        """A secret as it was set, or from a file of the data dir that is made on first use, and
        told of then."""
        given: SecretStr | None = getattr(self, name)
        if given is not None:
            return given.get_secret_value()
        path = self.data_dir / name.replace("_", ".")
        if secret_file(path):
            tell(f"made {path} (mode 600); set ROLLBOOK_{name.upper()} to use your own")
        return path.read_text().strip()


def tokens(settings: Settings, tell: Callable[[str], None]) -> Tokens:
    """What reads, and in development makes, bearer tokens."""
    keys = jwt.PyJWKClient(settings.jwks_url) if settings.jwks_url else None
    return Tokens(settings.secret("token_secret", tell), keys)
