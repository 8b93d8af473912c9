"""Bad rows handed back: the user's own workbook with the bad cells marked, the reason beside."""

import json
from dataclasses import asdict
from pathlib import PurePath

from perf.documents.apart import run_apart
from perf.documents.marked.listed import list_bad_rows
from perf.documents.marked.marks import Kind, Mark, marks_of
from perf.documents.preview import Preview
from perf.documents.readers import UnreadableDocument

# Only these have cells of their own; the others are handed back as a list of the bad rows.
SPREADSHEETS = (".xlsx", ".csv")
_REBUILT = "原文件太大或不能改写，这里只列出有问题的行；请按“位置”在原文件中更正。"


def hand_back(
    name: str,
    content: bytes | None,
    preview: Preview,
    unsaid: frozenset[str] = frozenset(),
) -> bytes:
    """The workbook to hand back for an uploaded file, which is None where it is kept no more.

    Of xlsx and csv it is the user's own rows with the bad cells coloured, a comment in each, and
    a sheet 问题清单; of other kinds, and where the own file cannot be written anew within a
    worker's bounds, the bad rows as they were recognised. What `unsaid` names by code is no
    finding here.
    """
    marks = marks_of(preview, unsaid)
    kind = PurePath(name).suffix.lower()
    if kind not in SPREADSHEETS or content is None:
        return list_bad_rows(preview, marks)
    order = json.dumps([asdict(mark) for mark in marks]).encode()
    worker = "perf.documents.marked.worker"
    try:
        answer = run_apart(worker, kind, given=order + b"\n" + content, what="标注")
    except UnreadableDocument:
        return list_bad_rows(preview, marks, note=_REBUILT)
    return answer


__all__ = ["SPREADSHEETS", "Kind", "Mark", "hand_back", "marks_of"]
