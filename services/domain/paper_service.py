"""送达回证: what was served on whom, when and how, whether it was signed for (信访工作条例 32, 35, 36)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.domain.opinion import ServiceMethod
from services.domain.paper import Letterhead, Matter, Paper, PaperKind, Section, write
from services.domain.paper_words import chinese_date
from services.domain.refusal import Refusal

METHODS = {
    ServiceMethod.IN_PERSON: "直接送达",
    ServiceMethod.POST: "邮寄送达",
    ServiceMethod.ELECTRONIC: "电子送达",
    ServiceMethod.OTHER: "其他方式送达",
}
# Why nobody signed, refusing or absent, the remark tells in the words of whoever was there.
SIGNED = {True: "已签收", False: "未签收", None: None}


class WitnessNeeded(Refusal):
    """当面送达而未签收的,请写明见证人,或者在备注中写明未签收的原因。"""

    english = "Served in person and not signed for: name the witness, or say in the remark why."


@dataclass(frozen=True, slots=True)
class ServiceProof:
    """When and how a paper was served, and whether it was signed for.

    ``received_by`` took it, the recipient or someone for them; ``witness`` saw it left when nobody would
    sign; ``served_by`` brought it. ``remark``: the number of the registered letter, why it was not signed.
    """

    served_on: date
    method: ServiceMethod
    signed: bool | None = None
    place: str | None = None
    received_by: str | None = None
    witness: str | None = None
    served_by: str | None = None
    remark: str | None = None

    @property
    def by_the_organ(self) -> dict[str, str | None]:
        """Who acted for the organ in it, by where they are named: none of them may be recused (28)."""
        return {"/served_by": self.served_by, "/witness": self.witness}

    def ensure_credible(self) -> None:
        """Service starts periods: left unsigned, somebody saw it, or the remark tells how it was."""
        unsigned = self.method is ServiceMethod.IN_PERSON and self.signed is False
        if unsigned and not (self.witness or self.remark):
            raise WitnessNeeded()


def served_how(method: ServiceMethod, signed: bool | None) -> str:
    """直接送达，已签收."""
    return "，".join(part for part in (METHODS[method], SIGNED[signed]) if part)


def proof_of_service(head: Letterhead, matter: Matter, document: str, proof: ServiceProof) -> Paper:
    """送达回证 of ``document``, which is a paper's title with its number.

    People other than the recipient are named as they were given: this sheet is kept on file.
    """
    rows = [
        ("信访件编号", matter.number),
        ("信访事项", matter.title),
        ("送达文书", document),
        ("受送达人", matter.names),
        ("送达方式", METHODS[proof.method]),
        ("送达地点", proof.place),
        ("送达日期", chinese_date(proof.served_on)),
        ("签收情况", SIGNED[proof.signed]),
        ("签收人", proof.received_by),
        ("见证人", proof.witness),
        ("送达人", proof.served_by),
        ("备注", proof.remark),
    ]
    told = tuple((name, text) for name, text in rows if text)
    return write(PaperKind.SERVICE, head, [Section(rows=told)])
