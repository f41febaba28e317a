"""Organs and units (机关、单位): who may be competent, who stands above whom, who reviews whose opinions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.domain.petition import Path, Petition, Purpose
from services.domain.region import RegionLevel


class OrganKind(StrEnum):
    PETITION_OFFICE = "petition_office"
    GOVERNMENT = "government"
    DEPARTMENT = "department"
    DISCIPLINE = "discipline"
    POLITICAL_LEGAL = "political_legal"
    COURT = "court"
    PROCURATORATE = "procuratorate"
    PARTY = "party"
    ENTERPRISE = "enterprise"
    PUBLIC_INSTITUTION = "public_institution"

    @property
    def chinese(self) -> str:
        return _KIND_NAMES[self]

    def tells_by_own_rules(self, petition: Petition) -> bool:
        """Of litigation and of denunciations these tell the petitioner by rules of their own (23.4).

        Of whatever else they get, they tell as every organ does (信访工作条例 23.3).
        """
        if self is OrganKind.DISCIPLINE:
            return petition.purpose is Purpose.DENUNCIATION
        return self in _POLITICAL_LEGAL and petition.path is Path.LITIGATION

    @property
    def itself(self) -> str:
        """How it speaks of itself in its papers."""
        return "本单位" if self in (OrganKind.ENTERPRISE, OrganKind.PUBLIC_INSTITUTION) else "本机关"


_POLITICAL_LEGAL = frozenset({OrganKind.POLITICAL_LEGAL, OrganKind.COURT, OrganKind.PROCURATORATE})
_KIND_NAMES = {
    OrganKind.PETITION_OFFICE: "信访部门",
    OrganKind.GOVERNMENT: "人民政府",
    OrganKind.DEPARTMENT: "工作部门",
    OrganKind.DISCIPLINE: "纪检监察机关",
    OrganKind.POLITICAL_LEGAL: "政法委",
    OrganKind.COURT: "人民法院",
    OrganKind.PROCURATORATE: "人民检察院",
    OrganKind.PARTY: "党的机关",
    OrganKind.ENTERPRISE: "企业",
    OrganKind.PUBLIC_INSTITUTION: "事业单位",
}


@dataclass(slots=True, frozen=True)
class Organ:
    """One organ under one name. ``valid_to`` is the first day on which it no longer exists.

    ``superior_id`` is the organ it is subordinate to (R6, R8); ``reviewer_ids`` those that may review its
    opinions, in order of preference (条例 art. 35, 北京市信访条例 art. 48): data, not computed from names.
    A ``vertical`` organ (tax, customs …) is led by its own superior and not by the local government.
    ``document_word`` is the organ's 代字, which stands in the numbers of its papers; else its name does.
    """

    id: UUID
    code: str
    name: str
    kind: OrganKind
    region_code: str
    level: RegionLevel
    functions: tuple[str, ...]
    superior_id: UUID | None = None
    reviewer_ids: tuple[UUID, ...] = ()
    vertical: bool = False
    aliases: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None
    successor_id: UUID | None = None
    document_word: str | None = None

    def in_force(self, on: date | None) -> bool:
        """Does it exist on that day? Without a day: has no end been set?"""
        if on is None:
            return self.valid_to is None
        return (self.valid_from is None or self.valid_from <= on) and (
            self.valid_to is None or on < self.valid_to
        )

    def overlaps(self, other: Organ) -> bool:
        """Is there a day on which both exist?"""
        return (self.valid_to is None or other.valid_from is None or other.valid_from < self.valid_to) and (
            other.valid_to is None or self.valid_from is None or self.valid_from < other.valid_to
        )
