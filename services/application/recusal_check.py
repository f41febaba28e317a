"""Who is recused appears in no later act (信访工作条例 28.3): what acts ask before they name a person."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from services.application.acts import named_organ, shielded
from services.application.ports import Work, World
from services.domain.dispute import superiors_on
from services.domain.organ import Organ
from services.domain.petition import Petition
from services.domain.recusal import (
    RULE,
    HeadRecused,
    OfficerRecused,
    Recusal,
    head_recused,
    recused_among,
)
from services.domain.refusal import InvalidField


def article(world: World, petition: Petition) -> str:
    """The article of the pack on recusal."""
    return world.law.pack(petition.office_region).routing_rule(RULE).article


async def ensure_takes_part(
    world: World, work: Work, petition: Petition, *organ_ids: UUID | None, named: Mapping[str, str | None]
) -> None:
    """Raise :class:`OfficerRecused` when one of the persons named, by their pointers, is recused."""
    if not any(named.values()):
        return
    recusals = await work.recusals.find(petition_id=petition.id)
    organs = tuple(each for each in organ_ids if each is not None)
    for pointer, line in named.items():
        if recused_among(line, recusals, *organs):
            raise OfficerRecused(article=article(world, petition), pointer=pointer)


async def approved(
    world: World, work: Work, petition: Petition, *, organ_id: UUID, by: str, above_id: UUID | None
) -> Organ | None:
    """The superior whose head approved in the place of the organ's; None: the organ's own head did (34).

    ``above_id`` is needed when the organ's head is recused and the directory knows a superior that may act.
    Raises :class:`HeadRecused`, :class:`OfficerRecused`, and for an organ that is no superior InvalidField.
    """
    recusals = await work.recusals.find(petition_id=petition.id)
    if above_id is None and not recusals:
        return None
    above = await superiors(world, work, petition, organ_id, recusals)
    if above_id is None and above and head_recused(recusals, organ_id):
        names = "、".join(each.name for each in above)
        raise HeadRecused(article=article(world, petition), above=names, pointer="/approving_organ_id")
    await ensure_takes_part(world, work, petition, organ_id, above_id, named={"/approved_by": by})
    return await _of(world, above, above_id, pointer="/approving_organ_id")


async def superiors(
    world: World, work: Work, petition: Petition, organ_id: UUID, recusals: list[Recusal]
) -> list[Organ]:
    """The organs above one that may act on the petition in its place, nearest first: none that must not know
    of it (30), none whose own head is recused.
    """
    directory, hidden = await world.directory(), await shielded(world, work, petition)
    chain = superiors_on(directory, directory.organ(organ_id), on=world.clock.today())
    return [each for each in chain if each.id not in hidden and not head_recused(recusals, each.id)]


async def _of(world: World, above: list[Organ], organ_id: UUID | None, *, pointer: str) -> Organ | None:
    """The superior that is named, if one is."""
    if organ_id is None:
        return None
    organ = named_organ(await world.directory(), organ_id, on=world.clock.today(), pointer=pointer)
    return ensure_above(above, organ, pointer=pointer)


def ensure_above(above: list[Organ], organ: Organ, *, pointer: str) -> Organ:
    if organ not in above:
        raise InvalidField(
            code="organ_not_above",
            zh="该机关不是本单位的上级,或者不能办理本件。",
            en="This organ is no superior, or one that cannot act on this petition.",
            pointer=pointer,
        )
    return organ
