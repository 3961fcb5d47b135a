"""The settings: what can be set from outside."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Everything that can be set, each by ROLLBOOK_<NAME>."""

    model_config = SettingsConfigDict(env_prefix="ROLLBOOK_")

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, description="Port to listen on.")
    data_dir: Path = Field(Path("var"), description="Where the embedded files are.")
    demo: bool = Field(True, description="Fill an empty log with a small demo term.")
    vault_key: SecretStr | None = Field(
        None,
        description="Master key of the vault, 32 bytes in base64; made in the data dir if absent.",
    )
    token_secret: SecretStr | None = Field(
        None, description="Secret tokens are signed with; made in the data dir if absent."
    )
    jwks_url: str | None = Field(None, description="Where public keys of tokens are, instead.")
    queue_size: int = Field(10_000, description="Commands that may wait; beyond it: OVERLOADED.")
    log_level: str = Field("INFO", description="Of Rollbook's own log.")
