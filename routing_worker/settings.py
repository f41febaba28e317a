"""How arq is set up: as a bell. Nothing is kept in Redis, nothing is retried there."""

from __future__ import annotations

from typing import Any, ClassVar

from arq.typing import WorkerCoroutine
from arq.worker import Function, func

from routing_worker.tasks import ring


class WorkerSettings:
    functions: ClassVar[list[Function | WorkerCoroutine]] = [
        func(ring, name="ring", keep_result=0, timeout=5, max_tries=1)
    ]
    poll_delay = 0.2  # seconds; where it is heard sooner, PostgreSQL has told it (``wake_on_work``)
    max_jobs = 10
    keep_result = 0
    job_timeout = 5
    handle_signals = False  # the process stops the loop first, then arq
    log_results = False
    health_check_interval = 3600
    ctx: ClassVar[dict[str, Any]] = {}
