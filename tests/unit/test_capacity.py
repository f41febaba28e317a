from __future__ import annotations

import pytest

from bench import capacity, capacity_inputs


def test_the_nation_has_the_petitions_that_it_is_reckoned_at() -> None:
    found = capacity.need(capacity.petitions_of(capacity_inputs.NATION_PEOPLE))
    assert found.petitions == pytest.approx(100_000_000)
    assert found.mean_per_second == pytest.approx(3.17, abs=0.01)
    assert found.peak_per_second == pytest.approx(50 * found.mean_per_second)


def test_what_is_needed_grows_with_the_petitions_and_with_the_peak() -> None:
    small, large = capacity.need(1_000_000), capacity.need(10_000_000)
    assert large.bytes_a_year == pytest.approx(10 * small.bytes_a_year)
    assert large.database_cores == pytest.approx(10 * small.database_cores)
    assert capacity.need(1_000_000, peak=100).worker_cores == pytest.approx(2 * small.worker_cores)
    assert capacity.need(1_000_000, peak=100).bytes_a_year == small.bytes_a_year


def test_a_village_has_two_processes_of_each_kind_and_one_database() -> None:
    found = capacity.need(100)
    assert (found.api_processes, found.worker_processes, found.databases) == (2, 2, 1)
    assert found.connections == 4 * capacity_inputs.POOL


def test_the_command_shows_a_size_by_people_or_by_petitions(capsys: pytest.CaptureFixture[str]) -> None:
    assert capacity.main(["--people", "10000000"]) == 0
    assert "708,326" in capsys.readouterr().out
    assert capacity.main(["--petitions", "5000"]) == 0
    assert "5,000" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("bytes_", "told"), [(999, "999 B"), (23_700, "23.7 kB"), (2.4e12, "2.4 TB"), (7.1e15, "7.1 PB")]
)
def test_sizes_are_told_as_disks_are_sold(bytes_: float, told: str) -> None:
    assert capacity.size(bytes_) == told
