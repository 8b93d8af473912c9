"""The bad rows of a document without cells of its own, as they were recognised."""

from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any

import openpyxl
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from perf.core.drafts import DraftIndicator, DraftPlan
from perf.documents.marked.cells import (
    Place,
    fill_row,
    print_on_one_width,
    put_marks,
    write_text,
)
from perf.documents.marked.marks import Mark
from perf.documents.preview import Preview

_SHEET = "有问题的行"
_HEADS = (
    ("位置", 20),
    ("项目名称", 24),
    ("项目编码", 24),
    ("一级指标", 14),
    ("二级指标", 16),
    ("三级指标", 30),
    ("指标值", 24),
    ("原文", 60),
)
_COLUMN_OF = {"title": 2, "code": 3, "level1": 4, "level2": 5, "name": 6, "target": 7}
_SOURCE = len(_HEADS)


def list_bad_rows(preview: Preview, marks: Sequence[Mark], note: str = "") -> bytes:
    """A workbook of the rows and plans that have a mark, each where it came from, marked.

    `note` is a sentence above the list of marks.
    """
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.title = _SHEET
    for column, (head, width) in enumerate(_HEADS, 1):
        write_text(sheet.cell(1, column), head)
        sheet.cell(1, column).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = "A2"
    rows: dict[str, int] = {}
    wanted = {mark.key for mark in marks}
    for key, plan, row in _named(preview):
        if key not in wanted:
            continue
        rows[key] = len(rows) + 2
        texts = _texts(preview, plan, row)
        fill_row(sheet, rows[key], texts, [width for _, width in _HEADS])
    places = {
        at: Place(sheet, rows[mark.key], _COLUMN_OF.get(mark.field, _SOURCE))
        for at, mark in enumerate(marks)
        if mark.key in rows
    }
    print_on_one_width(sheet)
    put_marks(book, marks, places, note)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def _named(preview: Preview) -> Iterator[tuple[str, DraftPlan, DraftIndicator | None]]:
    for key, plan in preview.plans():
        yield key, plan, None
        for at, row in enumerate(plan.indicators):
            yield f"{key}-{at}", plan, row


def _texts(preview: Preview, plan: DraftPlan, row: DraftIndicator | None) -> tuple[str, ...]:
    where = (row.where if row else "") or plan.where
    source = "\n".join(
        " ｜ ".join(filter(None, one.cells)) for one in preview.sources.get(where, [])
    )
    own = (where, plan.name, plan.code or "")
    if row is None:
        return (*own, "", "", "", "", source)
    return (*own, row.level1, row.level2 or "", row.name, row.target, source)
