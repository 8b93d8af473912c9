"""The memory of `perf export --all`: a county's 5,000 self-evaluations against a bureau's 100.

Each export is a process of its own over a year of its own; what counts is the most memory that the
process ever had.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.year import PROJECTS, YEAR, make_year

ROOT = Path(__file__).resolve().parent.parent
FEW, MANY = 100, 5_000
# What the project promises: the most times of the memory for few.
PROMISED = 1.2
_EXPORT = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def measure(few: int = FEW, many: int = MANY) -> dict[int, int]:
    """The greatest resident memory of both exports in KB, by the number of forms."""
    return {number: _export(number) for number in (few, many)}


def _export(forms: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        make_year(data / "perf.sqlite3", -(-forms // PROJECTS))
        env = {
            **os.environ,
            "PERF_DATABASE_URL": f"sqlite:///{data / 'perf.sqlite3'}",
            "PERF_DATA_DIR": folder,
            "PERF_SECRET_KEY": "bench",
            "PYTHONUTF8": "1",
        }
        export = [sys.executable, "-m", "flask", "--app", "app", "perf", "export"]
        export += ["--year", str(YEAR), "--all", "--form", "self-evaluation", "--format", "xlsx"]
        export += ["--output", str(data / "forms.zip"), "--json"]
        told = subprocess.run(
            [sys.executable, "-c", _EXPORT, *export],
            cwd=ROOT,
            env=env,
            check=True,
            capture_output=True,
            text=True,
        )
    return int(told.stdout)


if __name__ == "__main__":
    print(measure(*map(int, sys.argv[1:])))
