"""From a registration body to the domain's value, whatever way it came in; and back to the receipt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError

from intake_api.problems import FieldError, InvalidBody
from intake_api.replies import to_json
from intake_api.schemas.registration import (
    Brought,
    HotlineRegistration,
    LetterRegistration,
    Matter,
    OnlineRegistration,
    PetitionerIn,
    RegistrationIn,
    VisitRegistration,
)
from intake_api.validation import field_errors
from services.application.registration import Registered
from services.bootstrap import Deployment
from services.domain.access import Client, Scope
from services.domain.calendar import local_date
from services.domain.deadline import Deadline
from services.domain.directory import Directory
from services.domain.identity import normalise_document
from services.domain.own_limit import Limit, is_own, overridden
from services.domain.refusal import InvalidField, NotFound
from services.domain.registration import PetitionerDraft, Registration, RespondentDraft, title_of
from services.domain.statute import RuleNotInForce, RulePack

AnyRegistration = LetterRegistration | VisitRegistration | OnlineRegistration | HotlineRegistration
_ADAPTER: TypeAdapter[AnyRegistration] = TypeAdapter(RegistrationIn)


def read_registration(data: object) -> AnyRegistration:
    """The registration in decoded JSON. Raises pydantic's ``ValidationError``, a ``ValueError``."""
    return _ADAPTER.validate_python(data)


def parsed(data: object) -> AnyRegistration:
    """The registration in decoded JSON. Raises :class:`InvalidBody`."""
    try:
        return read_registration(data)
    except ValidationError as invalid:
        errors = [{**error, "loc": ("body", *error["loc"])} for error in invalid.errors(include_url=False)]
        raise InvalidBody(field_errors(errors, tagged=True)) from None


async def registration_of(world: Deployment, body: AnyRegistration, client: Client) -> Registration:
    """The registration as the use case takes it. Raises :class:`InvalidBody` with all that is wrong.

    ``client`` is the source: the rule pack of its region says how far back the rules reach.
    """
    errors: list[FieldError] = []
    directory = await world.directory()
    today = world.clock.today()
    block = _block(body)
    received_on = _received_on(block, today)
    pointer = f"/{body.channel.value}/{_DAY_FIELD[body.channel.value]}"
    errors += _check_day(world.law.pack(client.region_code), received_on, today, pointer)
    errors += _check_number(body, client)
    region, category = check_codes(directory, body, errors)
    petitioners = tuple(
        _petitioner(person, position, today, body.anonymous, errors)
        for position, person in enumerate(body.petitioners)
    )
    if errors:
        raise InvalidBody(errors)
    return Registration(
        channel=body.channel,
        received_on=received_on,
        title=body.title or title_of(body.content),
        content=body.content,
        requests=body.requests,
        form=block,
        particulars=_particulars(body),
        purpose=body.purpose,
        category_code=category,
        region_code=region,
        address=body.place.address if body.place else None,
        petitioners=petitioners,
        respondents=tuple(
            RespondentDraft(kind=each.kind, name=each.name, organ_id=each.organ_id, position=each.position)
            for each in body.respondents
        ),
        anonymous=body.anonymous,
        confidential=body.confidential,
        urgent=body.urgent,
        people_count=body.people_count or block.get("people_count"),
        external_ref=body.external_ref or _work_order_no(body),
        own_limit=_own_limit(body),
    )


_DAY_FIELD = {
    "letter": "received_on",
    "visit": "visited_at",
    "online": "submitted_at",
    "hotline": "called_at",
}


def _block(body: AnyRegistration) -> dict[str, Any]:
    block = getattr(body, body.channel.value)
    filled: dict[str, Any] = block.model_dump(mode="json", exclude_none=True, exclude={"own_due_at"})
    return filled


def _own_limit(body: AnyRegistration) -> Limit | None:
    due_at = body.hotline.own_due_at if isinstance(body, HotlineRegistration) else None
    return Limit(due_at) if due_at else None


def _received_on(block: Mapping[str, Any], today: date) -> date:
    """The day from which the periods count: of the letter's receipt, the visit, the call; else today."""
    for name in ("received_on", "visited_at", "called_at"):
        if text := block.get(name):
            return date.fromisoformat(text) if len(text) == 10 else local_date(datetime.fromisoformat(text))
    return today


def _check_day(pack: RulePack, received_on: date, today: date, pointer: str) -> list[FieldError]:
    if received_on > today:
        return [
            FieldError(
                pointer,
                "in_future",
                f"收到日期{received_on}晚于今天{today},请核对。",
                f"The day of receipt, {received_on}, lies after today, {today}. Check it.",
            )
        ]
    try:
        pack.period("D1", on=received_on)
    except RuleNotInForce:
        return [
            FieldError(
                pointer,
                "before_rules",
                f"{received_on}在现行规则施行之前,请核对日期;历史件请以当前登记日期录入并在内容中注明。",
                f"{received_on} is before the rules came into force. Check the date.",
            )
        ]
    return []


def _work_order_no(body: AnyRegistration) -> str | None:
    """A hotline's order has one number, however it is sent: it is the source's own reference of it."""
    return body.hotline.work_order_no if isinstance(body, HotlineRegistration) else None


def _check_number(body: AnyRegistration, client: Client) -> list[FieldError]:
    """A hotline keys its orders by their number: under another it would be a second petition."""
    number = _work_order_no(body)
    if Scope.HOTLINE not in client.scopes or number is None or body.external_ref in (None, number):
        return []
    zh = "与工单编号不一致;热线工单以工单编号为准,请勿另填外部编号。"
    return [
        FieldError("/external_ref", "differs", zh, "This differs from the work order's number: leave it out.")
    ]


def check_codes(
    directory: Directory, body: Matter, errors: list[FieldError]
) -> tuple[str | None, str | None]:
    """The full region code and the category code of the body, known to the directory."""
    region = None
    if body.place and body.place.region_code:
        found = directory.gazetteer.find(body.place.region_code)
        region = found.code if found else None
        if found is None:
            errors.append(_unknown("/place/region_code", "行政区划代码", "region code"))
    if body.category_code and body.category_code not in directory.categories:
        errors.append(_unknown("/category_code", "内容分类代码", "category code"))
    for position, respondent in enumerate(body.respondents):
        if respondent.organ_id is None:
            continue
        try:
            directory.organ(respondent.organ_id)
        except NotFound:
            errors.append(_unknown(f"/respondents/{position}/organ_id", "机关、单位编号", "organ id"))
    return region, body.category_code


def _unknown(pointer: str, zh: str, en: str) -> FieldError:
    return FieldError(pointer, "unknown_code", f"没有这个{zh},请核对。", f"There is no such {en}; check it.")


def _petitioner(
    person: PetitionerIn, position: int, today: date, anonymous: bool, errors: list[FieldError]
) -> PetitionerDraft:
    pointer = f"/petitioners/{position}"
    if person.name is None and not anonymous:
        zh = "请填写信访人姓名;不愿具名的,请将 anonymous 设为 true。"
        errors.append(FieldError(f"{pointer}/name", "required", zh, "Give a name, or set anonymous to true."))
    number = None
    if person.id_document is not None:
        document = person.id_document
        try:
            number = normalise_document(document.type, document.number, on=today)
        except InvalidField as wrong:
            told = (wrong.field_code, wrong.message("zh"), wrong.message("en"))
            errors.append(FieldError(f"{pointer}/id_document/number", *told))
    more = {name: filled for name in _MORE if (filled := getattr(person, name)) is not None}
    return PetitionerDraft(
        name=person.name,
        representative=person.representative,
        document_type=person.id_document.type.value if person.id_document else None,
        document_number=number,
        phone=person.phone,
        address=person.address,
        particulars=more,
    )


_MORE = ("residence_code", "postal_code", "email")
_PARTICULARS = {"involved_count", "occurred_on", "first_petition_on", "first_organ", "prior_procedures"}


def _particulars(body: Brought) -> dict[str, Any]:
    if _PARTICULARS.isdisjoint(body.model_fields_set):
        return {}
    filled = body.model_dump(mode="json", include=_PARTICULARS, exclude_none=True)
    return {name: value for name, value in filled.items() if value != []}


def receipt(registered: Registered) -> dict[str, Any]:
    """What the source is answered (``RegisteredOut``)."""
    petition = registered.petition
    return {
        "id": petition.id,
        "number": petition.number,
        "query_code": registered.query_code,
        "channel": petition.channel,
        "state": petition.state,
        "state_name": petition.state.chinese,
        "version": petition.version,
        "received_on": petition.received_on,
        "registered_at": petition.registered_at,
        "deadlines": deadlines_out(registered.deadlines),
        "same_matter": [
            {"id": each.id, "number": each.number, "relation": each.relation, "score": each.score}
            for each in registered.same_matter
        ],
        "links": links(str(petition.id)),
    }


def deadlines_out(clocks: Sequence[Deadline]) -> list[dict[str, Any]]:
    """All clocks of a case, each limit of a caller's own held against the statutory period beside it."""
    return [deadline_out(clock, overridden(clock, clocks)) for clock in clocks]


def deadline_out(clock: Deadline, decisive: Deadline | None = None) -> dict[str, Any]:
    late = f"晚于法定期限{decisive.due_on}({decisive.article}),以法定期限为准。" if decisive else None
    return {
        "rule": clock.rule,
        "source": "caller" if is_own(clock) else "statute",
        "title": clock.title,
        "article": clock.article or None,
        "starts_on": clock.starts_on,
        "due_on": clock.due_on,
        "due_at": clock.due_at,
        "provisional": clock.provisional,
        "state": clock.state,
        "note": late,
    }


def links(petition_id: str) -> dict[str, str]:
    here = f"/v1/petitions/{petition_id}"
    parts = ("events", "routing", "supplements", "attachments", "withdrawal")
    return {"self": here, **{part: f"{here}/{part}" for part in parts}}


def render(registered: Registered) -> bytes:
    return to_json(receipt(registered))
