"""What a city, a province or the nation needs: a small model over measured bytes and processor time.

    python -m bench.capacity [--people N | --petitions N] [--peak 50]

Without a size it shows a city of ten million, a province of seventy million, and the nation. Its inputs are
in ``bench/capacity_inputs.py``. It is a model of averages: it tells the order of a machine, not its type.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from bench import capacity_inputs as given

SECONDS_A_YEAR = 365 * 24 * 3600
SHOWN = {"city": 10_000_000, "province": 70_000_000, "nation": given.NATION_PEOPLE}


@dataclass(frozen=True, slots=True)
class Need:
    """What so many petitions a year need. Cores are for the busiest second, at the agreed utilisation."""

    petitions: float
    mean_per_second: float
    peak_per_second: float
    api_cores: float
    worker_cores: float
    database_cores: float
    api_processes: int
    worker_processes: int
    connections: int
    bytes_a_year: float
    bytes_kept: float
    wal_peak_per_second: float
    wal_a_year: float
    databases: int


def petitions_of(people: float) -> float:
    """As many a year as the nation has for so many of its people."""
    return people * given.NATION_PETITIONS / given.NATION_PEOPLE


def need(petitions: float, *, peak: float = given.PEAK) -> Need:
    mean = petitions / SECONDS_A_YEAR
    busiest, acting = mean * peak, mean * given.OFFICE_PEAK
    # The worst second has both: everybody writes, and the organs are at work.
    api = (busiest * given.API_REGISTRATION + acting * given.API_ACTS) / given.UTILISATION
    worker = busiest * given.WORKER_ROUTING / given.UTILISATION
    database = busiest * given.DATABASE_REGISTRATION + acting * given.DATABASE_ACTS
    database /= given.UTILISATION
    apis, workers = (max(given.LEAST_PROCESSES, math.ceil(cores)) for cores in (api, worker))
    a_year = petitions * sum(given.BYTES.values())
    kept = a_year * given.HOT_YEARS
    parts = max(database / given.CORES_OF_A_DATABASE, kept / given.BYTES_OF_A_DATABASE)
    return Need(
        petitions, mean, busiest, api, worker, database, apis, workers, (apis + workers) * given.POOL,
        a_year, kept, busiest * given.WAL_BYTES, petitions * given.WAL_BYTES, max(1, math.ceil(parts)),
    )  # fmt: skip


def lines(found: Need) -> list[tuple[str, str]]:
    """What a reader is told, name and figure."""
    return [
        ("petitions a year", f"{found.petitions:,.0f}"),
        ("registrations a second, mean", f"{found.mean_per_second:,.3f}"),
        ("registrations a second, peak", f"{found.peak_per_second:,.1f}"),
        ("API: cores / processes", f"{found.api_cores:,.1f} / {found.api_processes:,}"),
        ("workers: cores / processes", f"{found.worker_cores:,.1f} / {found.worker_processes:,}"),
        ("PostgreSQL: cores", f"{found.database_cores:,.1f}"),
        ("connections", f"{found.connections:,}"),
        ("bytes a year", size(found.bytes_a_year)),
        (f"kept for {given.HOT_YEARS} years, one copy / {given.COPIES} copies",
         f"{size(found.bytes_kept)} / {size(found.bytes_kept * given.COPIES)}"),
        ("WAL a second at peak / a year", f"{size(found.wal_peak_per_second)} / {size(found.wal_a_year)}"),
        ("databases (by region), each with standby and replica", f"{found.databases:,}"),
    ]  # fmt: skip


def size(bytes_: float) -> str:
    """Decimal, as disks are sold."""
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if bytes_ < 1000:
            return f"{bytes_:.3g} {unit}"
        bytes_ /= 1000
    return f"{bytes_:.3g} PB"


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.capacity", description=__doc__)
    wanted = parser.add_mutually_exclusive_group()
    wanted.add_argument("--people", type=float, help="how many live there")
    wanted.add_argument("--petitions", type=float, help="how many petitions come in a year")
    parser.add_argument("--peak", type=float, default=given.PEAK, help="busiest second to mean")
    parsed = parser.parse_args(arguments)
    if parsed.petitions is not None:
        sizes = {"": parsed.petitions}
    elif parsed.people is not None:
        sizes = {f"{parsed.people:,.0f} people": petitions_of(parsed.people)}
    else:
        sizes = {f"{name}, {people:,} people": petitions_of(people) for name, people in SHOWN.items()}
    for name, petitions in sizes.items():
        print(name)
        for what, figure in lines(need(petitions, peak=parsed.peak)):
            print(f"  {what:52} {figure}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
