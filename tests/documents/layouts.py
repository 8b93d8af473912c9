"""Plain texts with tab-separated tables laid out as other programs would have them."""

import csv
import html
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO, StringIO

import xlsxwriter

_STYLE = """
@page { size: 29.7cm 21cm; margin: 1.5cm }
body { font-family: "Noto Sans CJK SC", sans-serif; font-size: 8pt }
table { border-collapse: collapse; width: 100% }
p { margin: 0 }
"""


@dataclass
class Block:
    """Paragraphs, then a table (no rows: none)."""

    lines: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)


def blocks_of(text: str) -> list[Block]:
    """The text's paragraphs and tables in order; blank lines within a table do not end it."""
    blocks = [Block()]
    for line in text.splitlines():
        if "\t" in line:
            blocks[-1].rows.append([cell.strip() for cell in line.split("\t")])
        elif line.strip():
            if blocks[-1].rows:
                blocks.append(Block())
            blocks[-1].lines.append(line.strip())
    return blocks


def as_table(rows: list[list[str]], spans: Callable[[list[str], int], int]) -> str:
    """A table of HTML with cells merged sideways as `spans` says for a cell by its column."""
    width = max(map(len, rows))
    lines = []
    for short in rows:
        cells, at = [], 0
        row = [*short, *[""] * (width - len(short))]
        while at < width:
            span = max(1, spans(row, at))
            cells.append(
                f'<td colspan="{span}" style="border: 0.5pt solid #000000">{html.escape(row[at])}</td>'
            )
            at += span
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return f"<table cellspacing=0>{''.join(lines)}</table>"


def apart(row: list[str], at: int) -> int:
    """No cell is merged with another."""
    return 1


def over_blanks(row: list[str], at: int) -> int:
    """A cell reaches over the empty ones right of it in rows of up to three filled cells."""
    if not row[at] or sum(map(bool, row)) > 3:
        return 1
    following = next((here for here in range(at + 1, len(row)) if row[here]), len(row))
    return following - at


def as_html(
    text: str, *, spans: Callable[[list[str], int], int] = apart, every: int = 10**6
) -> str:
    """The document as one page of HTML; a table goes on as another one after `every` rows."""
    parts = []
    for block in blocks_of(text):
        parts += [f"<p>{html.escape(line)}</p>" for line in block.lines]
        for at in range(0, len(block.rows), every):
            if at:
                parts.append('<p style="page-break-before: always"></p>')
            parts.append(as_table(block.rows[at : at + every], spans))
    return f'<html><head><meta charset="utf-8"><style>{_STYLE}</style></head><body>{"".join(parts)}</body></html>'


def as_xlsx(text: str) -> bytes:
    """The document on one sheet: paragraphs merged over the width, numbers and percentages typed."""
    stream = BytesIO()
    book = xlsxwriter.Workbook(stream)
    sheet = book.add_worksheet("Sheet1")
    formats = {mark: book.add_format({"num_format": mark}) for mark in ("0.00", "0%")}
    at = 0
    for block in blocks_of(text):
        width = max(map(len, block.rows), default=2)
        for line in block.lines:
            sheet.merge_range(at, 0, at, width - 1, line)
            at += 1
        for row in block.rows:
            for column, cell in enumerate(row):
                bare = cell.replace(".", "", 1)
                if bare.isdigit() and "." in cell and len(cell.rpartition(".")[2]) == 2:
                    sheet.write_number(at, column, float(cell), formats["0.00"])
                elif cell.endswith("%") and cell[:-1].isdigit():
                    sheet.write_number(at, column, int(cell[:-1]) / 100, formats["0%"])
                elif cell:
                    sheet.write_string(at, column, cell)
            at += 1
    book.close()
    return stream.getvalue()


def as_csv(text: str, encoding: str) -> bytes:
    """The document as a spreadsheet program saves it: each line a row, lines as wide as a table."""
    stream = StringIO()
    writer = csv.writer(stream)
    for block in blocks_of(text):
        width = max(map(len, block.rows), default=2)
        writer.writerows([line, *[""] * (width - 1)] for line in block.lines)
        writer.writerows(block.rows)
    return stream.getvalue().encode(encoding)
