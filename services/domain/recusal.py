"""回避 (信访工作条例 28.3): staff with a direct interest in a matter, or in who brings it, take no part."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.domain.identity import index_name
from services.domain.refusal import Refusal
from services.domain.text import fold_width

RULE = "R11"


class RecusalGround(StrEnum):
    """与信访事项 / 与信访人有直接利害关系."""

    MATTER = "matter"
    PETITIONER = "petitioner"


class RecusalState(StrEnum):
    REQUESTED = "requested"  # the petitioner asks for it; not decided yet
    GRANTED = "granted"
    REFUSED = "refused"
    CEASED = "ceased"  # the organ has the petition no more: nothing is left to decide


@dataclass(frozen=True, slots=True)
class Officer:
    """Of an organ's staff, by name and post; ``is_head``: its 负责人, who approves in its name (34)."""

    name: str
    post: str | None = None
    is_head: bool = False


@dataclass(slots=True)
class Recusal:
    """That ``officer`` of ``organ_id`` takes no part in a petition, or that the petitioner asks for it.

    ``requested_on`` is the day of the petitioner's request; None: the organ found it by itself.
    ``decider_id`` has a request to decide: the organ, or the desk where the organ must not read it yet.
    ``decided_by`` is who decided in the end, of ``deciding_organ_id`` where that is the superior.
    """

    id: UUID
    petition_id: UUID
    organ_id: UUID
    officer: str
    reason: str
    state: RecusalState
    decider_id: UUID
    post: str | None = None
    is_head: bool = False
    ground: RecusalGround | None = None
    requested_on: date | None = None
    decided_on: date | None = None
    decided_by: str | None = None
    deciding_organ_id: UUID | None = None
    decision_reason: str | None = None

    @property
    def whom(self) -> Officer:
        return Officer(self.officer, self.post, self.is_head)


class OfficerRecused(Refusal):
    """所填人员已决定回避,不得再参与办理、批准本件({article});如非同一人,请填写其全名。"""

    english = "That person is recused and takes no further part in this petition ({article})."


class HeadRecused(Refusal):
    """本单位负责人已决定回避,应当由上级机关负责人批准({article});请在 approving_organ_id 填写:{above}。"""

    english = "The organ's head is recused: a superior approves ({article}). Name it: {above}."


class HeadDecidedAbove(Refusal):
    """负责人的回避,由上级机关决定;请在 deciding_organ_id 填写:{above}。"""

    english = "Whether a head is recused is decided by a superior. Name it: {above}."


class DecidesOnOwn(Refusal):
    """本人的回避不能由本人决定({article})。"""

    english = "Nobody decides on a recusal of one's own ({article})."


class AlreadyRecused(Refusal):
    """该人员在本件的回避已经记录。"""

    english = "This person's recusal from this petition is on record already."


class RecusalDecided(Refusal):
    """该回避申请已作出决定,或者已随信访件移交、终止。"""

    english = "The request was decided already, or ceased when the petition left the organ."


class NoHeadRecused(Refusal):
    """因回避移交上级,以正在承办的单位负责人已决定回避为限({article})。"""

    english = (
        "A case moves up for a recusal only if the head of the organ that has it is recused ({article})."
    )


class NobodyAbove(Refusal):
    """机构目录中没有可以承办的上级机关。"""

    english = "The directory has no superior that could take it."


_BETWEEN = re.compile(r"[\s、,;/|()\[\]【】:]+")
_POST = (
    "(?:.长|书记|主任|主席|委员|常委|经理|调研员|科员|巡视员|检察官|法官|干部|负责人"
    "|同志|先生|女士|老师|批准人|主持人|送达人|承办人)"
)
_POST_BEFORE = re.compile(f"{_POST}$")  # 南县自然资源局副局长王建国
# 王建国副局长, 王建国南县自然资源局副局长; in 王建国局长 the 国 is of the name, and no 王建 is meant.
_POST_BEHIND = re.compile(f"(?:.{{2,}}[局委办厅府科处室所院部会])?(?:常务副|[副代原正])?{_POST}")
_HEADS = frozenset({"负责人", "主要负责人", "本机关负责人", "本单位负责人", "本机关、单位负责人"})
_DOUBLE_SURNAMES = frozenset(
    ("欧阳", "上官", "司马", "诸葛", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "夏侯", "东方")
)


def means(line: str, officer: Officer) -> bool:
    """Whether a line that names people names this one: 王建国, 王建国局长, 局长王建国, 王局长; a head: 局长.

    A longer name that only begins alike (王建国强) is somebody else.
    """
    parts = {index_name(part) for part in (line, *_BETWEEN.split(fold_width(line)))} - {""}
    return any(_is(part, officer) for part in parts)


def recused_among(line: str | None, recusals: Iterable[Recusal], *organ_ids: UUID) -> Recusal | None:
    """The recusal, of one of these organs, of somebody whom a line names."""
    if not line:
        return None
    standing = (
        each for each in recusals if each.state is RecusalState.GRANTED and each.organ_id in organ_ids
    )
    return next((each for each in standing if means(line, each.whom)), None)


def head_recused(recusals: Iterable[Recusal], organ_id: UUID) -> bool:
    return any(
        each.is_head and each.organ_id == organ_id and each.state is RecusalState.GRANTED for each in recusals
    )


def _is(part: str, officer: Officer) -> bool:
    name = index_name(officer.name)
    if part == name:
        return True
    if part.startswith(name) and _POST_BEHIND.fullmatch(part, len(name)):
        return True
    if part.endswith(name) and _POST_BEFORE.search(part.removesuffix(name)):
        return True
    titles = _titles(officer)
    surname = name[:2] if name[:2] in _DOUBLE_SURNAMES else name[:1]
    return part in {surname + title for title in titles} or (officer.is_head and part in titles | _HEADS)


def _titles(officer: Officer) -> frozenset[str]:
    """How a post is spoken of: 副局长 also as 局长."""
    post = index_name(officer.post or "")
    return frozenset({post, post[-2:]} - {""})
