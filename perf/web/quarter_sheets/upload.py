"""What was edited in an uploaded sheet, on its way through the form that confirms it."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from perf.core.errors import InvalidInput
from perf.documents.quarter_sheets import Column, ReadCell, ReadRow, ReadSheet
from perf.services.typed import without_controls

MAX_TEXT = 2_000_000
"""More than this was never typed in one quarter; the form has to carry it back."""
_BROKEN = "上传的内容已不完整，请重新选择填报表上传。"


@dataclass(frozen=True, slots=True)
class Upload:
    """The name of the file, and the lines of it in which anything was edited.

    A check list's lines come together, edited or not, because only the whole list is an answer.
    """

    file_name: str
    rows: Sequence[ReadRow]

    def as_text(self) -> str:
        """The lines as a hidden field carries them; InvalidInput where they are too long."""
        kept = {"file": self.file_name, "rows": [_as_json(row) for row in self.rows]}
        text = json.dumps(kept, ensure_ascii=False, separators=(",", ":"))
        if len(text) > MAX_TEXT:
            raise InvalidInput("填报表里改动的文字太多，请精简，或直接在页面上填写。")
        return text


def upload_of(file_name: str, sheet: ReadSheet) -> Upload:
    """What was edited in a sheet."""
    edited = {subject_of(row.key) for row in sheet.rows if any(map(row.is_edited, Column))}
    return Upload(file_name, [row for row in sheet.rows if subject_of(row.key) in edited])


def subject_of(key: str) -> str:
    """The line that a point belongs to (`point-12-0` → `indicator-12`); else the line itself."""
    kind, _, rest = key.partition("-")
    return f"indicator-{rest.partition('-')[0]}" if kind == "point" else key


def upload_from_text(text: str) -> Upload:
    """The upload that `as_text` made; InvalidInput for anything else."""
    try:
        kept = json.loads(text)
        rows = [_from_json(row) for row in _list(kept["rows"])]
        return Upload(_text(kept["file"]), rows)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise InvalidInput(_BROKEN) from error


def _as_json(row: ReadRow) -> dict[str, Any]:
    return {
        "key": row.key,
        "version": row.version,
        "number": row.number,
        "name": row.name,
        "base": None if row.base is None else dict(row.base),
        "cells": {
            column.value: [cell.text, cell.error, cell.note, row.letters[column]]
            for column, cell in row.cells.items()
        },
    }


def _from_json(kept: Any) -> ReadRow:
    cells = {column: [_text(one) for one in kept["cells"][column.value]] for column in Column}
    base = kept["base"]
    return ReadRow(
        key=_text(kept["key"]),
        version=_number(kept["version"]),
        number=_number(kept["number"]),
        name=_text(kept["name"]),
        base=None if base is None else {_text(key): _text(one) for key, one in base.items()},
        cells={column: ReadCell(*texts[:3]) for column, texts in cells.items()},
        letters={column: texts[3] for column, texts in cells.items()},
    )


def _list(value: Any) -> Iterable[Any]:
    if not isinstance(value, list):
        raise TypeError(value)
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return without_controls(value)


def _number(value: Any) -> int:
    if not isinstance(value, int) or abs(value) >= 10**9:
        raise TypeError(value)
    return value
