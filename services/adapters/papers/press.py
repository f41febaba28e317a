"""Where papers are printed: one renderer a process, made when the first paper is set, off the event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

from services.adapters.papers.fonts import FontsMissing
from services.adapters.papers.render import Renderer
from services.application.paper_reading import PaperFontsMissing
from services.domain.paper import Paper


class TypstPress:
    """See :class:`services.application.paper_reading.Press`. Fonts put in place later are found then."""

    def __init__(self, make: Callable[[], Renderer] = Renderer) -> None:
        self._make = make
        self._renderer: Renderer | None = None
        self._turn = threading.Lock()

    async def set(self, paper: Paper) -> bytes:
        return await asyncio.to_thread(self._set, paper)

    def _set(self, paper: Paper) -> bytes:
        try:
            with self._turn:
                self._renderer = self._renderer or self._make()
        except FontsMissing as error:
            raise PaperFontsMissing() from error
        return self._renderer.render(paper)
