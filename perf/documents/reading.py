"""A document read in a process of its own, and what it says of the places it was read from."""

import json
from pathlib import PurePath

from perf.core.drafts import Draft
from perf.documents.apart import MAX_SECONDS, died, run_apart
from perf.documents.draft_json import draft_from_json
from perf.documents.readers import READERS, UnreadableDocument, read_tables
from perf.documents.readers.recogniser import recognise
from perf.documents.sources import Sources, sources_from_json, sources_of

MAX_BYTES = 10 * 1024 * 1024
# Plain text is read by this project's own lines alone, in time that grows with its length.
_SAFE = {".txt", ".csv"}


def read_apart(
    name: str, content: bytes, *, year: int | None = None, seconds: float = MAX_SECONDS
) -> Draft:
    """What `read_document` gives; files with an inside of their own are read by a worker.

    Raises UnreadableDocument as the readers do, and where the worker's bounds were reached.
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
    # Nothing of the file but its bytes and its kind reaches the command.
    worker, asked = "perf.documents.reading_worker", (kind, str(year or ""))
    answer = run_apart(worker, *asked, given=content, what="读取", seconds=seconds)
    try:
        told = json.loads(answer)
    except ValueError as error:
        raise died("读取") from error
    if "refused" in told:
        raise UnreadableDocument(told["refused"])
    return draft_from_json(told["draft"]), sources_from_json(told["sources"])
