"""A document read in a process of its own, which may fail, hang or grow without harm to others."""

import json
import logging
import os
import subprocess
import sys
from pathlib import Path, PurePath

from perf.core.drafts import Draft
from perf.documents.draft_json import draft_from_json
from perf.documents.readers import READERS, UnreadableDocument, read_tables
from perf.documents.readers.recogniser import recognise
from perf.documents.sources import Sources, sources_from_json, sources_of

log = logging.getLogger(__name__)

MAX_BYTES = 10 * 1024 * 1024
MAX_SECONDS = 10
# Plain text is read by this project's own lines alone, in time that grows with its length.
_SAFE = {".txt", ".csv"}
_ROOT = Path(__file__).resolve().parents[2]
_KEPT = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "LD_LIBRARY_PATH")


def read_apart(
    name: str, content: bytes, *, year: int | None = None, seconds: float = MAX_SECONDS
) -> Draft:
    """What `read_document` gives; files with an inside of their own are read by a worker.

    The worker has no settings and no secrets, at most 10 seconds and 300 MB, and ends with the
    file. Raises UnreadableDocument as the readers do, and where the worker's bounds were reached.
    """
    return read_apart_with_sources(name, content, year=year, seconds=seconds)[0]


def read_apart_with_sources(
    name: str, content: bytes, *, year: int | None = None, seconds: float = MAX_SECONDS
) -> tuple[Draft, Sources]:
    """What `read_apart` gives, and the places that its plans and indicators came from."""
    kind = PurePath(name).suffix.lower()
    if kind not in READERS or kind in _SAFE:
        document = read_tables(name, content)
        draft = recognise(document, year=year)
        return draft, sources_of(document, draft)
    if len(content) > MAX_BYTES:
        raise UnreadableDocument(
            f"文件超过 {MAX_BYTES // 1024 // 1024} MB，请只保留绩效目标表和预算表后再导入。"
        )
    if not content:
        raise UnreadableDocument("文件是空的，请重新选择。")
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    # Nothing of the file but its bytes and its kind reaches the command.
    command = [sys.executable, "-m", "perf.documents.reading_worker", kind, str(year or "")]
    try:
        done = subprocess.run(  # noqa: S603 - the command is ours, as said above.
            command,
            input=content,
            capture_output=True,
            cwd=_ROOT,
            env={**environment, "PYTHONUTF8": "1"},
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise UnreadableDocument(
            f"读取超过 {seconds:g} 秒，已停止。文件内部过于复杂，"
            "请只保留绩效目标表和预算表，另存后再试。"
        ) from error
    try:
        told = json.loads(done.stdout)
    except ValueError as error:
        log.warning("the worker for a %s file ended with %d", kind, done.returncode)
        raise UnreadableDocument(
            "文件读取时出错或占用内存过多，已停止。请在原来的软件中打开，"
            "只保留绩效目标表和预算表，另存后再试。"
        ) from error
    if "refused" in told:
        raise UnreadableDocument(told["refused"])
    return draft_from_json(told["draft"]), sources_from_json(told["sources"])
