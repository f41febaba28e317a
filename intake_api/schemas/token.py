"""Access tokens (RFC 6749)."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict

from intake_api.schemas.sent import Told


class TokenOut(Told):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "access_token": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.c2lnbmF0dXJl",
                    "token_type": "Bearer",
                    "expires_in": 900,
                    "scope": "petitions:submit",
                }
            ]
        }
    )

    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int
    scope: str
