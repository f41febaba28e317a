"""Who is told of a petition besides those who handle it: by copy (R2b), and at once of what is urgent (R10).

Rules over the petition and the directory, not lists that are stored: whoever they name may read it, as long
as they do, and may do nothing in it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from uuid import UUID

from services.domain.directory import Directory
from services.domain.dispatch import GONE, Dispatch
from services.domain.organ import Organ, OrganKind
from services.domain.petition import Petition, Purpose
from services.domain.region import RegionLevel
from services.domain.statute import RulePack

COPY_RULE, ALERT_RULE = "R2b", "R10"


def offices(
    directory: Directory, region_code: str, hidden: Collection[UUID] = (), *, on: date
) -> Iterator[Organ]:
    """The petition offices of a region and above it, nearest first; never one that must not know (30)."""
    lineage = directory.gazetteer.lineage(region_code)
    found = (directory.petition_office(region.code, on=on) for region in lineage)
    for office in dict.fromkeys(found):
        if office is not None and office.id not in hidden:
            yield office


def is_closed(petition: Petition) -> bool:
    """A denunciation, or one that asks for confidence, is known to as few as can be (30, 46)."""
    return petition.purpose is Purpose.DENUNCIATION or petition.confidential


def alerted(
    directory: Directory, petition: Petition, hidden: Collection[UUID] = (), *, held: bool, on: date
) -> tuple[UUID, ...]:
    """Whom R10 has told of what is urgent: the office it came to, that one's government, the office above.

    Likewise office and government of the county where it happened, which have to act. Of what is closed, or
    ``held`` for a person to tell whom it accuses, the offices alone, which see it anyhow; never who must not
    know of it.
    """
    if not petition.urgent:
        return ()
    line = tuple(offices(directory, petition.office_region, hidden, on=on))[:2]
    if is_closed(petition) or held:
        return tuple(office.id for office in line)
    at = line[0].region_code if line else petition.office_region
    told = [*line, directory.by_function("government", at, on=on)]
    county = directory.gazetteer.at_level(petition.region_code or at, RegionLevel.COUNTY)
    if county is not None:
        told.append(directory.petition_office(county.code, on=on))
        told.append(directory.by_function("government", county.code, on=on))
    return tuple(dict.fromkeys(each.id for each in told if each is not None and each.id not in hidden))


def copied(
    directory: Directory,
    petition: Petition,
    pack: RulePack,
    organ_ids: Iterable[UUID],
    *,
    sender_id: UUID | None,
    on: date,
) -> tuple[UUID, ...]:
    """The petition offices that get a copy of what an office sends to organs of a level beneath it (R2b)."""
    sender = directory.find(sender_id) if sender_id else None
    if sender is None or sender.kind is not OrganKind.PETITION_OFFICE or is_closed(petition):
        return ()
    if all(rule.id != COPY_RULE for rule in pack.routing):
        return ()
    found = (directory.petition_office(directory.organ(each).region_code, on=on) for each in organ_ids)
    beneath = (
        office.id
        for office in found
        if office is not None
        and office.region_code != sender.region_code
        and directory.gazetteer.contains(sender.region_code, office.region_code)
    )
    return tuple(dict.fromkeys(beneath))


def informed(
    directory: Directory,
    petition: Petition,
    pack: RulePack,
    dispatches: Iterable[Dispatch],
    *,
    hidden: Collection[UUID],
    held: bool,
    on: date,
) -> set[UUID]:
    """Who may read a petition because it was told of it. Shielded offices are left out by who asks."""
    told = set(alerted(directory, petition, hidden, held=held, on=on))
    for dispatch in dispatches:
        if dispatch.state not in GONE:
            to, sender_id = [dispatch.organ_id], dispatch.sender_id
            told |= set(copied(directory, petition, pack, to, sender_id=sender_id, on=on))
    return told
