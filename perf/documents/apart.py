"""Work on an unknown file in a process of its own, which may fail, hang or grow without harm."""

import contextlib
import logging
import os
import subprocess
import sys
from pathlib import Path

from perf.documents.readers.unreadable import UnreadableDocument

log = logging.getLogger(__name__)

MAX_SECONDS = 10
MAX_MEMORY = 300 * 1024 * 1024
# Work is stopped by the clock before; this is for a worker whose parent has died.
_CPU_SECONDS = 30
_ROOT = Path(__file__).resolve().parents[2]
_TABLES = "绩效目标表和预算表"
_KEPT = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "LD_LIBRARY_PATH")


def run_apart(
    module: str,
    *arguments: str,
    given: bytes,
    what: str,
    kept: str = _TABLES,
    seconds: float = MAX_SECONDS,
) -> bytes:
    """What the worker module answers on standard output when it is given the bytes.

    The worker has no settings and no secrets, at most 10 seconds and 300 MB, and ends with its
    work. Raises UnreadableDocument, which names `what` was done (读取) and the tables that are to
    be `kept` for another try, where it takes longer.
    """
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    try:
        done = subprocess.run(  # noqa: S603 - the command is ours; no file's text reaches it.
            [sys.executable, "-m", module, *arguments],
            input=given,
            capture_output=True,
            cwd=_ROOT,
            env={**environment, "PYTHONUTF8": "1"},
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise UnreadableDocument(
            f"{what}超过 {seconds:g} 秒，已停止。文件内部过于复杂，请只保留{kept}，另存后再试。"
        ) from error
    if done.returncode:
        log.warning("the worker %s ended with %d", module, done.returncode)
        raise died(what, kept)
    return done.stdout


def died(what: str, kept: str = _TABLES) -> UnreadableDocument:
    """The refusal of a file on which the worker died or answered nonsense."""
    return UnreadableDocument(
        f"文件{what}时出错或占用内存过多，已停止。请在原来的软件中打开，只保留{kept}，另存后再试。"
    )


def bound_worker() -> None:
    """Takes no more memory and time than a document needs, where the system knows bounds."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415 - Windows has no such module.

        resource.setrlimit(resource.RLIMIT_DATA, (MAX_MEMORY, MAX_MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
