"""A filled form read in a process of its own, so that no file can harm whoever reads it."""

import json
from pathlib import PurePath

from perf.core.filled import FilledForm
from perf.documents.apart import MAX_SECONDS, died, run_apart
from perf.documents.filled_json import filled_from_json
from perf.documents.readers.filled_forms import FORM_READERS, MAX_BYTES, read_filled_form
from perf.documents.readers.unreadable import UnreadableDocument

# Plain text is read by this project's own lines alone, in time that grows with its length.
_SAFE = {".csv"}
_WORKER = "perf.documents.form_worker"


def read_form_apart(name: str, content: bytes, *, seconds: float = MAX_SECONDS) -> FilledForm:
    """What `read_filled_form` gives; files with an inside of their own are read by a worker.

    Raises UnreadableDocument as the readers do, and where the worker's bounds were reached.
    """
    kind = PurePath(name).suffix.lower()
    if kind not in FORM_READERS or kind in _SAFE or not 0 < len(content) <= MAX_BYTES:
        return read_filled_form(name, content)
    what, kept = "读取", "自评表"
    answer = run_apart(_WORKER, kind, given=content, what=what, kept=kept, seconds=seconds)
    try:
        told = json.loads(answer)
    except ValueError as error:
        raise died(what, kept) from error
    if "refused" in told:
        raise UnreadableDocument(told["refused"])
    return filled_from_json(told["form"])
