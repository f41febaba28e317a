"""What the capacity model reckons with: one constant a line, each with where it comes from.

Measured figures are of one petition; ``docs/scale.md`` tells how each was taken, and on which machine.
Measured anew, they are put in here and nowhere else.
"""

from __future__ import annotations

# Assumed: how much comes, and when.
NATION_PEOPLE = 1_411_780_000  # 第七次全国人口普查, 2020
NATION_PETITIONS = 100_000_000  # a year; the size that the nation is reckoned at
PEAK = 50  # the busiest second's registrations, to the mean's: a scandal, a broken main, a deadline
OFFICE_PEAK = 8  # acts of organs: 250 days of 8 hours hold a year of 8,760 (4.4), and mornings are busier
HOT_YEARS = 3  # how long ended petitions stay in the database before their ledgers are archived
COPIES = 3  # primary, synchronous standby, read replica

# How full a machine may be at its busiest, and what is bought.
UTILISATION = 0.6  # of a core; above it, waiting grows faster than work
POOL = 8  # connections of each process (XINFANG_POOL_SIZE)
LEAST_PROCESSES = 2  # of each kind, so that one may die
CORES_OF_A_DATABASE = 32  # a usual server; beyond it, the region is divided
BYTES_OF_A_DATABASE = 8 * 10**12  # what one can still back up and restore in a night

# Measured: bytes of one petition's whole life in PostgreSQL, indexes and TOAST included.
BYTES = {
    "events": 7_884,
    "papers": 7_602,
    "deadlines": 2_658,
    "petitions": 2_134,
    "decisions": 1_888,
    "inbox_entries": 1_798,
    "opinions": 1_032,
    "dispatches": 638,
    "petitioners": 638,
    "notices": 364,
    "executions": 241,
    "all others": 550,
}
WAL_BYTES = (
    72_000  # written ahead in its life; of few petitions, whose pages are written whole: rather too high
)

# Measured: processor time of one petition, in seconds.
API_REGISTRATION = 0.0021
WORKER_ROUTING = 0.0025
DATABASE_REGISTRATION = 0.0015  # of PostgreSQL, until the petition is routed
API_ACTS = 0.207  # all acts, papers and queries after that, until it is ended
DATABASE_ACTS = 0.052
