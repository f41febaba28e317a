"""The router: facts + directory + rules → a decision with its reasons (信访工作条例 5, 22, 24, 30, 31).

Pure: the same matter, directory and rules give the same decision. Whom a petition accuses is found first,
and what is decided after that never reaches the accused or anyone beneath (R6).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from services.domain.category import Categories, Category
from services.domain.directory import Competence, Directory
from services.domain.dispatch import Mode
from services.domain.matter import MatterFinder, MatterFinding
from services.domain.organ import Organ, OrganKind
from services.domain.petition import Channel, Path, Purpose, RespondentKind
from services.domain.place import PlaceFinder, PlaceFinding
from services.domain.region import Region
from services.domain.routing import Decision, Matter, Reason, Suggestion
from services.domain.sorting import Sorter, Sorting
from services.domain.statute import RulePack

SUGGESTIONS = 3
GIVEN = 1.0
# Organs whose heads the level above appoints and supervises.
LEADING_KINDS = frozenset(
    {OrganKind.GOVERNMENT, OrganKind.DISCIPLINE, OrganKind.COURT, OrganKind.PROCURATORATE}
)
PARTY_COMMITTEE = "party_committee"
DISCIPLINE_TITLES = ("书记", "主任", "常委", "委员", "干部", "领导", "工作人员", "室")
# The part of a decision's confidence that is left when the place is known to a level above the deciding one.
COARSE_PLACE = 0.75
NAMED_ORGAN_PLACE = 0.85
OFFICE_PLACE = 0.55


@dataclass(slots=True)
class _Case:
    """A decision in the making."""

    matter: Matter
    on: date
    sorting: Sorting
    place: PlaceFinding
    region: Region
    region_confidence: float
    finding: MatterFinding
    category: Category | None
    category_confidence: float
    accused: tuple[UUID, ...] = ()
    hidden: frozenset[UUID] = frozenset()
    reasons: list[Reason] = field(default_factory=list)


class Router:
    """The rules over one snapshot of the directory. Built once a version; ``decide`` does no I/O."""

    def __init__(
        self,
        directory: Directory,
        places: PlaceFinder,
        matters: MatterFinder,
        sorter: Sorter,
        pack: Callable[[str], RulePack],
        *,
        threshold: float,
        rules_version: str,
    ) -> None:
        self._directory = directory
        self._places = places
        self._matters = matters
        self._pack = pack
        self._sorter = sorter
        self._threshold = threshold
        self._rules_version = rules_version

    @property
    def directory(self) -> Directory:
        return self._directory

    @property
    def categories(self) -> Categories:
        return self._directory.categories

    def decide(self, matter: Matter, *, on: date) -> Decision:
        """Whom the matter goes to on this day, with its reasons in the order in which they were reached."""
        case = self._understood(matter, on)
        respondent_ids = tuple(self._organ_of(given, matter.office_region) for given in matter.respondents)
        self._shield(case, respondent_ids)
        if case.sorting.purpose is Purpose.DENUNCIATION:
            return self._to_discipline(case, respondent_ids)
        if case.sorting.path is Path.LITIGATION:
            return self._to_political_legal(case, respondent_ids)
        return self._to_competent(case, respondent_ids)

    def accused(self, matter: Matter) -> frozenset[UUID]:
        """The organs that a confidential text accuses, given or named in it."""
        given = (self._organ_of(each, matter.office_region) for each in matter.respondents)
        named = self._named_in(matter)
        return frozenset(organ_id for organ_id in given if organ_id) | {organ.id for organ in named}

    def _named_in(self, matter: Matter) -> list[Organ]:
        """Organs a text names. The discipline organs it turns to are not among the accused for that."""
        text = f"{matter.title}\n{matter.text}"
        named = self._directory.find_by_name(text, region_code=matter.office_region)
        return [
            organ
            for organ in named
            if organ.kind is not OrganKind.DISCIPLINE or _speaks_of_its_people(organ, text)
        ]

    # -- what the petition says ---------------------------------------------------------------------------

    def _understood(self, matter: Matter, on: date) -> _Case:
        sorting = self._sorter.sort(matter.title, matter.text, matter.purpose)
        place = self._place(matter, on)
        finding = self._matters.find(matter.text, matter.title)
        region, region_confidence = self._region(matter, place, on)
        category, category_confidence = finding.category, finding.confidence
        given = self.categories.get(matter.category_code) if matter.category_code else None
        if given is not None:
            category, category_confidence = given, GIVEN
        case = _Case(
            matter, on, sorting, place, region, region_confidence, finding, category, category_confidence
        )
        self._explain_sorting(case)
        return case

    def _place(self, matter: Matter, on: date) -> PlaceFinding:
        """The address speaks first; the text only where the address says nothing sure."""
        context = matter.office_region
        if matter.address:
            found = self._places.find(matter.address, context=context, on=on)
            if found.region is not None:
                return found
        return self._places.find(f"{matter.title}\n{matter.text}", context=context, on=on)

    def _region(self, matter: Matter, place: PlaceFinding, on: date) -> tuple[Region, float]:
        gazetteer = self._directory.gazetteer
        if matter.region_code is not None:
            given = gazetteer.current(matter.region_code, on)
            found = place.region
            deeper = found is not None and gazetteer.contains(given.code, found.code)
            return (found, GIVEN) if deeper and found is not None else (given, GIVEN)
        if place.region is not None:
            return place.region, place.confidence
        named = {organ.region_code for organ in self._named_in(matter)}
        if len(named) == 1:
            return gazetteer.get(named.pop()), NAMED_ORGAN_PLACE
        return gazetteer.get(matter.office_region), OFFICE_PLACE

    def _explain_sorting(self, case: _Case) -> None:
        sorting = case.sorting
        words = "、".join(f"“{cue}”" for cue in sorting.cues) or "未见其他程序的线索"
        if sorting.purpose is Purpose.REDRESS and sorting.path is not None:
            self._add(case, "R7", f"申诉求决类,{PATH_NAMES[sorting.path]}({words})")
        elif sorting.purpose is Purpose.SUGGESTION:
            outcome = self._pack(case.matter.office_region).outcome("suggestion_adopted")
            reason = Reason("R7", str(outcome.citation), "建议意见类,由有权单位研究论证")
            case.reasons.append(reason)
        if sorting.urgent:
            cues = "、".join(f"“{cue}”" for cue in sorting.urgent_cues)
            self._add(case, "R10", f"可能重大、紧急({cues}),应当及时报告")

    # -- whom it must not reach ---------------------------------------------------------------------------

    def _organ_of(self, given: tuple[RespondentKind, str, UUID | None], office: str) -> UUID | None:
        """The organ a respondent is, or belongs to: by id, or by the name it was given under."""
        _, name, organ_id = given
        if organ_id is not None:
            return organ_id
        named = self._directory.find_by_name(name, region_code=office)
        return named[0].id if named else None

    def _shield(self, case: _Case, respondent_ids: Iterable[UUID | None]) -> None:
        if case.sorting.purpose is not Purpose.DENUNCIATION and not case.matter.confidential:
            return
        accused = {organ_id for organ_id in respondent_ids if organ_id is not None}
        accused |= {organ.id for organ in self._named_in(case.matter)}
        if case.sorting.names_leader and not accused and case.place.region is not None:
            # «茅草街镇镇长» names no organ, yet means one
            government = self._directory.by_function("government", case.place.region.code)
            accused |= {government.id} if government is not None else set()
        case.accused = tuple(sorted(accused))
        case.hidden = self._directory.shielded_from(accused)
        for organ_id in case.accused:
            name = self._directory.organ(organ_id).name
            text = f"{name}被反映,该单位及其下级不得知悉本件"
            self._add(case, "R6", text, restricted=True)

    # -- whom it goes to ----------------------------------------------------------------------------------

    def _to_discipline(self, case: _Case, respondent_ids: tuple[UUID | None, ...]) -> Decision:
        """检举控告: the discipline organ with authority over the accused (R5), never a shielded one (R6)."""
        lead = self._climb(case, self._region_of_authority(case), self._directory.discipline)
        if lead is None:
            self._add(case, "R5", "检举控告类,但机构目录中没有可以承办的纪检监察机关,请人工确定")
            return self._finished(case, respondent_ids, None, 0.0)
        self._add(case, "R5", f"检举控告类,按管理权限转送{lead.name}")
        return self._finished(case, respondent_ids, lead, min(case.sorting.confidence, 0.95))

    def _region_of_authority(self, case: _Case) -> Region:
        """管理权限: the region of the highest organ accused; of those who lead a region, the one above it."""
        gazetteer = self._directory.gazetteer
        regions = [case.region]
        for organ in (self._directory.organ(organ_id) for organ_id in case.accused):
            region = gazetteer.get(organ.region_code)
            leads = organ.kind in LEADING_KINDS or PARTY_COMMITTEE in organ.functions
            above = gazetteer.ancestors(region.code)
            regions.append(above[0] if leads and above else region)
        return min(regions[1:] or regions, key=lambda region: region.level.rank)

    def _to_political_legal(self, case: _Case, respondent_ids: tuple[UUID | None, ...]) -> Decision:
        """涉法涉诉: a letter is referred to the political-legal organ; a visitor is guided, by a person."""
        region = self._directory.gazetteer.get(case.matter.office_region)
        lead = self._climb(case, region, self._directory.political_legal)
        name = lead.name if lead else "同级政法部门"
        if case.matter.channel is Channel.VISIT:
            self._add(case, "R4", f"走访反映涉法涉诉问题,应当释法明理,引导信访人向{name}反映")
            return self._finished(case, respondent_ids, None, 0.0, suggested=lead)
        self._add(case, "R4", f"涉法涉诉信访事项,转送{name}依法处理")
        return self._finished(case, respondent_ids, lead, 0.85 if lead else 0.0)

    def _to_competent(self, case: _Case, respondent_ids: tuple[UUID | None, ...]) -> Decision:
        """属地管理、分级负责,谁主管、谁负责: the lowest competent organ of the place (R1, R2)."""
        if case.category is None:
            self._add(case, "R1", f"事发地为{self._name(case.region)};未能判断事项类别,请人工确定主管单位")
            return self._finished(case, respondent_ids, None, 0.0)
        competence = self._directory.competent(case.category.code, case.region.code, case.on)
        lead = self._allowed(case, competence)
        place = f"事发地为{self._name(case.region)}({self._place_ground(case)})"
        matter = f"{competence.reason}({self._matter_ground(case)})"
        if lead is None:
            self._add(case, "R1", f"{place};{matter};请人工确定承办单位")
            return self._finished(case, respondent_ids, None, 0.0, competence=competence)
        self._add(case, "R1", f"{place};{matter};由{lead.name}承办")
        co = tuple(organ for organ in competence.co if organ.id not in case.hidden and organ.id != lead.id)
        if co:
            names = "、".join(organ.name for organ in co)
            self._add(case, "R8", f"涉及两个以上单位:{lead.name}主办,{names}协办")
        confidence = min(case.category_confidence, self._place_confidence(case, competence))
        return self._finished(case, respondent_ids, lead, confidence, co=co, competence=competence)

    def _allowed(self, case: _Case, competence: Competence) -> Organ | None:
        """The competent organ; when it is the accused, the one that decides a level up (R6)."""
        lead = competence.lead
        while lead is not None and lead.id in case.hidden:
            above = self._directory.superior_of_same_line(lead.id)
            text = f"{lead.name}不得承办本件,提级由上一级单位承办"
            self._add(case, "R6", text, restricted=True)
            lead = above
        return lead

    def _climb(self, case: _Case, region: Region, find: Callable[[str], Organ | None]) -> Organ | None:
        """The organ of its kind in the region, or the nearest above that is not shielded."""
        for place in self._directory.gazetteer.lineage(region.code):
            organ = find(place.code)
            if organ is not None and organ.id not in case.hidden:
                return organ
        return None

    def _place_confidence(self, case: _Case, competence: Competence) -> float:
        """Less than the place's own when the place is known only above the level that decides."""
        return case.region_confidence * (COARSE_PLACE if competence.coarse else 1.0)

    # -- the answer ---------------------------------------------------------------------------------------

    def _finished(
        self,
        case: _Case,
        respondent_ids: tuple[UUID | None, ...],
        lead: Organ | None,
        confidence: float,
        *,
        co: tuple[Organ, ...] = (),
        competence: Competence | None = None,
        suggested: Organ | None = None,
    ) -> Decision:
        needs_triage = lead is None or confidence < self._threshold
        if needs_triage and lead is not None:
            text = f"把握不足({confidence:.2f},低于{self._threshold:.2f}),转人工分流"
            article = self._pack(case.matter.office_region).routing_rule("R1").article
            case.reasons.append(Reason("triage", article, text))
        suggestions = self._suggestions(case, lead or suggested, competence) if needs_triage else ()
        return Decision(
            lead_id=None if lead is None else lead.id,
            lead=_organ_json(lead),
            co=tuple(entry for organ in co if (entry := _organ_json(organ)) is not None),
            co_ids=tuple(organ.id for organ in co),
            mode=Mode.REFER,
            report_due=None,
            purpose=case.sorting.purpose,
            path=case.sorting.path,
            urgent=case.sorting.urgent,
            region_code=case.region.code,
            category_code=case.category.code if case.category else None,
            region=self._region_json(case),
            category=self._category_json(case),
            confidence=confidence,
            needs_triage=needs_triage,
            suggestions=suggestions,
            reasons=tuple(case.reasons),
            respondent_organ_ids=respondent_ids,
            accused_organ_ids=case.accused,
            directory_version=self._directory.version,
            rules_version=self._rules_version,
        )

    def _suggestions(
        self, case: _Case, lead: Organ | None, competence: Competence | None
    ) -> tuple[Suggestion, ...]:
        """The three best for the triage desk: the organ found, the other categories', the government."""
        found: dict[UUID, Suggestion] = {}
        if lead is not None:
            found[lead.id] = Suggestion(lead.id, lead.name, round(case.category_confidence, 3), "规则所得")
        for organ in competence.alternatives if competence else ():
            found.setdefault(organ.id, Suggestion(organ.id, organ.name, 0.3, "同类事项的其他主管单位"))
        for category, score in case.finding.candidates:
            other = self._directory.competent(category.code, case.region.code, case.on).lead
            if other is not None:
                reason = f"若事项属于“{category.name}”"
                found.setdefault(other.id, Suggestion(other.id, other.name, round(score, 3), reason))
        government = self._directory.by_function("government", case.region.code)
        if government is not None:
            text = "属地政府"
            found.setdefault(government.id, Suggestion(government.id, government.name, 0.1, text))
        allowed = [each for each in found.values() if each.organ_id not in case.hidden]
        return tuple(allowed[:SUGGESTIONS])

    def _region_json(self, case: _Case) -> dict[str, object]:
        return {
            "code": case.region.code,
            "name": case.region.name,
            "confidence": round(case.region_confidence, 3),
            "candidates": [
                {"code": each.region.code, "name": self._name(each.region), "score": round(each.score, 3)}
                for each in case.place.candidates
            ],
        }

    def _category_json(self, case: _Case) -> dict[str, object]:
        return {
            "code": case.category.code if case.category else None,
            "name": case.category.name if case.category else None,
            "confidence": round(case.category_confidence, 3),
            "candidates": [
                {"code": each.code, "name": each.name, "score": round(score, 3)}
                for each, score in case.finding.candidates
            ],
        }

    def _place_ground(self, case: _Case) -> str:
        if case.matter.region_code is not None:
            return "登记时写明"
        if case.place.region is not None:
            return case.place.evidence
        if case.region_confidence == NAMED_ORGAN_PLACE:
            return "文中提到当地机关、单位"
        return "文中没有可以确认的地名,暂按登记单位所在地"

    def _matter_ground(self, case: _Case) -> str:
        return "登记时写明" if case.category_confidence == GIVEN else case.finding.evidence

    def _name(self, region: Region) -> str:
        return self._directory.gazetteer.full_name(region.code)

    def _add(self, case: _Case, rule: str, text: str, *, restricted: bool = False) -> None:
        article = self._pack(case.matter.office_region).routing_rule(rule).article
        case.reasons.append(Reason(rule, article, text, restricted))


PATH_NAMES = {
    Path.LITIGATION: "依照诉讼、复议或者刑事司法程序处理",
    Path.ARBITRATION: "导入仲裁程序",
    Path.PARTY_APPEAL: "导入党员申诉、申请复审程序",
    Path.ADMINISTRATIVE_PROCEDURE: "导入行政复议、裁决、确认、许可、处罚等行政程序",
    Path.STATUTORY_DUTY: "属于申请查处违法行为、履行保护职责",
    Path.PETITION_PROCEDURE: "按信访程序办理",
}


def _speaks_of_its_people(organ: Organ, text: str) -> bool:
    """«南县纪委副书记» accuses the organ; «请南县纪委查处» turns to it."""
    names = (organ.name, *organ.aliases)
    after = (
        text[match.end() : match.end() + 6] for name in names for match in re.finditer(re.escape(name), text)
    )
    return any(title in following for following in after for title in DISCIPLINE_TITLES)


def _organ_json(organ: Organ | None) -> dict[str, object] | None:
    if organ is None:
        return None
    return {"organ_id": str(organ.id), "name": organ.name, "region_code": organ.region_code}
