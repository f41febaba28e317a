"""《信访事项诉求手册》: told anew from the ledger and the rows whenever it is asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

from services.application import progress
from services.application.acts import shielded
from services.application.paper import follow_url, matter_of, unnamed
from services.application.paper_tiers import tier_records
from services.application.petition import visible
from services.application.ports import Work, World
from services.application.routing import desk
from services.domain.access import Client
from services.domain.calendar import local_date
from services.domain.directory import Directory
from services.domain.execution import Execution, ExecutionState
from services.domain.identity import mask_address, mask_document, mask_name, mask_phone
from services.domain.issued_paper import IssuedPaper
from services.domain.ledger import Event
from services.domain.paper import Letterhead, Paper, PaperKind, Section
from services.domain.paper_record import Entry, Person, handbook
from services.domain.paper_service import served_how
from services.domain.paper_words import chinese_date
from services.domain.petition import Care, Petition, Petitioner, Tier
from services.domain.review import TIER_NAMES
from services.domain.statute import RulePack

_REVIEWS = {Tier.REVIEW.value, Tier.RE_REVIEW.value}
UNKNOWN_OFFICE = "信访部门"


async def for_caller(world: World, petition_id: UUID, *, client: Client) -> Paper:
    """For whoever may see the petition: its people masked, and nameless where they are to be protected."""
    async with world.read() as work:
        petition = await visible(world, work, petition_id, client)
        return await _told(world, work, petition, masked=True)


async def for_petitioner(world: World, number: str, query_code: str) -> Paper:
    """The petitioner's own copy, by number and query code."""
    async with world.read() as work:
        petition = await progress.find(world, work, number, query_code)
        return await _told(world, work, petition, masked=False)


async def _told(world: World, work: Work, petition: Petition, *, masked: bool) -> Paper:
    directory, pack = await world.directory(), world.law.pack(petition.office_region)
    people = sorted(await work.petitioners.find(petition_id=petition.id), key=lambda each: each.position)
    events = sorted(await work.events.find(petition_id=petition.id), key=lambda event: event.seq)
    office_id = desk(directory, petition, await shielded(world, work, petition), on=world.clock.today())
    office = directory.organ(office_id).name if office_id else UNKNOWN_OFFICE
    about = await matter_of(work, petition)
    names = tuple(each.name for each in people if each.name)
    about = replace(about, petitioners=tuple(map(mask_name, about.petitioners)) if masked else names)
    category = petition.category_code
    return handbook(
        Letterhead(office, petition.number, _as_of(petition, events)),
        about,
        _people(petition, people, masked=masked),
        await tier_records(world, work, petition),
        _entries(events, directory, office),
        requests=petition.requests or petition.content,
        stands=_stands(petition, pack),
        more=await _more(work, petition, directory),
        category=directory.categories.path_name(category) if category else None,
        place=_place(petition, directory),
        follow_url=follow_url(world, petition),
        archived=not events,
    )


def _as_of(petition: Petition, events: list[Event]) -> date:
    """The day of the last step; of a ledger that was archived, the day that the petition tells."""
    if events:
        return local_date(events[-1].at)
    return petition.final_on or local_date(petition.registered_at)


async def _more(work: Work, petition: Petition, directory: Directory) -> list[Section]:
    """What stands between tiers and steps: the petitioner's papers, execution, care after the end."""
    papers = [each for each in await work.papers.find(petition_id=petition.id) if each.for_petitioner]
    executions = await work.executions.find(petition_id=petition.id)
    cares = await work.cares.find(petition_id=petition.id)
    parts = [
        Section("文书", rows=tuple((_short(each.kind), _paper(each)) for each in papers)),
        Section("意见的执行", rows=tuple(_executed(each, directory) for each in executions)),
        Section("终结后的帮扶疏导", rows=tuple(_cared(each, directory) for each in cares)),
    ]
    return [each for each in parts if each.rows]


def _short(kind: PaperKind) -> str:
    """受理告知书: all of them are 信访事项's."""
    return kind.heading.removeprefix("信访事项")


def _paper(paper: IssuedPaper) -> str:
    told = f"{paper.number}，{chinese_date(paper.issued_on)}出具"
    if paper.served_on is None:
        return told
    how = f"（{served_how(paper.service_method, paper.signed)}）" if paper.service_method else ""
    return f"{told}，{chinese_date(paper.served_on)}送达{how}"


def _executed(execution: Execution, directory: Directory) -> tuple[str, str]:
    told = f"{chinese_date(execution.opened_on)}开始督促执行"
    if execution.state is ExecutionState.CARRIED_OUT and execution.carried_out_on:
        told = f"{chinese_date(execution.carried_out_on)}执行完毕"
        told += f"：{execution.report}" if execution.report else ""
    elif execution.state is ExecutionState.CEASED:
        told = "意见已变更或者撤销，停止执行"
    return directory.organ(execution.organ_id).name, told


def _cared(care: Care, directory: Directory) -> tuple[str, str]:
    organ = f"（{directory.organ(care.organ_id).name}）" if care.organ_id else ""
    return chinese_date(care.given_on), f"{care.kind.chinese}：{care.text}{organ}"


def _people(petition: Petition, people: list[Petitioner], *, masked: bool) -> list[Person]:
    named = [each for each in people if each.name]
    if not masked:
        return [
            Person(each.name or "", each.document_number, _spoken(each.phone), each.address) for each in named
        ]
    if unnamed(petition):
        return [Person("依法保密") for _ in named]
    return [
        Person(
            mask_name(each.name or ""),
            each.document_number and mask_document(each.document_number),
            each.phone and mask_phone(each.phone),
            each.address and mask_address(each.address),
        )
        for each in named
    ]


def _spoken(phone: str | None) -> str | None:
    """A number as people dial it here: without the country's code."""
    return phone and phone.removeprefix("+86")


def _entries(events: list[Event], directory: Directory, office: str) -> list[Entry]:
    """The steps that a petitioner is shown, each with its day and who took it."""
    return [
        Entry(local_date(event.at), _step(event), _by(event, directory, office))
        for event in events
        if event.kind in progress.STEP_WORDS
    ]


def _step(event: Event) -> str:
    """What was done, of the tier that it belongs to where the ledger says which."""
    words, tier = progress.words_of(event), str(event.data.get("tier"))
    return words.replace("复查、复核", TIER_NAMES[Tier(tier)]) if tier in _REVIEWS else words


def _by(event: Event, directory: Directory, office: str) -> str:
    organ_id = event.data.get("organ_id")
    if organ_id:
        return directory.organ(UUID(str(organ_id))).name
    return "信访人" if event.actor == "petitioner" else office


def _stands(petition: Petition, pack: RulePack) -> str:
    if petition.final_ground is None:
        return petition.state.chinese
    return f"{petition.state.chinese}（{pack.finality_ground(petition.final_ground).title}）"


def _place(petition: Petition, directory: Directory) -> str | None:
    """The place as it was given, else the region it was found to be in."""
    code = petition.region_code
    if petition.address or code is None or directory.gazetteer.find(code) is None:
        return petition.address
    return directory.gazetteer.full_name(code)
