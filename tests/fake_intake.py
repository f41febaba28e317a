"""The double of the way in; ``tests/integration/test_contract.py`` holds it to what the real one does."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager, nullcontext
from typing import Any

from services.application.arrival import Arrival, StoredAnswer
from services.application.ports import Conflict
from services.domain.access import Call
from services.domain.outbox import Topic


class FakeIntake:
    """Stores at once what arrives, in a unit of work that ``begin`` gives. There is always room."""

    room: AbstractContextManager[object] = nullcontext()

    def __init__(
        self,
        rows: dict[str, dict[Any, Any]],
        answers: dict[tuple[str, str], StoredAnswer],
        begin: Callable[[Call], AbstractAsyncContextManager[Any]],
    ) -> None:
        self._rows = rows
        self._answers = answers
        self._begin = begin

    async def store(self, arrival: Arrival) -> bool:
        petition, key = arrival.petition, (arrival.petition.client_id, arrival.key or "")
        if key in self._answers or self._is_registered(arrival) or self._brought_before(arrival):
            return False
        if any(each.number == petition.number for each in self._rows["petitions"].values()):
            raise Conflict(constraint="uq_petitions_number")
        async with self._begin(arrival.call) as work:
            await work.petitions.add(petition)
            await work.petitioners.add(*arrival.petitioners)
            await work.respondents.add(*arrival.respondents)
            await work.deadlines.add(*arrival.deadlines.values)
            await work.events.add(*arrival.events)
            await work.enqueue(Topic.ROUTE, petition.id)
        if arrival.key is not None and arrival.answer is not None:
            self._answers[key] = arrival.answer
        return True

    def _is_registered(self, arrival: Arrival) -> bool:
        wanted = (arrival.petition.client_id, arrival.petition.external_ref)
        known = ((each.client_id, each.external_ref) for each in self._rows["petitions"].values())
        return wanted[1] is not None and wanted in known

    def _brought_before(self, arrival: Arrival) -> bool:
        to_know = set(arrival.people_to_know)
        documents = {each.document_number for each in arrival.petitioners if each.id in to_know}
        return any(each.document_number in documents for each in self._rows["petitioners"].values())
