from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

import pytest
from sqlalchemy import event, text

from services.application.outbox import ABANDONED_AT_ONCE, Drain
from services.application.ports import LeaseLost, World
from services.bootstrap import Deployment
from services.domain.outbox import MAX_TRIES, Job, JobState
from tests.integration.conftest import Deploy
from tests.integration.petitions import count, end_leases, petition, register

ALL = 1000


async def done(world: World, jobs: Sequence[Job]) -> None:
    async with world.begin() as work:
        await work.finish(*jobs)


async def claim(
    world: Deployment, worker: str = "one", *, limit: int = ALL, retried: bool = False
) -> list[Job]:
    return await world.queue.claim(["route"], worker=worker, limit=limit, retried=retried)


async def states(world: Deployment) -> dict[str, int]:
    return await world.queue.waiting()


async def test_every_job_is_claimed_by_exactly_one_worker(deploy: Deploy) -> None:
    one, other = deploy(), deploy()
    await register(one, 300)

    async def claim_all(world: Deployment, name: str) -> list[Job]:
        jobs: list[Job] = []
        while claimed := await claim(world, name, limit=7):
            jobs += claimed
        return jobs

    taken = await asyncio.gather(claim_all(one, "one"), claim_all(other, "other"))
    ids = [job.id for jobs in taken for job in jobs]
    assert len(ids) == len(set(ids)) == 300


async def test_a_claim_takes_no_more_than_it_asked_for(world: Deployment) -> None:
    await register(world, 30)
    assert len(await claim(world, limit=7)) == 7


LATE: dict[str, Callable[[Deployment, Job], Awaitable[int]]] = {
    "heartbeat": lambda world, job: world.queue.heartbeat([job]),
    "fail": lambda world, job: world.queue.fail(job, "late"),
    "release": lambda world, job: world.queue.release(job),
}


@pytest.mark.parametrize("act", LATE)
async def test_a_late_worker_touches_no_row(world: Deployment, act: str) -> None:
    await register(world, 1)
    [late] = await claim(world, "late")
    await end_leases(world)
    [current] = await claim(world, "other", retried=True)
    before = await world.queue.listing()
    assert await LATE[act](world, late) == 0
    assert await world.queue.listing() == before
    await done(world, [current])


async def test_a_late_finish_takes_its_own_writes_back(world: Deployment) -> None:
    await register(world, 1)
    [late] = await claim(world, "late")
    await end_leases(world)
    await claim(world, "other", retried=True)

    async def finish_late() -> None:
        async with world.begin() as work:
            await work.petitions.add(petition(world, 2))
            await work.finish(late)

    with pytest.raises(LeaseLost):
        await finish_late()
    assert await count(world, "petitions") == 1


async def test_the_fence_moves_on_though_tries_begin_again(world: Deployment) -> None:
    await register(world, 1)
    [late] = await claim(world, "late")
    await world.queue.release(late)
    [again] = await claim(world, "other")
    assert again.tries == late.tries
    with pytest.raises(LeaseLost):
        await done(world, [late])
    await done(world, [again])


@pytest.mark.parametrize("retried", [False, True])
async def test_only_the_commit_of_a_first_claim_waits_for_no_disk(deploy: Deploy, retried: bool) -> None:
    before, world = deploy(), deploy()
    on_postgresql = not before.database.is_sqlite
    if on_postgresql:  # the tests' server waits for no disk at all
        async with before.database.reading() as connection:
            name = await connection.scalar(text("SELECT current_database()"))
            await connection.execute(text(f'ALTER DATABASE "{name}" SET synchronous_commit TO on'))
    await register(world, 2)
    if retried:
        await claim(world)
        await end_leases(world)
    told: list[str] = []
    engine = world.database._writer.sync_engine
    event.listen(engine, "before_cursor_execute", lambda *given: told.append(given[2]))
    jobs = await claim(world, retried=retried)
    assert len(jobs) == 2
    assert any("set_config" in statement for statement in told) == (on_postgresql and not retried)
    if on_postgresql:
        async with world.database.writing() as connection:
            assert await connection.scalar(text("SHOW synchronous_commit")) == "on"
    told.clear()
    await done(world, jobs)
    assert told
    assert not any("set_config" in statement for statement in told)


async def test_a_failing_job_is_tried_again_and_ends_as_a_dead_letter(world: Deployment) -> None:
    async def broken(_world: World, _jobs: Sequence[Job]) -> None:
        raise ValueError("张三 13800000000")

    await register(world, 1)
    drain = Drain(world, {"route": broken}, worker="one")
    tries = 0
    while (await states(world)).get(JobState.PENDING):
        await end_leases(world)
        tries += await drain.once()
    assert tries == MAX_TRIES
    [dead] = await world.queue.listing(only_dead=True)
    assert dead["error"].startswith("ValueError [")
    assert "张三" not in dead["error"]
    assert await world.queue.retry() == 1
    assert await Drain(world, {"route": done}, worker="one").once() == 1
    assert await states(world) == {}


async def test_a_failed_job_waits_before_it_is_tried_again(world: Deployment) -> None:
    await register(world, 1)
    [job] = await claim(world)
    await world.queue.fail(job, "broken")
    assert await claim(world, retried=True) == []


async def test_a_bad_job_fails_alone(world: Deployment) -> None:
    ids = await register(world, 20)

    async def picky(world: World, jobs: Sequence[Job]) -> None:
        async with world.begin() as work:
            await work.finish(*jobs)
            if any(job.petition_id == ids[7] for job in jobs):
                raise ValueError("poison")

    await Drain(world, {"route": picky}, worker="one").once()
    [left] = await world.queue.listing()
    assert left["petition_id"] == ids[7]
    assert left["tries"] == 1


async def test_an_unknown_topic_stays_queued_for_a_newer_worker(world: Deployment) -> None:
    await register(world, 3, topic="tomorrow")
    assert await Drain(world, {"route": done}, worker="old").once() == 0
    assert await states(world) == {"pending": 3}
    assert await Drain(world, {"route": done, "tomorrow": done}, worker="new").once() == 3


async def test_jobs_of_a_dead_worker_come_back_in_batches_of_fifty(world: Deployment) -> None:
    held = 2 * ABANDONED_AT_ONCE + 5
    await register(world, held)
    assert len(await claim(world, "dead")) == held
    await end_leases(world)
    assert await claim(world, "other") == []
    assert await sizes_of_batches(world) == [ABANDONED_AT_ONCE, ABANDONED_AT_ONCE, 5]


async def test_jobs_that_two_workers_died_of_come_back_one_at_a_time(world: Deployment) -> None:
    await register(world, 5)
    for retried in (False, True):
        assert len(await claim(world, "dead", retried=retried)) == 5
        await end_leases(world)
    assert await sizes_of_batches(world) == [1, 1, 1, 1, 1]


async def test_a_job_that_failed_comes_again_alone(world: Deployment) -> None:
    await register(world, 3)
    for job in await claim(world):
        await world.queue.fail(job, "broken")
    await end_leases(world)
    assert await sizes_of_batches(world) == [1, 1, 1]


async def test_a_job_that_kills_its_workers_takes_no_other_to_the_dead_letters(world: Deployment) -> None:
    ids = await register(world, 70)
    poison, deaths = ids[30], 0
    await claim(world, "dead")
    await end_leases(world)
    while jobs := await claim(world, "other", limit=ABANDONED_AT_ONCE, retried=True):
        if any(job.petition_id == poison for job in jobs):
            deaths += 1  # with all that it had in hand
            await end_leases(world)
        else:
            await done(world, jobs)
    assert deaths == MAX_TRIES - 1
    assert await world.queue.bury_abandoned() == 1
    [dead] = await world.queue.listing()
    assert (dead["petition_id"], dead["state"]) == (poison, JobState.DEAD)


async def sizes_of_batches(world: Deployment) -> list[int]:
    sizes: list[int] = []

    async def counting(world: World, jobs: Sequence[Job]) -> None:
        sizes.append(len(jobs))
        await done(world, jobs)

    drain = Drain(world, {"route": counting}, worker="other")
    while await drain.once():
        pass
    return sizes


async def test_a_job_that_kills_its_worker_every_time_is_buried(world: Deployment) -> None:
    await register(world, 1)
    for attempt in range(MAX_TRIES):
        assert await world.queue.bury_abandoned() == 0
        assert len(await claim(world, "dead", retried=attempt > 0)) == 1
        await end_leases(world)
    assert await claim(world, "other", retried=True) == []
    assert await world.queue.bury_abandoned() == 1
    [dead] = await world.queue.listing(only_dead=True)
    assert dead["error"] == "worker died on every try"


async def test_a_stopped_worker_gives_its_jobs_back_unburnt(world: Deployment) -> None:
    started = asyncio.Event()

    async def endless(_world: World, _jobs: Sequence[Job]) -> None:
        started.set()
        await asyncio.Event().wait()

    await register(world, 3)
    working = asyncio.create_task(Drain(world, {"route": endless}, worker="one").once())
    await started.wait()
    working.cancel()
    await asyncio.wait([working])
    jobs = await world.queue.listing()
    assert [(job["state"], job["tries"]) for job in jobs] == [("pending", 0)] * 3


async def test_a_job_that_never_ends_is_given_up(world: Deployment) -> None:
    async def endless(_world: World, _jobs: Sequence[Job]) -> None:
        await asyncio.Event().wait()

    await register(world, 1)
    await Drain(world, {"route": endless}, worker="one", patience_seconds=0.05).once()
    [left] = await world.queue.listing()
    assert (left["state"], left["tries"]) == ("pending", 1)
    assert left["error"].startswith("TimeoutError")


async def test_a_long_job_keeps_its_lease(deploy: Deploy) -> None:
    world, other = deploy(lease_seconds=1), deploy(lease_seconds=1)

    async def slow(world: World, jobs: Sequence[Job]) -> None:
        await asyncio.sleep(1.6)
        assert await claim(other, "other", retried=True) == []
        await done(world, jobs)

    await register(world, 1)
    await Drain(world, {"route": slow}, worker="one", lease_seconds=1).once()
    assert await states(world) == {}


async def test_a_batch_that_leaves_the_loop_no_rest_keeps_its_lease(deploy: Deploy) -> None:
    """As routing does: every petition is a piece of work without a pause, the next one lets others in."""
    lease_seconds = 3.0  # as in earnest: the machine that tests may itself stand still for a second
    world, other = deploy(lease_seconds=lease_seconds), deploy(lease_seconds=lease_seconds)

    def work_without_a_pause() -> None:
        time.sleep(0.05)

    async def busy(world: World, jobs: Sequence[Job]) -> None:
        until = time.monotonic() + lease_seconds + 0.6
        while time.monotonic() < until:
            work_without_a_pause()
            await asyncio.sleep(0)
        assert await claim(other, "other", retried=True) == []
        await done(world, jobs)

    await register(world, 1)
    await Drain(world, {"route": busy}, worker="one", lease_seconds=lease_seconds).once()
    assert await states(world) == {}


async def test_of_several_workers_one_runs_a_tick(deploy: Deploy) -> None:
    worlds = [deploy() for _ in range(3)]
    for name in ("first", "second", "third"):
        taken = await asyncio.gather(*(world.schedule.take(name, 3600) for world in worlds))
        assert sorted(taken) == [False, False, True]
