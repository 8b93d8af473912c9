"""Starts the process that makes archives, beside the server and without its help."""

import os
import subprocess
import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
_started: list[subprocess.Popen[bytes]] = []


def start_making(data_dir: Path, database_url: str) -> None:
    """Start a process that makes what waits, and ends; it changes nothing where one is at it.

    It goes on where the server ends, as far as the system lets it; what it leaves when it dies is
    shown as 已中断.
    """
    environment = {**os.environ, "PERF_DATA_DIR": str(data_dir), "PERF_DATABASE_URL": database_url}
    # It signs no sessions.
    environment.pop("PERF_SECRET_KEY", None)
    # A process that has ended is a zombie until it is asked.
    _started[:] = [one for one in _started if one.poll() is None]
    _started.append(
        subprocess.Popen(
            [sys.executable, "-m", "perf.archives.worker"],
            cwd=_ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
    )
