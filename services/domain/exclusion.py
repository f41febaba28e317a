"""Whom a petition must not reach (信访工作条例 30, 46.5; R6): the accused, and everyone beneath them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from uuid import UUID

from services.domain.directory import Directory
from services.domain.organ import Organ, OrganKind
from services.domain.petition import Purpose, RespondentKind
from services.domain.region import Region
from services.domain.reproach import reproached, spans_turned_to
from services.domain.routing import Matter
from services.domain.routing_case import Case

# Organs whose heads the level above appoints and supervises.
LEADING_KINDS = frozenset(
    {OrganKind.GOVERNMENT, OrganKind.DISCIPLINE, OrganKind.COURT, OrganKind.PROCURATORATE}
)
PARTY_COMMITTEE = "party_committee"
DISCIPLINE_TITLES = ("书记", "主任", "常委", "委员", "干部", "领导", "工作人员", "室")


class Exclusion:
    """Finds the organs that a petition accuses, given or named in it, in one directory."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def respondents(self, matter: Matter) -> tuple[UUID | None, ...]:
        """For each respondent the organ it is, or belongs to: by id, or by the name it was given under."""
        return tuple(self._organ_of(given, matter.office_region) for given in matter.respondents)

    def named(self, matter: Matter) -> list[Organ]:
        """Organs a text names. The discipline organs it turns to are not among the accused for that."""
        text = f"{matter.title}\n{matter.text}"
        named = self._directory.find_by_name(text, region_code=matter.office_region)
        return [
            organ
            for organ in named
            if organ.kind is not OrganKind.DISCIPLINE or _speaks_of_its_people(organ, text)
        ]

    def shield(self, case: Case, respondent_ids: Iterable[UUID | None]) -> None:
        """Set who is accused and hidden in a case that is a denunciation, or confidential; else nobody is."""
        denunciation = case.sorting.purpose is Purpose.DENUNCIATION
        if not denunciation and not case.matter.confidential:
            return
        accused = {organ_id for organ_id in respondent_ids if organ_id is not None}
        text = f"{case.matter.title}\n{case.matter.text}"
        named = self.named(case.matter) if denunciation else self._reproached(case.matter, text)
        accused |= {organ.id for organ in named}
        place = case.locality.place.region
        leaders = case.sorting.leaders
        spoken_of = leaders if denunciation else [word for word in leaders if reproached(text, word)]
        if spoken_of and not accused and place is not None:
            # «茅草街镇镇长» names no organ, yet means one
            government = self._directory.by_function("government", place.code, on=case.on)
            accused |= {government.id} if government is not None else set()
        case.accused = tuple(sorted(accused))
        case.hidden = self._directory.shielded_from(accused)
        for organ_id in case.accused:
            name = self._directory.organ(organ_id).name
            case.say("R6", f"{name}被反映,该单位及其下级不得知悉本件", restricted=True)

    def _reproached(self, matter: Matter, text: str) -> list[Organ]:
        """The organs that a text names otherwise than by turning to them."""
        among = set(self.named(matter))
        spans: dict[Organ, list[tuple[int, int]]] = {}
        for mention in self._directory.mentions(text, region_code=matter.office_region):
            if mention.organ in among:
                spans.setdefault(mention.organ, []).append((mention.start, mention.end))
        every = sorted({span for found in spans.values() for span in found})
        turned_to = spans_turned_to(text, every)
        return [organ for organ, found in spans.items() if not turned_to.issuperset(found)]

    def region_of_authority(self, case: Case) -> Region:
        """管理权限: the region of the highest organ accused; of those who lead a region, the one above it."""
        gazetteer = self._directory.gazetteer
        regions: list[Region] = []
        for organ in (self._directory.organ(organ_id) for organ_id in case.accused):
            region = gazetteer.get(organ.region_code)
            leads = organ.kind in LEADING_KINDS or PARTY_COMMITTEE in organ.functions
            above = gazetteer.ancestors(region.code)
            regions.append(above[0] if leads and above else region)
        return min(regions or [case.locality.region], key=lambda region: region.level.rank)

    def _organ_of(self, given: tuple[RespondentKind, str, UUID | None], office: str) -> UUID | None:
        _, name, organ_id = given
        if organ_id is not None:
            return organ_id
        named = self._directory.find_by_name(name, region_code=office)
        return named[0].id if named else None


def _speaks_of_its_people(organ: Organ, text: str) -> bool:
    """«南县纪委副书记» accuses the organ; «请南县纪委查处» turns to it."""
    names = (organ.name, *organ.aliases)
    after = (
        text[match.end() : match.end() + 6] for name in names for match in re.finditer(re.escape(name), text)
    )
    return any(title in following for following in after for title in DISCIPLINE_TITLES)
