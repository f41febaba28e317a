"""The simple procedure (简易办理, 国信发〔2016〕8号): what it is not for. The organ that accepts decides."""

from __future__ import annotations

from services.domain.dispatch import Mode
from services.domain.petition import Path, Petition
from services.domain.refusal import Refusal

# Each level passes it on; the organ decides on acceptance; it answers.
PASS_ON, DECIDE, ANSWER = "D13.1", "D13.2", "D13.3"


class SimpleNotFitting(Refusal):
    """本件不适用简易办理:{why}(国信发〔2016〕8号)。"""

    english = "The simple procedure does not fit: {why_en} (国信发〔2016〕8号)."


class NotSimple(Refusal):
    """本件没有按简易办理,已经适用普通程序。"""

    english = "This petition is not handled simply: the ordinary way is the one it goes already."


def unfit(petition: Petition, *, mode: Mode, helped: bool) -> tuple[str, str] | None:
    """Why a petition is not for a fast road, in Chinese and English; None where it is.

    It is assigned, joint, of several organs (``helped``), of another procedure, or was brought before.
    """
    why = (
        (mode is Mode.ASSIGN, "上级交办", "it was assigned from above"),
        (petition.people_count > 1, "多人联名", "it is a joint petition"),
        (helped, "涉及两个以上单位", "several organs handle it"),
        (petition.path not in (None, Path.PETITION_PROCEDURE), "适用其他法定程序", "another procedure fits"),
        (petition.repeat_of is not None, "不是初次信访事项", "it was brought before"),
    )
    return next(((text, english) for holds, text, english in why if holds), None)


def check_simple(petition: Petition, *, mode: Mode, helped: bool) -> None:
    """Refuse the simple procedure for what is :func:`unfit` for it."""
    found = unfit(petition, mode=mode, helped=helped)
    if found is not None:
        raise SimpleNotFitting(why=found[0], why_en=found[1])
