"""Writes a report as a tagged PDF for A4, set by typst."""

from pathlib import Path
from typing import Any

from perf.documents.forms.pdf_texts import Printable, breakable
from perf.documents.report.pages import (
    BOTTOM,
    CAPTION_SIZE,
    CELL_MARGIN,
    LEFT,
    LINE,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    RIGHT,
    TABLE_SIZE,
    TEXT_SIZE,
    TEXT_WIDTH,
    TITLE_SIZE,
    TOP,
    column_widths,
    is_short,
    picture_width,
)
from perf.documents.report.parts import (
    Gap,
    Heading,
    Item,
    Items,
    Paragraph,
    Part,
    Picture,
    Report,
    Table,
    Text,
    lines,
    words,
)
from perf.documents.typesetting import coverage, set_pdf

_TEMPLATE = Path(__file__).with_name("report.typ")
# The number before an entry takes two signs and a little.
_NUMBER = 3


def render_pdf(report: Report) -> bytes:
    """The report as a PDF file; equal reports give equal bytes.

    Raises PdfUnavailable where typst is not installed.
    """
    return set_pdf(_TEMPLATE, _Data().report(report), report.created)


class _Data:
    """Makes a report into what the template sets; knows which signs the fonts lack."""

    def __init__(self) -> None:
        self.printable = Printable(coverage())

    def report(self, report: Report) -> dict[str, Any]:
        """The whole of it; lengths in twentieths of a point, sizes in points."""
        shown = self.printable.text
        title = [self._line(words(line), TITLE_SIZE) for line in report.title.split("\n")]
        parts = [self._part(part) for part in report.parts]
        return {
            "title": title,
            "name": shown(report.title.replace("\n", "")),
            "author": shown(report.unit),
            "mark": shown(report.mark),
            "note": self._line(words(report.note), CAPTION_SIZE),
            "parts": parts,
            "signed": [
                self._line(words(text), TEXT_SIZE) for text in (report.unit, report.day) if text
            ],
            "page": {
                "width": PAGE_WIDTH,
                "height": PAGE_HEIGHT,
                "top": TOP,
                "right": RIGHT,
                "bottom": BOTTOM,
                "left": LEFT,
            },
            "size": {
                "title": TITLE_SIZE,
                "text": TEXT_SIZE,
                "caption": CAPTION_SIZE,
                "table": TABLE_SIZE,
                "line": LINE,
                "cell": CELL_MARGIN,
            },
            "missing": self.printable.note(),
        }

    def _part(self, part: Part) -> dict[str, Any]:
        match part:
            case Heading():
                line = self._line(words(part.text), TEXT_SIZE)
                return {"kind": "heading", "level": part.level, "line": line}
            case Paragraph():
                return {"kind": "paragraph", "lines": self._lines(part.text, TEXT_SIZE)}
            case Items():
                return {"kind": "items", "items": [self._item(item) for item in part.items]}
            case Table():
                return self._table(part)
            case Picture():
                return {
                    "kind": "picture",
                    # Its words are set in the same fonts; its markup is ASCII.
                    "svg": self.printable.text(part.chart.svg),
                    "width": picture_width(part.chart.width),
                    "alt": self.printable.text(part.described),
                    "caption": self._line(words(part.caption), CAPTION_SIZE),
                }

    def _item(self, item: Item) -> dict[str, Any]:
        width = TEXT_WIDTH - _NUMBER * TEXT_SIZE * 10
        lead = self._line(words(f"{item.lead}：" if item.lead else ""), TEXT_SIZE, width)
        return {"lead": lead, "lines": self._lines(item.text, TEXT_SIZE, width)}

    def _table(self, part: Table) -> dict[str, Any]:
        widths = column_widths(part)
        rooms = [width - 2 * CELL_MARGIN for width in widths]
        titles = [
            self._line(words(column.title), TABLE_SIZE, room)
            for column, room in zip(part.columns, rooms, strict=True)
        ]
        return {
            "kind": "table",
            "caption": self._line(words(part.caption), CAPTION_SIZE),
            "widths": widths,
            "figures": [column.is_figure for column in part.columns],
            "head": titles,
            "rows": [
                {
                    "cells": [
                        self._lines(text, TABLE_SIZE, room)
                        for text, room in zip(row, rooms, strict=True)
                    ],
                    "whole": is_short(row, widths),
                    "sum": part.has_sum and number == len(part.rows),
                }
                for number, row in enumerate(part.rows, 1)
            ],
        }

    def _lines(self, text: Text, size: int, width: int = TEXT_WIDTH) -> list[list[Any]]:
        return [self._line(line, size, width) for line in lines(text)]

    def _line(self, text: Text, size: int, width: int = TEXT_WIDTH) -> list[Any]:
        """[is it a gap, its words in pieces between which a line may end] each."""
        # A sign less, for punctuation that may not begin a line.
        room = width // (10 * size) - 1
        return [
            [True, breakable(self.printable.text(piece.text), room)]
            if isinstance(piece, Gap)
            else [False, breakable(self.printable.text(piece), room)]
            for piece in text
        ]
