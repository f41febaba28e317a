"""Who calls, and what a caller may see: its own petitions, and never one from which it is shielded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.domain.refusal import Refusal


class Scope(StrEnum):
    SUBMIT = "petitions:submit"
    REGISTER = "petitions:register"
    HOTLINE = "hotline"
    DISPATCHES = "dispatches"
    TRIAGE = "triage"
    REVIEWS = "reviews"
    SUPERVISION = "supervision"
    REPORTS = "reports"
    DIRECTORY = "directory"
    ADMIN = "admin"
    AUDIT = "audit"


class ClientRole(StrEnum):
    PORTAL = "portal"
    HOTLINE = "hotline"
    WINDOW = "window"
    PETITION_OFFICE = "petition_office"
    ORGAN = "organ"
    ADMIN = "admin"


ROLE_SCOPES: dict[ClientRole, tuple[Scope, ...]] = {
    ClientRole.PORTAL: (Scope.SUBMIT,),
    ClientRole.HOTLINE: (Scope.SUBMIT, Scope.HOTLINE),
    ClientRole.WINDOW: (Scope.SUBMIT, Scope.REGISTER),
    ClientRole.PETITION_OFFICE: (
        Scope.SUBMIT, Scope.REGISTER, Scope.TRIAGE, Scope.DISPATCHES, Scope.REVIEWS,
        Scope.SUPERVISION, Scope.REPORTS, Scope.DIRECTORY,
    ),
    ClientRole.ORGAN: (Scope.SUBMIT, Scope.DISPATCHES, Scope.REVIEWS, Scope.DIRECTORY),
    ClientRole.ADMIN: (Scope.ADMIN, Scope.DIRECTORY, Scope.AUDIT),
}  # fmt: skip


@dataclass(slots=True)
class Client:
    """A calling system: of one organ, or one source. ``secret_hash`` is keyed; the secret is not stored."""

    id: str
    secret_hash: bytes
    name: str
    role: ClientRole
    region_code: str
    organ_id: UUID | None
    scopes: tuple[str, ...]
    created_at: datetime
    active: bool = True

    @property
    def actor(self) -> str:
        """How the ledger names it."""
        return f"client:{self.id}"


@dataclass(frozen=True, slots=True)
class Call:
    """One call of an act: who, its request id, the hash of what was sent, and the version it was meant for.

    ``fingerprint`` makes a repeated act answer the same; ``if_match`` is a petition's version.
    """

    client: Client
    request_id: str = ""
    fingerprint: str | None = None
    if_match: int | None = None

    @property
    def actor(self) -> str:
        return self.client.actor


class StaleVersion(Refusal):
    """信访件已有变化(当前版本 {current}),请重新读取后再操作。"""

    english = "The petition has changed (version {current}); read it again first."


class NotCompetent(Refusal):
    """该操作不属于调用方的权限。"""

    english = "The caller has no right to this act."


@dataclass(slots=True)
class Shield:
    """``organ_id`` must never see the petition: it is, or is beneath, the accused (信访工作条例 30)."""

    petition_id: UUID
    organ_id: UUID


def may_see(
    client: Client,
    *,
    source_id: str,
    screened: bool,
    denunciation: bool,
    in_office_region: bool,
    party_organs: Iterable[UUID],
    shielded: Iterable[UUID],
) -> bool:
    """Whether ``client`` may see a petition.

    Its source sees what it brought in. An organ sees it once it was screened, when the petition is (or was
    answered) in its hands, or when it is the petition office of the region; never when shielded, not even an
    office that registered what accuses those above it (信访工作条例 30). An organ that the petitioner came to
    directly (23) is its source too, of a denunciation only until that is screened: «your bureau's chief» may
    be denounced, and no rule finds a name in it.
    """
    if client.organ_id is not None and client.organ_id in set(shielded):
        return False
    if client.id == source_id and not (client.role is ClientRole.ORGAN and screened and denunciation):
        return True
    if client.organ_id is None or not screened:
        return False
    if client.role is ClientRole.PETITION_OFFICE and in_office_region:
        return True
    return client.organ_id in set(party_organs)
