"""A quarter's sheet read in a process of its own, which may fail, hang or grow without harm."""

import json

from perf.documents.apart import MAX_SECONDS, died, run_apart
from perf.documents.quarter_sheets.kept import sheet_from_json
from perf.documents.quarter_sheets.rows import ReadSheet
from perf.documents.readers.unreadable import UnreadableDocument

MAX_BYTES = 5 * 1024 * 1024
_WHAT, _KEPT = "读取", "下载的填报表原来的内容"


def read_sheet_apart(name: str, content: bytes, *, seconds: float = MAX_SECONDS) -> ReadSheet:
    """What `read_quarter_sheet` gives, read by a worker of 10 seconds and 300 MB.

    Raises UnreadableDocument as the reader does, for a file of another ending or size, and where
    the worker's bounds were reached.
    """
    if not name.lower().endswith(".xlsx"):
        raise UnreadableDocument(
            f"不能读取“{name}”：填报表是 .xlsx 文件，请在下载的文件里填写后上传。"
        )
    if len(content) > MAX_BYTES:
        most = MAX_BYTES // 1024 // 1024
        raise UnreadableDocument(f"文件超过 {most} MB，不是填报表。请在下载的文件里填写后上传。")
    worker = "perf.documents.quarter_sheets.worker"
    answer = run_apart(worker, given=content, what=_WHAT, kept=_KEPT, seconds=seconds)
    try:
        told = json.loads(answer)
    except ValueError as error:
        raise died(_WHAT, _KEPT) from error
    if "refused" in told:
        raise UnreadableDocument(told["refused"])
    return sheet_from_json(told["sheet"])
