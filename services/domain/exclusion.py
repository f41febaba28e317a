"""Whom a petition must not reach (信访工作条例 30, 46.5; R6): the accused, and everyone beneath them.

From one who is accused and not known, rules cannot keep it: then a person decides, at a desk not hidden.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

from services.domain.directory import Directory
from services.domain.organ import Organ, OrganKind
from services.domain.petition import Purpose, RespondentKind
from services.domain.region import Region
from services.domain.reproach import spans_turned_to
from services.domain.routing import GivenRespondent, Matter
from services.domain.routing_case import Case
from services.domain.spoken_of import PARTY_COMMITTEE, POST, Marked, Speech, Spoken
from services.domain.text import fold_width

# Organs whose heads the level above appoints and supervises.
LEADING_KINDS = frozenset(
    {OrganKind.GOVERNMENT, OrganKind.DISCIPLINE, OrganKind.COURT, OrganKind.PROCURATORATE}
)
PRIVATE = re.compile(
    "(?:公司|集团|物业|厂|店|超市|酒店|宾馆|商行|合作社|学校|小学|中学|幼儿园|学院|医院|诊所|卫生室|银行|工地|项目部|中介|村|社区|居委会|村委会|小组"
    "|业委会|业主委员会|俱乐部|健身房|餐馆|饭店|市场|商场|网吧)$"
)
"""Units that the directory of organs does not have, so that nothing is sent to them."""
PUBLIC_SERVICE = re.compile(
    "供电|电力|电网|供水|自来水|水厂|燃气|天然气|公交|公共交通|城投|国资|税务|烟草|邮政"
)
MOST_NAMED = 5


class Exclusion:
    """Finds the organs that a petition accuses, given or named in it, in one directory."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._speech = Speech(directory)

    def named(self, matter: Matter) -> Sequence[Organ]:
        """Organs a text names."""
        text = f"{matter.title}\n{matter.text}"
        return self._directory.find_by_name(text, region_code=matter.office_region)

    def speaks_of_organs(self, case: Case) -> bool:
        """Whether the text names any, or people of any, by whatever name."""
        spoken = self._speech.of(_text(case.matter), self._regions(case))
        return bool(spoken.known or spoken.unknown)

    def respondents(self, matter: Matter) -> tuple[UUID | None, ...]:
        """For each respondent the organ it is, or belongs to: by id, by position, by the name given."""
        regions = (matter.office_region,)
        return tuple(next(self._organs_of(given, regions), None) for given in matter.respondents)

    def shield(self, case: Case, respondent_ids: Iterable[UUID | None]) -> None:
        """Set who is accused and hidden in a case that is a denunciation, or confidential; else nobody is.

        Where somebody is accused whom the directory does not have, the case is held for a person.
        """
        if case.sorting.purpose is not Purpose.DENUNCIATION and not case.matter.confidential:
            return
        text, regions = _text(case.matter), self._regions(case)
        spoken = self._speech.of(text, regions)
        accused = {organ_id for organ_id in respondent_ids if organ_id is not None}
        for given in case.matter.respondents:
            accused.update(self._organs_of(given, regions))
        accused |= _accused_in(text, spoken, case.sorting.purpose)
        case.accused = tuple(sorted(accused))
        case.hidden = self._directory.shielded_from(accused)
        for organ_id in case.accused:
            name = self._directory.organ(organ_id).name
            case.say("R6", f"{name}被反映,该单位及其下级不得知悉本件", restricted=True)
        doubtful = dict.fromkeys(
            (*self._unknown_respondents(case, regions), *_unknown_in(text, spoken, case))
        )
        if doubtful:
            words = "、".join(f"“{word}”" for word in list(doubtful)[:MOST_NAMED])
            case.hold("R6", f"{words}不能对应到机构目录中的单位,被反映人不明,由人工确定承办单位")

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

    def _regions(self, case: Case) -> tuple[str, ...]:
        """Around which people say 县纪委 and 镇长: where the matter arose, and where it was brought."""
        place, office = case.locality.region.code, case.matter.office_region
        return (place,) if self._directory.gazetteer.contains(office, place) else (place, office)

    def _organs_of(self, given: GivenRespondent, regions: Sequence[str]) -> Iterator[UUID]:
        if given.organ_id is not None:
            yield given.organ_id
            return
        for words in _words_of(given):
            known = self._speech.of(words, regions).known
            yield from (span.organ.id for span in known)
            if known:
                return

    def _unknown_respondents(self, case: Case, regions: Sequence[str]) -> Iterator[str]:
        """Those given under words that tell of an organ, but of none of the directory."""
        for given in case.matter.respondents:
            if any(self._organs_of(given, regions)):
                continue
            private = PRIVATE.search(given.name) and not PUBLIC_SERVICE.search(given.name)
            read = [self._speech.of(words, regions) for words in _words_of(given)]
            if private or (
                any(spoken.villages for spoken in read) and not any(spoken.unknown for spoken in read)
            ):
                continue
            telling = given.kind is RespondentKind.ORGAN or any(spoken.unknown for spoken in read)
            if telling or not case.accused:
                yield given.position or given.name


def _text(matter: Matter) -> str:
    """With marks of half width, which is what the rules of ``reproach`` and ``spoken_of`` know."""
    return fold_width(f"{matter.title}\n{matter.text}")


def _words_of(given: GivenRespondent) -> tuple[str, ...]:
    return tuple(fold_width(words) for words in (given.position, given.name) if words)


def _accused_in(text: str, spoken: Spoken, purpose: Purpose) -> set[UUID]:
    """A denunciation accuses whomever it names, but for those who are to look into it and are turned to only.

    Any other text accuses those whom it names otherwise than by turning to them. In doubt it accuses.
    """
    places = sorted({span.place for span in spoken.known})
    turned_to = spans_turned_to(text, places, {span.place for span in spoken.known if span.may_inquire})
    if purpose is Purpose.DENUNCIATION:
        return {span.organ.id for span in spoken.known if not (span.may_inquire and span.place in turned_to)}
    return {span.organ.id for span in spoken.known if span.place not in turned_to}


def _unknown_in(text: str, spoken: Spoken, case: Case) -> list[str]:
    """Words of the text for somebody who may be accused, and of whom the directory knows nothing."""
    units = set(spoken.unknown)
    units -= spans_turned_to(text, sorted(units), units)
    found = [text[max(0, min(start, end - 3)) : end] for start, end in sorted(units)]
    if case.accused:
        return found
    known = Marked(text, (*spoken.villages, *spoken.unknown, *(span.place for span in spoken.known)))
    for word in case.sorting.holders:
        if spoken.villages and not POST.search(word):
            continue  # 村支书是党员: the same people
        places = (match.span() for match in re.finditer(re.escape(word), text))
        alone = [place for place in places if not known.touches(*place)]
        if len(spans_turned_to(text, alone, alone)) < len(alone):
            found.append(word)
    nobody = case.sorting.purpose is Purpose.DENUNCIATION and not spoken.villages
    return found or (["被反映人"] if nobody else [])
