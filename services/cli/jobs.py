"""``xinfang jobs``: the work that waits, and the dead letters."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer

from services.bootstrap import Deployment
from services.cli.session import DataFolder, fail, in_world, show_rows
from services.domain.outbox import JobState

app = typer.Typer(no_args_is_help=True)
STATES = {JobState.PENDING: "等待", JobState.LEASED: "处理中", JobState.DEAD: "失败"}
COLUMNS = ("编号", "任务", "信访件", "状态", "次数", "下次执行(UTC)", "错误")


@app.command("list")
def list_jobs(
    data: DataFolder = None,
    dead: Annotated[bool, typer.Option("--dead", help="只看失败的")] = False,
    limit: Annotated[int, typer.Option(help="最多显示几条", min=1)] = 200,
) -> None:
    """列出未完成的任务 · List the work that is not done."""
    jobs = in_world(data, lambda world: world.queue.listing(only_dead=dead, limit=limit))
    show_rows(
        COLUMNS,
        [
            (
                job["id"],
                job["topic"],
                job["petition_id"],
                STATES[JobState(job["state"])],
                job["tries"],
                f"{job['run_at']:%Y-%m-%d %H:%M:%S}",
                job["error"],
            )
            for job in jobs
        ],
    )


@app.command()
def retry(
    job_id: Annotated[UUID | None, typer.Argument(help="任务编号")] = None,
    every: Annotated[bool, typer.Option("--all", help="重试所有失败的任务")] = False,
    data: DataFolder = None,
) -> None:
    """重新执行失败的任务 · Put dead letters back into the queue."""
    if (job_id is None) == (not every):
        raise typer.BadParameter("请给出任务编号,或者用 --all")

    async def put_back(world: Deployment) -> int:
        retried = await world.queue.retry(job_id)
        await world.bell.ring(["retry"])
        return retried

    retried = in_world(data, put_back)
    if job_id is not None and not retried:
        fail(f"没有编号为 {job_id} 的失败任务 · there is no such dead letter")
    typer.echo(f"已重新排队 {retried} 件 · {retried} put back into the queue")
