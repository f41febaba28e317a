"""The end of the chain by an act of the petition office (终结, 山东省信访条例 46)."""

from __future__ import annotations

from enum import StrEnum

from services.domain.petition import Petition, Purpose
from services.domain.refusal import Refusal


class ClosureGround(StrEnum):
    """What a person finds that ends a petition; the other grounds the system computes itself."""

    NO_SUCCESSOR = "no_successor"


class ClosureNotFitting(Refusal):
    """建议意见、检举控告不因信访人死亡或者终止而终结,应当继续办理(山东省信访条例 46)。"""

    english = "Suggestions and denunciations outlive the petitioner: they are handled on (Shandong 46)."


def check_closure(petition: Petition) -> None:
    """Only requests (投诉请求) fall away with the petitioner; what a denunciation tells stays true."""
    if petition.purpose in (Purpose.SUGGESTION, Purpose.DENUNCIATION):
        raise ClosureNotFitting()
