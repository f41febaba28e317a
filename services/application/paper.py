"""The papers that acts leave behind (文书): each issued in its act's own transaction, said by the rule pack.

What a paper must state is ``services.domain.paper_*``'s; here the facts are brought together. The PDF is
made later, when someone first asks for it (``paper_reading``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from uuid import UUID

from services.application.paper_tiers import earlier_of, tier_records
from services.application.ports import Work, World
from services.domain.deadline import Deadline
from services.domain.dispatch import Dispatch, Mode
from services.domain.issued_paper import IssuedPaper
from services.domain.opinion import Opinion
from services.domain.organ import Organ
from services.domain.paper import Letterhead, Matter, Paper, PaperKind, PaperNumber, matter
from services.domain.paper_notice import (
    acceptance,
    assignment,
    decline,
    extension,
    no_longer_accepted,
    referral,
)
from services.domain.paper_opinion import KINDS, HearingDay, handling_opinion, hearing_notice, review_opinion
from services.domain.paper_record import finality_certificate
from services.domain.paper_service import ServiceProof, proof_of_service
from services.domain.petition import Petition, Purpose, Tier
from services.domain.review import DECIDE_RULE, Review
from services.domain.statute import Answer, Citation, Ground, RulePack

Write = Callable[[Letterhead], Paper]


async def issue(
    world: World,
    work: Work,
    petition: Petition,
    kind: PaperKind,
    write: Write,
    *,
    organ_id: UUID,
    subject_id: UUID | None = None,
) -> None:
    """Have a paper of an organ numbered, written and stored with this transaction."""
    organ = (await world.directory()).organ(organ_id)
    today = world.clock.today()

    def numbered(sequence: int) -> Paper:
        number = PaperNumber(_word(organ), kind, today.year, sequence)
        return write(Letterhead(organ.name, number, today, itself=organ.kind.itself))

    new_id = world.codes.new_id()
    work.issue(IssuedPaper(new_id, petition.id, organ_id, kind, subject_id, today, today.year), numbered)


def _word(organ: Organ) -> str:
    """The organ's 代字; one that has none is known by its name."""
    return organ.document_word or "".join(organ.name.split())


async def matter_of(work: Work, petition: Petition) -> Matter:
    """The petition as its papers name it: nameless where nobody may learn who wrote (条例 30, 46)."""
    named = [] if unnamed(petition) else await work.petitioners.find(petition_id=petition.id)
    return matter(petition, named)


def unnamed(petition: Petition) -> bool:
    return petition.confidential or petition.purpose is Purpose.DENUNCIATION


async def _owes_notice(world: World, petition: Petition, organ_id: UUID) -> bool:
    """Not where name or address are unclear (23.2), nor by organs that have rules of their own (23.4)."""
    organ = (await world.directory()).organ(organ_id)
    return petition.reachable and not organ.kind.tells_by_own_rules(petition)


async def accepted(
    world: World,
    work: Work,
    petition: Petition,
    dispatch: Dispatch,
    clock: Deadline | None,
    *,
    duty: str = "D3",
) -> None:
    """受理告知书 (23), with the last day where the sixty days run (34). ``duty`` to tell: D2 or D3."""
    if not await _owes_notice(world, petition, dispatch.organ_id):
        return
    pack, today = world.law.pack(petition.office_region), world.clock.today()
    about = await matter_of(work, petition)
    handle = pack.period(clock.rule, on=clock.starts_on) if clock else None

    def write(head: Letterhead) -> Paper:
        return acceptance(
            head, about,
            accepted_on=dispatch.accepted_on or today,
            tell=pack.period(duty, on=petition.received_on if duty == "D2" else dispatch.sent_on).citation,
            path=petition.path,
            sorting=_way(pack, petition),
            handle=handle,
            due_on=clock.due_on if clock else None,
            provisional=clock.provisional if clock else False,
            since=clock.starts_on if clock else None,
            follow_url=follow_url(world, petition),
        )  # fmt: skip

    await issue(
        world, work, petition, PaperKind.ACCEPTANCE, write,
        organ_id=dispatch.organ_id, subject_id=dispatch.id,
    )  # fmt: skip


def follow_url(world: World, petition: Petition) -> str | None:
    """Where the petitioner asks how it stands; the query code is asked for there. None: nobody gets there."""
    return f"{world.reached_at}/p/{petition.number}" if world.reached_at else None


def _way(pack: RulePack, petition: Petition) -> Citation | None:
    """The article under which a petition goes its way, by its purpose (29, 30, 31)."""
    if petition.purpose is Purpose.SUGGESTION:
        return pack.outcome("suggestion_adopted").citation
    if petition.purpose is Purpose.DENUNCIATION:
        return pack.routing_rule("R5").citation
    return pack.routing_rule("R7").citation if petition.purpose is Purpose.REDRESS else None


async def refused(
    world: World,
    work: Work,
    petition: Petition,
    ground: Ground,
    explanation: str,
    *,
    organ_id: UUID | None,
    directed_to: str | None = None,
    subject_id: UUID | None = None,
) -> None:
    """不予受理告知书, or where the matter was closed before 不再受理告知书 (19, 31, 36)."""
    if organ_id is None or not await _owes_notice(world, petition, organ_id):
        return
    about = await matter_of(work, petition)
    before = await work.petitions.find(id=petition.repeat_of) if petition.repeat_of else []
    earlier = before[0] if before and ground.links_earlier else None
    number = earlier.number if earlier else None
    closed = ground.answer is Answer.NO_LONGER_ACCEPT

    def write(head: Letterhead) -> Paper:
        if closed:
            return no_longer_accepted(
                head, about, ground=ground, explanation=explanation, earlier=number,
                ended_on=earlier.final_on if earlier else None,
            )  # fmt: skip
        return decline(
            head, about, ground=ground, explanation=explanation, directed_to=directed_to, earlier=number
        )

    kind = PaperKind.NO_LONGER_ACCEPTED if closed else PaperKind.DECLINE
    await issue(world, work, petition, kind, write, organ_id=organ_id, subject_id=subject_id)


async def extended(
    world: World,
    work: Work,
    petition: Petition,
    subject: Dispatch | Review,
    clock: Deadline,
    *,
    days: int,
    reason: str,
    due_before: date,
    above: Organ | None = None,
) -> None:
    """延期告知书 of a case in hand (34), or of a review where a regulation lets it take longer."""
    rule = world.law.pack(petition.office_region).period(clock.rule, on=clock.starts_on).extension
    if rule is None or not await _owes_notice(world, petition, subject.organ_id):
        return
    about = await matter_of(work, petition)
    tier = subject.tier if isinstance(subject, Review) else Tier.HANDLING

    def write(head: Letterhead) -> Paper:
        return extension(
            head, about,
            rule=rule, days=days, reason=reason,
            due_before=due_before, due_on=clock.due_on, provisional=clock.provisional,
            tier=tier, above=above.name if above else None,
        )  # fmt: skip

    await issue(
        world, work, petition, PaperKind.EXTENSION, write,
        organ_id=subject.organ_id, subject_id=subject.id,
    )  # fmt: skip


async def passed_on(
    world: World, work: Work, petition: Petition, dispatch: Dispatch, *, copies: Sequence[UUID] = ()
) -> None:
    """转送函 or 交办函 of whoever sends the petition; ``copies`` are the organs that take part (22, 24)."""
    if dispatch.sender_id is None:
        return
    directory, pack = await world.directory(), world.law.pack(petition.office_region)
    on, sent_to = dispatch.sent_on, directory.organ(dispatch.organ_id)
    about = await matter_of(work, petition)
    files = await work.attachments.find(petition_id=petition.id)
    owed = await _owes_notice(world, petition, dispatch.organ_id)

    letter: Callable[..., Paper] = referral
    if dispatch.mode is Mode.ASSIGN and dispatch.report_due is not None:
        letter = partial(assignment, report_due=dispatch.report_due)

    def write(head: Letterhead) -> Paper:
        return letter(
            head, about,
            to=sent_to.name,
            basis=pack.routing_rule("R3" if dispatch.mode is Mode.ASSIGN else "R2").citation,
            tell=pack.period("D3", on=on) if owed else None,
            object=None if dispatch.binding else pack.period("D4", on=on),
            purpose=petition.purpose,
            shield=pack.routing_rule("R6").citation,
            enclosures=("信访事项登记表", *(each.name for each in files)),
            copies_to=tuple(directory.organ(each).name for each in copies),
        )  # fmt: skip

    kind = PaperKind.ASSIGNMENT if dispatch.mode is Mode.ASSIGN else PaperKind.REFERRAL
    await issue(world, work, petition, kind, write, organ_id=dispatch.sender_id, subject_id=dispatch.id)


async def answered(world: World, work: Work, petition: Petition, opinion: Opinion) -> None:
    """信访处理意见书 (31, 32)."""
    pack = world.law.pack(petition.office_region)
    about = await matter_of(work, petition)
    requests = petition.requests or petition.content

    def write(head: Letterhead) -> Paper:
        return handling_opinion(
            head, about, opinion,
            outcome=pack.outcome(opinion.outcome.value),
            requests=requests,
            way=_way(pack, petition) or pack.routing_rule("R7").citation,
        )  # fmt: skip

    await issue(
        world, work, petition, PaperKind.OPINION, write, organ_id=opinion.organ_id, subject_id=opinion.id
    )


async def decided(world: World, work: Work, petition: Petition, opinion: Opinion, review: Review) -> None:
    """复查意见书, 复核意见书 (35, 36)."""
    outcome = world.law.pack(petition.office_region).outcome(opinion.outcome.value)
    about = await matter_of(work, petition)
    earlier = await earlier_of(world, work, review)

    def write(head: Letterhead) -> Paper:
        return review_opinion(head, about, opinion, review, outcome=outcome, earlier=earlier)

    await issue(
        world, work, petition, KINDS[opinion.tier], write, organ_id=opinion.organ_id, subject_id=opinion.id
    )


async def convened(world: World, work: Work, petition: Petition, review: Review, hearing: HearingDay) -> None:
    """听证通知书 (31, 36) for the days that stand in the review."""
    start = review.hearing_from
    if start is None or not petition.reachable:
        return
    pack = world.law.pack(petition.office_region)
    about = await matter_of(work, petition)

    def write(head: Letterhead) -> Paper:
        return hearing_notice(
            head, about, day=start, until=review.hearing_to, hearing=hearing,
            basis=pack.routing_rule("R15").citation,
            decide=pack.period(DECIDE_RULE[review.tier], on=review.requested_on),
        )  # fmt: skip

    await issue(
        world, work, petition, PaperKind.HEARING, write, organ_id=review.organ_id, subject_id=review.id
    )


async def ended(world: World, work: Work, petition: Petition, *, organ_id: UUID | None) -> None:
    """终结证明 (§6) of a petition that has just become final, by the office that keeps it."""
    on, code = petition.final_on, petition.final_ground
    if organ_id is None or on is None or code is None:
        return
    pack = world.law.pack(petition.office_region)
    about = await matter_of(work, petition)
    tiers = await tier_records(world, work, petition)
    reviewed = any(each.tier is not Tier.HANDLING and each.decision for each in tiers)
    ground = pack.finality_ground(code)
    # 36.3 closes the door after re-review alone; elsewhere what ends the chain does, where it is law here.
    bar = pack.ground_after(code)
    closed = bar.citation if bar and code == "re_review_served" else ground.citation

    def write(head: Letterhead) -> Paper:
        return finality_certificate(
            head, about, tiers,
            ground=ground, final_on=on, closed=closed if bar else None,
            care=pack.routing_rule("R14").citation if reviewed else None,
        )  # fmt: skip

    await issue(world, work, petition, PaperKind.FINALITY, write, organ_id=organ_id)


async def served(world: World, work: Work, petition: Petition, opinion: Opinion, proof: ServiceProof) -> None:
    """送达回证 of an opinion; the proof stands on its paper too."""
    for given in await work.papers.find(subject_id=opinion.id):
        await put_on_file(world, work, petition, given, proof)


async def put_on_file(
    world: World, work: Work, petition: Petition, given: IssuedPaper, proof: ServiceProof
) -> None:
    """Note on a paper how it was served, and issue the 送达回证."""
    given.served_on, given.service_method, given.signed = proof.served_on, proof.method, proof.signed
    await work.papers.save(given)
    about = await matter_of(work, petition)
    document = f"《{given.kind.heading}》（{given.number}）"

    def write(head: Letterhead) -> Paper:
        return proof_of_service(head, about, document, proof)

    await issue(world, work, petition, PaperKind.SERVICE, write, organ_id=given.organ_id, subject_id=given.id)
