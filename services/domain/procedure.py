"""The simple procedure (简易办理, 国信发〔2016〕8号): what it is not for. The organ that accepts decides."""

from __future__ import annotations

from collections.abc import Iterable

from services.domain.dispatch import Dispatch, Mode, Role
from services.domain.petition import Path, Petition
from services.domain.refusal import Refusal


class SimpleNotFitting(Refusal):
    """本件不适用简易办理:{why}(国信发〔2016〕8号)。"""

    english = "The simple procedure does not fit: {why_en} (国信发〔2016〕8号)."


def check_simple(petition: Petition, dispatch: Dispatch, all_dispatches: Iterable[Dispatch]) -> None:
    """Refuse it for what is assigned, joint, of several organs, of another procedure, or brought before."""
    with_others = any(each.open and each.role is Role.CO for each in all_dispatches)
    unfit = (
        (dispatch.mode is Mode.ASSIGN, "上级交办", "it was assigned from above"),
        (petition.people_count > 1, "多人联名", "it is a joint petition"),
        (with_others, "涉及两个以上单位", "several organs handle it"),
        (petition.path not in (None, Path.PETITION_PROCEDURE), "适用其他法定程序", "another procedure fits"),
        (petition.repeat_of is not None, "不是初次信访事项", "it was brought before"),
    )
    for holds, why, why_en in unfit:
        if holds:
            raise SimpleNotFitting(why=why, why_en=why_en)
