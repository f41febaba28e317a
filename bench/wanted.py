"""Every figure there is: how it is called, in what it is measured, and what is wanted of it."""

from __future__ import annotations

from bench.rounds import Spread
from bench.table import Figure, Wanted, at_least, at_most

RATIO, MS, RATE, CPU, SECONDS, PERCENT, COUNT = "×", "ms", "/s", "µs", "s", "%", ""

# name: (Chinese, English, unit, what is wanted; None: told, not judged)
FIGURES: dict[str, tuple[str, str, str, Wanted | None]] = {
    "intake.to_floor": ("登记,对裸底线", "intake to the bare floor", RATIO, at_least(1.5)),
    "intake.to_pgbench": ("登记,对 pgbench", "to pgbench, one statement", RATIO, at_least(0.35)),
    "intake.cpu_to_floor": ("登记 CPU,对裸底线", "CPU to the floor's", RATIO, at_most(0.6)),
    "intake.per_second": ("登记", "registrations", RATE, None),
    "intake.p50": ("登记 p50", "16 connections", MS, None),
    "intake.p99": ("登记 p99", "16 connections", MS, at_most(250)),
    "intake.cpu": ("登记每件 CPU", "CPU a petition", CPU, None),
    "intake.floor_per_second": ("裸底线", "the bare floor", RATE, None),
    "intake.floor_cpu": ("裸底线每件 CPU", "CPU of the floor", CPU, None),
    "intake.pgbench_per_second": ("pgbench 单语句", "pgbench", RATE, None),
    "intake.load_cpu": ("压测端每件 CPU", "CPU of the load generator", CPU, None),
    "single.p50": ("单连接登记 p50", "one connection", MS, at_most(2)),
    "single.p99": ("单连接登记 p99", "one connection", MS, at_most(6)),
    "single.to_floor": ("单连接 p50,对裸底线", "to the floor's", RATIO, None),
    "single.floor_p99": ("裸底线 p99", "of the floor", MS, None),
    "sqlite.to_floor": ("SQLite 登记,对裸底线", "to the bare floor", RATIO, at_least(1.2)),
    "sqlite.to_orm": ("SQLite 登记,对 ORM", "to SQLAlchemy+aiosqlite", RATIO, at_least(4)),
    "sqlite.per_second": ("SQLite 登记", "registrations", RATE, None),
    "sqlite.cpu": ("SQLite 每件 CPU", "CPU a petition", CPU, None),
    "sqlite.orm_per_second": ("ORM on SQLite", "SQLAlchemy+aiosqlite", RATE, None),
    "worker.to_arq": ("分流,对 arq 逐件", "routing to arq, a job each", RATIO, at_least(8)),
    "worker.to_intake": ("分流,对登记", "routing to registration", RATIO, at_least(2)),
    "worker.per_second": ("分流", "routed", RATE, None),
    "worker.cpu": ("分流每件 CPU", "CPU a petition", CPU, None),
    "worker.arq_per_second": ("arq 逐件", "a job each", RATE, None),
    "feed.half_p50": ("登记到可取件,半载 p50", "to the open poll", MS, at_most(25)),
    "feed.half_p99": ("登记到可取件,半载 p99", "to the open poll", MS, at_most(80)),
    "feed.full_p99": ("登记到可取件,满载 p99", "at saturation", MS, at_most(200)),
    "feed.backlog": ("满载积压", "backlog at saturation", SECONDS, at_most(1)),
    "inbox.empty_to_floor": ("空收件箱,对裸底线", "empty poll to a bare route", RATIO, at_least(0.6)),
    "inbox.rows_to_floor": ("收件箱 100 行,对裸底线", "100 rows", RATIO, at_least(0.6)),
    "inbox.empty_per_second": ("空收件箱", "empty polls", RATE, None),
    "inbox.rows_per_second": ("收件箱 100 行", "polls of 100 rows", RATE, None),
    "polls.cpu": ("200 个等候中的轮询", "waiting polls, of one core", PERCENT, at_most(5)),
    "polls.connections": ("其间在用的数据库连接", "connections in use", COUNT, at_most(2)),
    "kill.lost": ("强制结束后丢失", "lost after kill -9", COUNT, at_most(0)),
    "kill.doubled": ("强制结束后重复", "doubled", COUNT, at_most(0)),
    "kill.picked_up": ("强制结束后再次接手", "picked up again after", SECONDS, at_most(5)),
    "memory.api": ("内存变化:接口", "memory of the API", PERCENT, at_most(5)),
    "memory.worker1": ("内存变化:后台", "memory of the worker", PERCENT, at_most(5)),
    "start.ready": ("启动到就绪", "start-up to ready, warm", SECONDS, at_most(2)),
    "growth.intake": ("增长:登记", "intake", RATIO, at_most(1.3)),
    "growth.number": ("增长:按编号查询", "lookup by number", RATIO, at_most(1.3)),
    "growth.inbox": ("增长:收件箱", "inbox", RATIO, at_most(1.3)),
    "growth.same": ("增长:同一事项", "same matter at registration", RATIO, at_most(1.3)),
    "growth.sweep": ("增长:到期清扫", "overdue sweep", RATIO, at_most(1.3)),
}  # fmt: skip


def figure(name: str, measured: Spread, note: str = "", *, judged: bool = True) -> Figure:
    """One of the figures above. Not ``judged``: the run was too small to say."""
    chinese, english, unit, wanted = FIGURES[name]
    return Figure(name, f"{chinese} {english}", measured, unit, wanted if judged else None, note)
