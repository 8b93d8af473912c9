"""A county's rescore against reading its rows: what `perf rescore` does, and a bare SQL cursor.

20,000 units with 3 projects of 5 indicators and four quarters each; every score has changed. The
cursor reads the very rows that the rescore reads, by the same statements over the same database
file in the same batches, and does nothing with them. Both in processor time, which the rest of
the machine disturbs least; the time on the wall stands beside it.
"""

import sqlite3
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from sqlalchemy.dialects import sqlite

from bench.year import INDICATORS, PROJECTS, YEAR, app_over, make_year
from perf.cli_rescore import UNITS_AT_ONCE, rescore_year
from perf.queries.rescoring import statements

UNITS = 20_000
# What the project promises: the most times of the bare reading that the rescore may take.
PROMISED = 8.0


class Taken(NamedTuple):
    """Seconds of processor time and by the clock on the wall."""

    processor: float
    wall: float


class Measured(NamedTuple):
    """What was read and changed, and how long both took."""

    rows: int
    changed: int
    reading: Taken
    rescore: Taken

    @property
    def ratio(self) -> float:
        """How many times the reading's time the rescore takes."""
        return self.rescore.processor / self.reading.processor


def measure(units: int = UNITS) -> Measured:
    """Make the year, read it, rescore it and read it again; the mean of both readings counts."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "perf.sqlite3"
        make_year(path, units)
        before, rows = _read(path, units)
        rescored, changed = _rescore(path)
        after, _ = _read(path, units)
    if changed != units * PROJECTS:
        raise RuntimeError(f"{changed} of {units * PROJECTS} self-evaluations changed")
    reading = Taken((before.processor + after.processor) / 2, (before.wall + after.wall) / 2)
    return Measured(rows, changed, reading, rescored)


def _read(path: Path, units: int) -> tuple[Taken, int]:
    dialect = sqlite.dialect()
    texts = [
        str(statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
        for first in range(1, units + 1, UNITS_AT_ONCE)
        for statement in statements(YEAR, first, first + UNITS_AT_ONCE - 1)
    ]
    connection = sqlite3.connect(path)
    rows = 0
    processor, wall = time.process_time(), time.perf_counter()
    for text in texts:
        for _ in connection.execute(text):
            rows += 1
    taken = Taken(time.process_time() - processor, time.perf_counter() - wall)
    connection.close()
    return taken, rows


def _rescore(path: Path) -> tuple[Taken, int]:
    with app_over(path).app_context():
        processor, wall = time.process_time(), time.perf_counter()
        changed = sum(len(done.changed) for _, done in rescore_year(YEAR))
        taken = Taken(time.process_time() - processor, time.perf_counter() - wall)
    return taken, changed


if __name__ == "__main__":
    found = measure(int(sys.argv[1]) if len(sys.argv) > 1 else UNITS)
    print(found)
    print(f"{found.changed} × {INDICATORS}: {found.ratio:.2f}")
