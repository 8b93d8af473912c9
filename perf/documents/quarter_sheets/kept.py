"""A read sheet as JSON: out of the worker that read it, and through the form that confirms it."""

from collections.abc import Sequence
from typing import Any

from perf.documents.forms.measure import clean
from perf.documents.quarter_sheets.rows import Column, ReadCell, ReadRow, ReadSheet, SheetHead

_LARGEST = 10**9


def sheet_to_json(sheet: ReadSheet) -> dict[str, Any]:
    """A whole sheet."""
    head = sheet.head
    told = [head.plan_id, head.code, head.year, head.plan_name, head.period_name]
    return {"head": told, "rows": rows_to_json(sheet.rows)}


def sheet_from_json(kept: Any) -> ReadSheet:
    """What `sheet_to_json` made."""
    plan_id, code, year, plan_name, period_name = kept["head"]
    head = SheetHead(plan_id, code, year, plan_name, period_name)
    return ReadSheet(head, rows_from_json(kept["rows"]))


def rows_to_json(rows: Sequence[ReadRow]) -> list[dict[str, Any]]:
    """Some lines of a sheet."""
    return [
        {
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
        for row in rows
    ]


def rows_from_json(kept: Any) -> list[ReadRow]:
    """What `rows_to_json` made; ValueError for anything else, whoever sent it."""
    try:
        return [_row(one) for one in kept]
    except (AttributeError, IndexError, KeyError, TypeError) as error:
        raise ValueError("no rows of a sheet") from error


def _row(kept: Any) -> ReadRow:
    cells = {
        column: [text_from_json(one) for one in kept["cells"][column.value]] for column in Column
    }
    base = kept["base"]
    return ReadRow(
        key=text_from_json(kept["key"]),
        version=_whole(kept["version"]),
        number=_whole(kept["number"]),
        name=text_from_json(kept["name"]),
        base=None
        if base is None
        else {text_from_json(key): text_from_json(one) for key, one in base.items()},
        cells={column: ReadCell(*texts[:3]) for column, texts in cells.items()},
        letters={column: texts[3] for column, texts in cells.items()},
    )


def text_from_json(value: Any) -> str:
    """A text without what neither a page nor a database can hold; TypeError for none."""
    if not isinstance(value, str):
        raise TypeError(value)
    return clean(value)


def _whole(value: Any) -> int:
    if not isinstance(value, int) or abs(value) >= _LARGEST:
        raise TypeError(value)
    return value
