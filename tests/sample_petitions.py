"""Plays the petitions of ``docs/samples`` through the running system, and writes every paper they leave.

python -m tests.sample_petitions docs/samples

The clock stands at the day of each act, and nothing on a paper is drawn by lot: the same bytes each time.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from alembic import command

import migrations
from services.adapters.directory_files import load_functions
from services.bootstrap import Deployment
from services.domain.access import ClientRole
from services.domain.organ_template import template_organs
from services.settings import Settings
from tests import sample_words as words
from tests.city import CITY, KEYS, Caller, City, Json

BEGIN = datetime(2026, 1, 5, 2, tzinfo=UTC)  # a Monday, ten o'clock in 益阳
PUBLIC_URL = "https://xinfang.example"


@dataclass(frozen=True, slots=True)
class Printed:
    """One paper as the API gives it, named as its files are: 1-04-信访处理意见书."""

    name: str
    content: Json
    pdf: bytes


class Story:
    """One petition, its receipt in hand, as time goes on."""

    def __init__(self, city: City, receipt: Json) -> None:
        self.city = city
        self.receipt = receipt

    async def on(self, day: str) -> None:
        """That morning, with everything that became due before it done."""
        await self.city.advance((date.fromisoformat(day) - self.city.today).days)

    async def dispatch(self, organ: str) -> tuple[str, Caller]:
        caller = await self.city.organ(organ)
        return f"/v1/dispatches/{(await caller.newest_dispatch())['id']}", caller

    async def serve(self, opinion_id: str, organ: Caller, day: str, proof: Json) -> None:
        await self.on(day)
        await organ.done(f"/v1/opinions/{opinion_id}/service", {"served_on": day, **proof})

    async def ask(self, reason: str, *, of: str) -> tuple[str, Caller]:
        """The petitioner's own request for the next tier, with number and code."""
        organ = await self.city.organ(of)
        body = {**self.proof, "reason": reason, "organ_id": organ.organ_id}
        answer = await self.city.http.post("/v1/public/reviews", json=body)
        assert answer.status_code == 201, answer.text
        return f"/v1/reviews/{answer.json()['id']}", organ

    async def decide(self, review: str, organ: Caller, opinion: Json) -> str:
        decided = await organ.done(f"{review}/decision", opinion)
        return str(decided["opinion"]["id"])

    @property
    def proof(self) -> Json:
        return {"number": self.receipt["number"], "query_code": self.receipt["query_code"]}

    async def papers(self, ordinal: int, *, handbook: bool = False) -> list[Printed]:
        """Every paper in the order of its issue, and the petitioner's handbook last."""
        office = await self.city.office()
        listed = (await office.get(f"/v1/petitions/{self.receipt['id']}/papers")).json()["items"]
        found = []
        for place, each in enumerate(listed, start=1):
            path = each["links"]["self"]
            content = (await office.get(path)).json()["content"]
            found.append(Printed(_name(ordinal, place, content), content, (await office.pdf(path)).content))
        if handbook:
            content, pdf = await self._handbook()
            found.append(Printed(_name(ordinal, len(found) + 1, content), content, pdf))
        return found

    async def _handbook(self) -> tuple[Json, bytes]:
        path = "/v1/public/handbook"
        told = await self.city.http.post(path, json=self.proof)
        printed = await self.city.http.post(path, json=self.proof, headers={"Accept": "application/pdf"})
        return dict(told.json()), printed.content


def _name(ordinal: int, place: int, content: Json) -> str:
    title = str(content["title"]).removeprefix("信访事项")
    return f"{ordinal}-{place:02}-{title}"


async def begun(city: City, body: Json, day: str) -> Story:
    """A petition registered on a day at the city's office, and routed."""
    await city.advance((date.fromisoformat(day) - city.today).days)
    by = await (city.caller(ClientRole.HOTLINE) if body["channel"] == "hotline" else city.window())
    story = Story(city, await city.register(by=by, **body))
    await city.route()
    return story


async def land(city: City) -> Story:
    """转送, 受理, 处理意见, 复查, 听证, 复核, 终结; and what was done afterwards."""
    story = await begun(city, words.LAND, "2026-01-05")
    dispatch, bureau = await story.dispatch(words.BUREAU)
    await story.on("2026-01-09")
    await bureau.done(f"{dispatch}/acceptance", {"note": words.LAND_NOTE, "path": "petition_procedure"})
    await story.on("2026-03-06")
    opinion = await bureau.done(f"{dispatch}/opinion", words.LAND_OPINION)
    await story.serve(opinion["id"], bureau, "2026-03-09", words.BY_HAND)
    await story.on("2026-03-24")
    done = {"carried_out_on": "2026-03-20", "report": words.LAND_DONE}
    await bureau.done(f"/v1/opinions/{opinion['id']}/execution", done)

    await story.on("2026-04-07")
    review, county = await story.ask(words.LAND_REVIEW_ASKED, of=words.COUNTY_GOVERNMENT)
    await county.done(f"{review}/acceptance")
    await story.on("2026-04-30")
    decided = await story.decide(review, county, words.LAND_REVIEW)
    await story.serve(decided, county, "2026-05-07", words.BY_POST)

    await story.on("2026-05-28")
    review, prefecture = await story.ask(words.LAND_RE_REVIEW_ASKED, of=words.CITY_GOVERNMENT)
    await prefecture.done(f"{review}/acceptance")
    await story.on("2026-06-03")
    hearing = {"from": "2026-06-16", "to": "2026-06-16", "notice": words.HEARING_NOTICE}
    await prefecture.done(f"{review}/hearing", hearing)
    await story.on("2026-06-17")
    await prefecture.done(f"{review}/hearing", {"from": "2026-06-16", "to": "2026-06-16"})
    await story.on("2026-06-24")
    decided = await story.decide(review, prefecture, words.LAND_RE_REVIEW)
    await story.serve(decided, prefecture, "2026-06-26", words.LEFT_AT_HOME)
    await story.on("2026-07-21")
    await (await city.office()).done(f"/v1/petitions/{story.receipt['id']}/care", words.LAND_CARE)
    return story


async def smoke(city: City) -> Story:
    """转送; 不予受理, for the dispute is before a court; the notice sent by post."""
    story = await begun(city, words.SMOKE, "2026-03-02")
    dispatch, streets = await story.dispatch(words.STREETS)
    await story.on("2026-03-06")
    await streets.done(f"{dispatch}/refusal", words.SMOKE_REFUSAL)
    papers = (await streets.get(f"/v1/petitions/{story.receipt['id']}/papers")).json()["items"]
    await story.on("2026-03-11")
    proof = {"served_on": "2026-03-10", "method": "post", "signed": True, "received_by": "周晓梅"}
    await streets.done(f"/v1/papers/{papers[-1]['id']}/service", proof)
    return story


async def homes(city: City) -> Story:
    """交办, 受理, 延期, a settlement, carried out: 终结."""
    story = await begun(city, words.HOMES, "2026-03-02")
    housing = await city.organ(words.HOUSING)
    await story.on("2026-03-04")
    choice = {**words.HOMES_ASSIGNED, "organ_id": housing.organ_id}
    await (await city.office()).done(f"/v1/triage/{story.receipt['id']}/decision", choice)
    dispatch, housing = await story.dispatch(words.HOUSING)
    await story.on("2026-03-09")
    await housing.done(f"{dispatch}/acceptance", {"path": "petition_procedure"})
    await story.on("2026-04-29")
    await housing.done(f"{dispatch}/extension", words.HOMES_EXTENSION)
    await story.on("2026-05-26")
    opinion = await housing.done(f"{dispatch}/opinion", words.HOMES_OPINION)
    await housing.done(f"{dispatch}/report", {"content": words.HOMES_REPORT})
    await story.serve(opinion["id"], housing, "2026-05-28", words.HOMES_SERVICE)
    await story.on("2026-06-16")
    done = {"carried_out_on": "2026-06-15", "report": words.HOMES_DONE}
    await housing.done(f"/v1/opinions/{opinion['id']}/execution", done)
    return story


async def again(city: City) -> Story:
    """The first one again, after the re-review: recognised, and 不再受理 as the desk was proposed."""
    story = await begun(city, words.AGAIN, "2026-10-12")
    await story.on("2026-10-15")
    path = f"/v1/triage/{story.receipt['id']}"
    await (await city.office()).done(f"{path}/refusal", words.AGAIN_REFUSAL)
    return story


async def played(city: City) -> list[Printed]:
    """All papers of the four petitions, each played in a city where nothing else happens that year."""
    first = await land(city)
    last = await again(city)
    return [*await first.papers(1, handbook=True), *await last.papers(4)]


async def played_beside(city: City) -> list[Printed]:
    """Those of the year's spring, for time goes one way."""
    second = await smoke(city)
    found = await second.papers(2)
    return [*found, *await (await homes(city)).papers(3)]


@asynccontextmanager
async def sample_city(folder: Path) -> AsyncIterator[City]:
    """A city of the template on the first working day of 2026, its organs with their 代字."""
    url = f"sqlite+aiosqlite:///{folder / 'xinfang.db'}"
    await asyncio.to_thread(command.upgrade, migrations.configuration(url), "head")
    settings = Settings(data=folder, database_url=url, demo=True, public_url=PUBLIC_URL)
    world = Deployment(settings, KEYS)
    await world.move_clock(BEGIN - datetime.now(UTC))
    gazetteer = (await world.directory()).gazetteer
    organs = template_organs(CITY, gazetteer, functions=load_functions(), new_id=world.codes.new_id)
    named = [replace(each, document_word=words.DOCUMENT_WORDS.get(each.name)) for each in organs]
    await world.organs.apply(added=named, by="samples", note="", at=BEGIN)
    city = City(world)
    yield city
    await city.http.aclose()
    await world.close()


async def all_papers() -> list[Printed]:
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        async with sample_city(Path(one)) as city:
            found = await played(city)
        async with sample_city(Path(other)) as city:
            found += await played_beside(city)
    return sorted(found, key=lambda each: each.name)


def as_json(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def main(folder: Path) -> None:
    for file in (*folder.glob("*.pdf"), *folder.glob("*.json")):
        file.unlink()
    for each in asyncio.run(all_papers()):
        (folder / f"{each.name}.pdf").write_bytes(each.pdf)
        (folder / f"{each.name}.json").write_text(as_json(each.content), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
