"""One thing that is not as it should be, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """``grave``: petitions or their secrecy are at risk, or it will not run; else it is good to know."""

    name: str
    wrong: str
    english: str
    fix: str
    grave: bool = True
