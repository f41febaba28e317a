"""The router: facts + directory + rules → a decision with its reasons (信访工作条例 5, 22, 24, 30, 31).

Pure: the same matter, directory and rules give the same decision. Whom a petition accuses is found first,
and what is decided after that never reaches the accused or anyone beneath (R6). Trained models are heard
beside words and powers: they make a decision surer or less sure, but the powers alone name the lead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from uuid import UUID

from services.domain.category import Categories
from services.domain.directory import Competence, Directory
from services.domain.dispatch import Mode
from services.domain.exclusion import Exclusion
from services.domain.locality import NAMED_ORGAN_PLACE, Locator
from services.domain.matter import MatterFinder
from services.domain.organ import Organ
from services.domain.petition import Channel, Path, Purpose
from services.domain.place import PlaceFinder
from services.domain.region import Region
from services.domain.routing import Decision, Matter, Reason
from services.domain.routing_case import GIVEN, Case
from services.domain.sorting import Sorter
from services.domain.statute import RulePack
from services.domain.suggestion import suggested_organs
from services.domain.testimony import (
    Understanding,
    agreed,
    by_both,
    by_words,
    contested,
    precedents,
)
from services.domain.witness import Witnesses

# The part of a decision's confidence that is left when the place is known to a level above the deciding one.
COARSE_PLACE = 0.75
# These follow from cue words, which no trained figure stands behind: see docs/routing.md.
SUREST_DENUNCIATION = 0.95
SUREST_LITIGATION = 0.85
UNKNOWN_ACCUSED = 0.5
MOST_CUES = 8

NOBODY = Witnesses()


class Router:
    """The rules over one snapshot of the directory. Built once a version; ``decide`` does no I/O.

    ``rules_version`` names the rules; a decision puts the rule pack of its region before it.
    """

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
        witnesses: Witnesses = NOBODY,
    ) -> None:
        self._directory = directory
        self._locator = Locator(directory.gazetteer, places)
        self._exclusion = Exclusion(directory)
        self._matters = matters
        self._pack = pack
        self._sorter = sorter
        self._threshold = threshold
        self._rules_version = rules_version
        self._witnesses = witnesses

    @property
    def directory(self) -> Directory:
        return self._directory

    @property
    def categories(self) -> Categories:
        return self._directory.categories

    def decide(self, matter: Matter, *, on: date) -> Decision:
        """Whom the matter goes to on this day, with its reasons in the order in which they were reached."""
        case = self._understood(matter.as_read(), on)
        respondent_ids = self._exclusion.respondents(case.matter)
        self._exclusion.shield(case, respondent_ids)
        if case.sorting.purpose is Purpose.DENUNCIATION:
            return self._to_discipline(case, respondent_ids)
        if case.sorting.path is Path.LITIGATION:
            return self._to_political_legal(case, respondent_ids)
        return self._to_competent(case, respondent_ids)

    def accused(self, matter: Matter, *, on: date) -> frozenset[UUID]:
        """The organs that a denunciation or a confidential petition accuses, given or named in it."""
        case = self._understood(matter.as_read(), on)
        self._exclusion.shield(case, self._exclusion.respondents(case.matter))
        return frozenset(case.accused)

    # -- what the petition says ---------------------------------------------------------------------------

    def _understood(self, matter: Matter, on: date) -> Case:
        understanding = self._heard(matter)
        category, category_confidence = understanding.category, understanding.confidence
        given = self.categories.get(matter.category_code) if matter.category_code else None
        if given is not None:
            category, category_confidence = given, GIVEN
        case = Case(
            matter=matter,
            on=on,
            pack=self._pack(matter.office_region),
            sorting=self._sorter.sort(matter.title, matter.text, matter.purpose),
            locality=self._locator.locate(matter, on, lambda: self._exclusion.named(matter)),
            understanding=understanding,
            category=category,
            category_confidence=category_confidence,
        )
        _explain_sorting(case)
        self._hold_if_misread(case)
        return case

    def _hold_if_misread(self, case: Case) -> None:
        """No denunciation, yet it accuses an organ or its people: a person tells before anyone reads it."""
        sorting = case.sorting
        if sorting.purpose is Purpose.DENUNCIATION or not sorting.misconduct:
            return
        if sorting.holders or self._exclusion.speaks_of_organs(case):
            words = _quoted((*sorting.misconduct, *sorting.holders)[:MOST_CUES])
            case.hold("R5", f"未作为检举控告登记,但文中提到{words},疑似检举控告,由人工确认")

    def _heard(self, matter: Matter) -> Understanding:
        """What the words of the lexicon say it is about, and the model where there is one."""
        finding = self._matters.find(matter.text, matter.title)
        model = self._witnesses.matter
        if model is None:
            return by_words(finding)
        return by_both(finding, model.speak(matter.title, matter.text), self.categories)

    # -- whom it goes to ----------------------------------------------------------------------------------

    def _to_discipline(self, case: Case, respondent_ids: tuple[UUID | None, ...]) -> Decision:
        """检举控告: the discipline organ with authority over the accused (R5), never a shielded one (R6)."""
        lead = self._climb(case, self._exclusion.region_of_authority(case), "discipline")
        if lead is None:
            case.say("R5", "检举控告类,但机构目录中没有可以承办的纪检监察机关,请人工确定")
            return self._finished(case, respondent_ids, None, 0.0)
        case.say("R5", f"检举控告类,按管理权限转送{lead.name}")
        case.say("R5", self._place_told(case), restricted=True)
        confidence = min(case.sorting.confidence, SUREST_DENUNCIATION, _authority_confidence(case))
        return self._finished(case, respondent_ids, lead, confidence)

    def _to_political_legal(self, case: Case, respondent_ids: tuple[UUID | None, ...]) -> Decision:
        """涉法涉诉: a letter is referred to the political-legal organ; a visitor is guided, by a person."""
        region = self._directory.gazetteer.get(case.matter.office_region)
        lead = self._climb(case, region, "political_legal")
        name = lead.name if lead else "同级政法部门"
        if case.matter.channel is Channel.VISIT:
            case.say("R4", f"走访反映涉法涉诉问题,应当释法明理,引导信访人向{name}反映")
            return self._finished(case, respondent_ids, None, 0.0, suggested=lead)
        case.say("R4", f"涉法涉诉信访事项,转送{name}依法处理")
        case.say("R4", self._place_told(case), restricted=bool(case.accused))
        confidence = min(SUREST_LITIGATION, case.locality.confidence)
        return self._finished(case, respondent_ids, lead, confidence if lead else 0.0)

    def _to_competent(self, case: Case, respondent_ids: tuple[UUID | None, ...]) -> Decision:
        """属地管理、分级负责,谁主管、谁负责: the lowest competent organ of the place (R1, R2)."""
        self._ask_precedent(case)
        if case.category is None:
            case.say("R1", f"事发地为{self._name(case.locality.region)};未能判断事项类别,请人工确定主管单位")
            return self._finished(case, respondent_ids, None, 0.0)
        competence = self._directory.competent(case.category.code, case.locality.region.code, case.on)
        lead = self._allowed(case, competence)
        place = self._place_told(case)
        matter = f"{competence.reason}({case.matter_ground})"
        if lead is None:
            case.say("R1", f"{place};{matter};请人工确定承办单位")
            return self._finished(case, respondent_ids, None, 0.0, competence=competence)
        case.say("R1", f"{place};{matter};由{lead.name}承办")
        co = tuple(organ for organ in competence.co if organ.id not in case.hidden and organ.id != lead.id)
        if co:
            names = "、".join(organ.name for organ in co)
            case.say("R8", f"涉及两个以上单位:{lead.name}主办,{names}协办")
        confidence = min(_beside_precedent(case, lead), self._place_confidence(case, competence))
        return self._finished(case, respondent_ids, lead, confidence, co=co, competence=competence)

    def _ask_precedent(self, case: Case) -> None:
        """Who handled such petitions here; of one that accuses anybody, nothing is asked (R6)."""
        model = self._witnesses.precedent
        if model is None or case.hidden or case.held:
            return
        heard = model.speak(case.matter.title, case.matter.text)
        case.precedents = precedents(heard, self._directory, case.locality.region.code, case.on)

    def _allowed(self, case: Case, competence: Competence) -> Organ | None:
        """The competent organ; when it is the accused, the one that decides a level up (R6)."""
        lead = competence.lead
        while lead is not None and lead.id in case.hidden:
            above = self._directory.superior_of_same_line(lead.id, on=case.on)
            text = f"{lead.name}不得承办本件,提级由上一级单位承办"
            case.say("R6", text, restricted=True)
            lead = above
        return lead

    def _climb(self, case: Case, region: Region, function: str) -> Organ | None:
        """The organ of the function in the region, or the nearest above that is not shielded."""
        for place in self._directory.gazetteer.lineage(region.code):
            organ = self._directory.by_function(function, place.code, on=case.on)
            if organ is not None and organ.id not in case.hidden:
                return organ
        return None

    def _place_confidence(self, case: Case, competence: Competence) -> float:
        """Less than the place's own when the place is known only above the level that decides."""
        return case.locality.confidence * (COARSE_PLACE if competence.coarse else 1.0)

    # -- the answer ---------------------------------------------------------------------------------------

    def _finished(
        self,
        case: Case,
        respondent_ids: tuple[UUID | None, ...],
        lead: Organ | None,
        confidence: float,
        *,
        co: tuple[Organ, ...] = (),
        competence: Competence | None = None,
        suggested: Organ | None = None,
    ) -> Decision:
        unsure = lead is not None and confidence < self._threshold
        needs_triage = lead is None or unsure or case.held
        if unsure:
            text = f"把握不足({confidence:.2f},低于{self._threshold:.2f}),转人工分流"
            case.reasons.append(Reason("triage", case.pack.routing_rule("R1").article, text))
        suggestions = (
            suggested_organs(case, self._directory, lead or suggested, competence) if needs_triage else ()
        )
        return Decision(
            lead_id=None if lead is None else lead.id,
            lead=_organ_json(lead),
            co=tuple(entry for organ in co if (entry := _organ_json(organ)) is not None),
            co_ids=tuple(organ.id for organ in co),
            mode=Mode.REFER,
            report_due=None,
            purpose=case.sorting.purpose,
            path=case.sorting.path,
            urgent=case.urgent,
            region_code=case.locality.region.code,
            category_code=case.category.code if case.category else None,
            region=case.region_json(self._directory.gazetteer),
            category=case.category_json(),
            confidence=confidence,
            needs_triage=needs_triage,
            suggestions=suggestions,
            reasons=tuple(case.reasons),
            respondent_organ_ids=respondent_ids,
            accused_organ_ids=case.accused,
            directory_version=self._directory.version,
            rules_version=f"{case.pack.id}/{self._rules_version}",
            held=case.held,
        )

    def _place_told(self, case: Case) -> str:
        return f"事发地为{self._name(case.locality.region)}({case.locality.ground})"

    def _name(self, region: Region) -> str:
        return self._directory.gazetteer.full_name(region.code)


def _authority_confidence(case: Case) -> float:
    """Authority over the accused follows from their organ; over those of none, from the place."""
    place = case.locality.confidence
    if case.accused:
        return max(place, NAMED_ORGAN_PLACE)
    return min(place, UNKNOWN_ACCUSED) if case.held else place


def _beside_precedent(case: Case, lead: Organ) -> float:
    """How sure the lead by law is, after it was heard who handled such petitions here (22)."""
    first = case.precedents[0] if case.precedents else None
    if first is None or not first.heard:
        return case.category_confidence
    article = case.pack.routing_rule("R1").article
    if first.organ.id == lead.id:
        text = f"本地同类信访件多由{first.organ.name}办理(模型,把握{first.chance:.2f}),与职权规定一致"
        case.reasons.append(Reason("precedent", article, text))
        # What both models read out of the same words is one witness, not two.
        return agreed(case.category_confidence, first.chance) if case.in_words else case.category_confidence
    text = (
        f"本地同类信访件多由{first.organ.name}办理(模型,把握{first.chance:.2f}),与职权规定不一致:"
        f"承办单位仍以职权规定为准,把握相应降低"
    )
    case.reasons.append(Reason("precedent", article, text))
    return contested(case.category_confidence, first.chance)


PATH_NAMES = {
    Path.LITIGATION: "依照诉讼、复议或者刑事司法程序处理",
    Path.ARBITRATION: "导入仲裁程序",
    Path.PARTY_APPEAL: "导入党员申诉、申请复审程序",
    Path.ADMINISTRATIVE_PROCEDURE: "导入行政复议、裁决、确认、许可、处罚等行政程序",
    Path.STATUTORY_DUTY: "属于申请查处违法行为、履行保护职责",
    Path.PETITION_PROCEDURE: "按信访程序办理",
}


def _explain_sorting(case: Case) -> None:
    sorting = case.sorting
    words = _quoted(sorting.cues) or "未见其他程序的线索"
    if sorting.purpose is Purpose.DENUNCIATION:
        _explain_denunciation(case)
    elif sorting.purpose is Purpose.REDRESS and sorting.path is not None:
        case.say("R7", f"申诉求决类,{PATH_NAMES[sorting.path]}({words})")
    elif sorting.purpose is Purpose.SUGGESTION:
        citation = str(case.pack.outcome("suggestion_adopted").citation)
        case.reasons.append(Reason("R7", citation, "建议意见类,由有权单位研究论证"))
    if case.urgent:
        stated = ("登记时写明",) if case.matter.urgent else ()
        cues = "、".join((*stated, *(f"“{cue}”" for cue in sorting.urgent_cues)))
        case.say("R10", f"可能重大、紧急({cues}),在转送的同时及时报告")


def _explain_denunciation(case: Case) -> None:
    """The words for what was done are told to all; those for people in office would name the accused (R6)."""
    sorting = case.sorting
    deeds = _quoted(cue for cue in sorting.cues if cue not in sorting.holders)
    ground = "登记时写明" if sorting.stated else f"文中提到{deeds}"
    case.say("R7", f"检举控告类({ground})")
    if sorting.holders:
        case.say("R7", f"文中的职务、身份:{_quoted(sorting.holders[:MOST_CUES])}", restricted=True)


def _quoted(words: Iterable[str]) -> str:
    return "、".join(f"“{word}”" for word in words)


def _organ_json(organ: Organ | None) -> dict[str, object] | None:
    if organ is None:
        return None
    return {"organ_id": str(organ.id), "name": organ.name, "region_code": organ.region_code}
