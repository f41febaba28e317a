"""What the QR code of a paper leads to: the petitioner types the query code and sees how it stands."""

from __future__ import annotations

from urllib.parse import urlsplit
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.responses import Response

from intake_api import page
from intake_api.calls import World
from intake_api.paper import handbook_pdf, paper_pdf
from intake_api.problems import Fault
from intake_api.routes.public import guessing
from intake_api.schemas.public import Proof
from services.application import handbook as handbooks
from services.application import paper_reading as papers
from services.application import progress as petitioners
from services.bootstrap import Deployment
from services.domain.refusal import Refusal

router = APIRouter(prefix="/p", include_in_schema=False)
LONGEST_NUMBER = 60


@router.get("")
async def ask_for_both(world: World) -> Response:
    return page.form(_home(world))


@router.get("/{number}")
async def ask_for_code(number: str, world: World) -> Response:
    """The same for every number, whether it is there or not."""
    return page.form(_home(world), number[:LONGEST_NUMBER])


@router.post("")
async def look_up(request: Request, world: World) -> Response:
    """Wrong number and wrong code answer alike, and count as those of ``POST /v1/public/progress``."""
    number = ""
    try:
        number, proof = await _proof(request)
        async with guessing(request, world, proof, None):
            found = await petitioners.progress(world, proof.number, proof.query_code)
            shelf = await papers.petitioners(world, proof.number, proof.query_code)
    except (Refusal, Fault) as error:
        return page.form(_home(world), number, error=error)
    pack = world.law.pack(found.petition.office_region)
    return page.progress(
        found, shelf.papers, proof, home=_home(world), directory=await world.directory(), pack=pack
    )


@router.post("/papers/{paper_id}")
async def download_paper(paper_id: UUID, request: Request, world: World) -> Response:
    number = ""
    try:
        number, proof = await _proof(request)
        async with guessing(request, world, proof, None):
            shelf = await papers.petitioners(world, proof.number, proof.query_code)
        return await paper_pdf(request, world, shelf.one(paper_id))
    except (Refusal, Fault) as error:
        return page.form(_home(world), number, error=error)


@router.post("/handbook")
async def download_handbook(request: Request, world: World) -> Response:
    number = ""
    try:
        number, proof = await _proof(request)
        async with guessing(request, world, proof, None):
            book = await handbooks.for_petitioner(world, proof.number, proof.query_code)
        return await handbook_pdf(request, world, book)
    except (Refusal, Fault) as error:
        return page.form(_home(world), number, error=error)


def _home(world: Deployment) -> str:
    """Where the forms go: below the address that the QR codes name, behind whatever proxy."""
    return urlsplit(world.settings.public_url).path.rstrip("/") + "/p"


async def _proof(request: Request) -> tuple[str, Proof]:
    """Number and code as a form sends them. What cannot be either answers as what is wrong."""
    async with request.form(max_files=0, max_fields=10) as sent:
        number, code = str(sent.get("number", "")), str(sent.get("query_code", ""))
    try:
        return number[:LONGEST_NUMBER], Proof(number=number, query_code=code)
    except ValidationError:
        raise petitioners.unknown() from None
