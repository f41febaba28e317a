"""What a person decides about a petition that may repeat an earlier one (信访工作条例 19, 36)."""

from __future__ import annotations

from services.application.acts import ensure_visible, shielded
from services.application.petition import add_supplement
from services.application.ports import Work, World
from services.application.same_matter import compared, linked
from services.domain.access import Call
from services.domain.number import parse_number
from services.domain.petition import Channel, Petition, Purpose, State, Supplement
from services.domain.refusal import InvalidField, NotFound, Refusal
from services.domain.same_matter import Difference, Link, LinkState, comparable, words_of
from services.domain.statute import Answer, Ground


class OnlyForVisits(Refusal):
    """“{title}”只适用于走访({article});本件不是走访,请另行选择理由。"""

    english = "Ground {ground} is for visits alone ({article}); this is none. Choose another."


class DenunciationNoRepeat(Refusal):
    """检举控告没有复查、复核,不因重复提出而不予受理;其中的线索由有权处理的机关核查(信访工作条例 30)。"""

    english = "A denunciation has no review, and is never refused as a repetition (art. 30)."


class RepeatNotBarred(Refusal):
    """原件{number}当前为“{state_name}”,不符合“{title}”的情形({article})。"""

    english = "Ground {ground} ({article}) does not fit: the earlier petition {number} is in state {state}."


async def proposal(work: Work, petition: Petition) -> Link | None:
    """The link that waits for a person's decision."""
    found = await work.links.find(petition_id=petition.id, state=LinkState.PROPOSED.value)
    return found[0] if found else None


async def go_on(
    world: World, work: Work, petition: Petition, difference: Difference | None, *, call: Call
) -> dict[str, object]:
    """It goes on though a refusal was proposed; what differs opens a new chain. What the ledger is told."""
    link = await proposal(work, petition)
    if link is None:
        return {}
    _decide(world, link, LinkState.REJECTED, call)
    link.difference = difference
    await work.links.save(link)
    if difference is not None:
        petition.repeat_of = None
    return {"link_id": str(link.id), "difference": difference.value if difference else None}


async def refused_on(
    world: World, work: Work, petition: Petition, ground: Ground, number: str | None, *, call: Call
) -> dict[str, object]:
    """Check a ground of non-acceptance against the petition, and link the earlier one to which it points.

    ``number`` names that one; None: the one that was recognised. What the ledger is to be told. Raises
    InvalidField (earlier_needed, earlier_unknown, a malformed number), :class:`OnlyForVisits`,
    :class:`DenunciationNoRepeat`, :class:`RepeatNotBarred`.
    """
    if ground.answer is Answer.GUIDE and petition.channel is not Channel.VISIT:
        raise OnlyForVisits(ground=ground.id, title=ground.title, article=ground.citation)
    if not ground.links_earlier:
        return await go_on(world, work, petition, None, call=call)
    if petition.purpose is Purpose.DENUNCIATION:
        raise DenunciationNoRepeat()
    earlier = await _earlier(world, work, petition, number, ground, call=call)
    link = await _confirm(world, work, petition, earlier, ground, call=call)
    petition.repeat_of = earlier.id
    if ground.id == "A1" and link.same_person:
        await _hand_over(world, work, petition, earlier, call=call)
    seen = [{"what": each["what"], "weight": each["weight"]} for each in link.evidence]
    return {"link_id": str(link.id), "score": link.score, "seen": seen}


async def _earlier(
    world: World, work: Work, petition: Petition, number: str | None, ground: Ground, *, call: Call
) -> Petition:
    if number is None:
        link = await proposal(work, petition)
        earlier_id = link.earlier_id if link else petition.repeat_of
        found = [await work.petitions.get(earlier_id)] if earlier_id else []
        code, zh = "earlier_needed", f"以“{ground.title}”不予受理的,应当写明原信访件编号({ground.citation})。"
        en = f"Ground {ground.id} points to an earlier petition: give its number ({ground.citation})."
    else:
        found = await work.petitions.find(number=_parsed(number))
        code, zh, en = "earlier_unknown", "没有这一编号的在先信访件。", "There is no such earlier petition."
    missing = InvalidField(code=code, zh=zh, en=en, pointer="/earlier_number")
    if not found or found[0].id >= petition.id:
        raise missing
    try:
        await ensure_visible(world, work, found[0], call.client)
    except NotFound:
        raise missing from None
    return found[0]


def _parsed(number: str) -> str:
    try:
        return str(parse_number(number))
    except InvalidField as wrong:
        zh, en = wrong.message("zh"), wrong.message("en")
        raise InvalidField(code=wrong.field_code, zh=zh, en=en, pointer="/earlier_number") from None


async def _confirm(
    world: World, work: Work, petition: Petition, earlier: Petition, ground: Ground, *, call: Call
) -> Link:
    """The link to the earlier petition, confirmed; one to another that was proposed is rejected by it."""
    found = await compared(world, work, petition, earlier)
    barred = found.standing.ground if found.standing else None
    if not _fits(earlier, ground, barred):
        raise RepeatNotBarred(
            number=earlier.number, state=earlier.state.value, state_name=earlier.state.chinese,
            ground=ground.id, title=ground.title, article=ground.citation,
        )  # fmt: skip
    links = await work.links.find(petition_id=petition.id)
    mine = next((each for each in links if each.earlier_id == earlier.id), None)
    for other in links:
        if other.state is LinkState.PROPOSED and other is not mine:
            _decide(world, other, LinkState.REJECTED, call)
            await work.links.save(other)
    if mine is None:
        mine = linked(world, petition, found, state=LinkState.CONFIRMED)
        await work.links.add(mine)
    else:
        await work.links.save(mine)
    mine.ground = ground.id
    _decide(world, mine, LinkState.CONFIRMED, call)
    return mine


def _fits(earlier: Petition, ground: Ground, barred: str | None) -> bool:
    """Whether it ended as the ground says; where no timer came yet, the time to ask for review is over."""
    if ground.after and earlier.state is State.FINAL:
        return earlier.final_ground in ground.after
    return barred == ground.id or not (ground.after or ground.id == "A1")


def _decide(world: World, link: Link, state: LinkState, call: Call) -> None:
    link.state, link.decided_at, link.decided_by = state, world.clock.now(), call.actor


async def _hand_over(world: World, work: Work, petition: Petition, earlier: Petition, *, call: Call) -> None:
    """What was said again goes to the organ that handles the earlier petition: it may hold something new.

    Not what is confidential, nor to an organ that must not see it (30).
    """
    if not comparable(petition, earlier) or earlier.state.ended:
        return
    if earlier.holder_id in await shielded(world, work, petition):
        return
    held = await work.lock(earlier.id)
    said = Supplement(
        id=world.codes.new_id(),
        petition_id=held.id,
        content=f"信访人又以{petition.number}提出同一事项:\n{words_of(petition)}",
        client_id=petition.client_id,
        added_at=world.clock.now(),
    )
    await add_supplement(work, held, said, actor=call.actor)
