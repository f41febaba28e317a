"""The one settings object, read once, from the environment (``XINFANG_…``) and the command line."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.domain.outbox import LEASE_SECONDS


class Settings(BaseSettings):
    """``data`` holds the embedded database, the keys made at first run, attachments, the demo's clients."""

    model_config = SettingsConfigDict(env_prefix="XINFANG_", env_file=None, extra="ignore")

    data: Path = Path("var")
    database_url: str | None = None
    replica_url: str | None = None
    replica_seconds: float = Field(default=5, ge=2, description="how old a replica's answers may be")
    redis_url: str | None = None
    keys: SecretStr | None = Field(default=None, description="key ring as JSON; else data/keys.json is made")
    demo: bool = False
    host: str = "127.0.0.1"
    port: int = 8000
    pool_size: int = Field(default=8, ge=4, description="one listens for wake-ups, one writes what arrives")
    pack: str = "national-2022"
    triage_threshold: float = Field(default=0.6, ge=0, le=1)
    lease_seconds: int = Field(
        default=LEASE_SECONDS, ge=1, description="how long a silent worker keeps its jobs"
    )
    sweep_seconds: float = Field(default=0.5, gt=0)
    max_body_bytes: int = 1024 * 1024
    max_attachment_bytes: int = 20 * 1024 * 1024
    public_url: str = "http://127.0.0.1:8000"
    log_level: str = "INFO"
    metrics_port: int | None = Field(default=None, ge=1, le=65535, description="a worker's figures")
    metrics_host: str = "127.0.0.1"
    otlp_endpoint: str | None = Field(default=None, description="a collector of traces, OTLP over HTTP")
    leave_seconds: float = Field(default=2.0, ge=0, le=60, description="told to end: 503 first, this long")

    @model_validator(mode="after")
    def _reached_at_its_port(self) -> Self:
        """Unless an address is named, what is printed on papers is where this process listens."""
        if "public_url" not in self.model_fields_set:
            self.public_url = f"http://127.0.0.1:{self.port}"
        return self

    @property
    def reached_at(self) -> str | None:
        """The address for papers, which are given out for good; None where it leads to this machine alone.

        In a demo, whoever reads them sits at it.
        """
        return None if self.loopback and not self.demo else self.public_url.rstrip("/")

    @property
    def loopback(self) -> bool:
        """Whether ``public_url`` is this machine, which everybody else reaches by another name."""
        host = urlsplit(self.public_url).hostname or ""
        try:
            return host == "localhost" or ip_address(host).is_loopback
        except ValueError:
            return False

    @property
    def database(self) -> str:
        """The configured database, or the embedded one in the data folder."""
        return self.database_url or f"sqlite+aiosqlite:///{self.data.resolve() / 'xinfang.db'}"

    @property
    def embedded(self) -> bool:
        """One process does all: no Redis, the worker beside the API."""
        return self.redis_url is None
