"""What is measured. Labels are route templates and words of the product, nothing a caller can make up."""

from __future__ import annotations

from functools import cache

from prometheus_client import Counter, Histogram, disable_created_metrics, generate_latest

from services.bootstrap import Deployment
from services.domain.petition import Channel

# A series beside each, of the time at which it began: nobody asks for it.
disable_created_metrics()  # type: ignore[no-untyped-call]  # the library gives this one no types
REQUESTS = Counter("xinfang_http_requests_total", "Requests answered.", ["method", "route", "status"])
SECONDS = Histogram(
    "xinfang_http_request_seconds",
    "Time until the last byte of the answer.",
    ["method", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
REGISTRATIONS = Counter("xinfang_registrations_total", "Petitions registered.", ["channel"])
for channel in Channel:  # told as 0 from the start: of what is not told no alert can say that it stands still
    REGISTRATIONS.labels(channel.value)


TIMED = frozenset(
    {
        ("POST", "/v1/petitions"),
        ("PUT", "/v1/hotline/work-orders/{work_order_no}"),
        ("GET", "/v1/organs/{organ_id}/inbox"),
        ("GET", "/v1/petitions/{petition_id}"),
        ("POST", "/v1/public/progress"),
    }
)
"""What others wait for all day has a histogram of its own. One for each route would be 1,500 series."""
OTHERS = ("any", "others")


@cache
def of_route(method: str, route: str) -> Histogram:
    """The histogram of a route, kept: the library would look it up under a lock for every call."""
    return SECONDS.labels(*((method, route) if (method, route) in TIMED else OTHERS))


@cache
def answered(method: str, route: str, status: int) -> Counter:
    return REQUESTS.labels(method, route, status)


async def exposition(world: Deployment) -> bytes:
    """All metrics as text. With the database away the rest is still told."""
    await world.refresh_gauges()
    return generate_latest()
