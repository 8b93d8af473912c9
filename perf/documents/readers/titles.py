"""Headings that stand in a table's own rows, as in spreadsheets, taken out to stand above it."""

import re
from collections.abc import Iterable

from perf.documents.readers.tables import Document, Line, Row, Table, key

_TITLE = re.compile(
    r".{2,60}表(\(.{1,12}\))?[:：]?|\(?20\d\d年?度?\)?|.{2,40}20\d\d年.{0,20}预算.{0,6}"
)
_MONEY_UNIT = re.compile(r"\(?(金额)?单位[:：](千|万|亿)?元\)?")
_ABOVE = re.compile(r".{2,12}[:：].{1,60}")
# 部门(单位)名称 is none of these: it is a row of 部门(单位)整体绩效目标表 itself.
_BODY = re.compile(r"((预算)?(部门|单位)名称|(编制|填报|填制|报送)(部门|单位))[:：].{1,60}")
_NOTE = re.compile(r"(备?注|说明)[:：]")
_PAGE = re.compile(r"[-—–·~]\d{1,4}[-—–·~]|第\d{1,4}页.{0,9}")
_LONGEST = 80
# 部门名称, 年度, 金额单位 and the like stand beside each other above a table, but no more of them.
_MOST_ABOVE = 6


def is_title(row: Row) -> bool:
    """Whether the row is no part of the table: its name alone, its year, or its unit of money.

    `部门名称：某局 | 单位：万元` is one; `部门(单位)名称：某局` alone is a row of the form.
    """
    if len(row.cells) - row.cells.count("") > _MOST_ABOVE:
        return False
    filled = row.filled()
    if len(filled) == 1 and _NOTE.match(key(filled[0][1][:20])):
        return True
    texts = [key(text) for _, text in filled if len(text) <= _LONGEST]
    if not texts or len(texts) < len(filled):
        return False
    if any(_MONEY_UNIT.fullmatch(text) for text in texts):
        return all(_ABOVE.fullmatch(text.strip("()")) for text in texts)
    return len(texts) == 1 and any(words.fullmatch(texts[0]) for words in (_TITLE, _BODY))


def is_page_foot(row: Row) -> bool:
    """Whether the row holds only a page's number, marked as one (`- 7 -`, `第 7 页`)."""
    if len(row.cells) - row.cells.count("") != 1:
        return False
    filled = row.filled()
    return bool(_PAGE.fullmatch(key(filled[0][1][:20])))


def lift_titles(document: Document) -> Document:
    """The document with every title row as running text; a title begins a table of its own."""
    lifted = Document(after=document.after)
    for table in document.tables:
        current = Table(before=table.before)
        lifted.tables.append(current)
        for row in table.rows:
            if not is_title(row):
                current.rows.append(row)
                continue
            if current.rows:
                current = Table()
                lifted.tables.append(current)
            current.before += [Line(text, row.line) for _, text in row.filled()]
    _keep_last_lines(lifted)
    return lifted


def tables_of(rows: Iterable[Row], before: list[Line] | None = None) -> Document:
    """The document of a sheet's rows, cut at its titles; blank rows are breaks, not cuts."""
    table = Table(before=before or [])
    after_break = True
    for row in rows:
        if not any(row.cells) or is_page_foot(row):
            after_break = True
            continue
        row.after_break = row.after_break or after_break
        table.rows.append(row)
        after_break = False
    return lift_titles(Document([table]))


def _keep_last_lines(document: Document) -> None:
    """Text below the last table belongs to no table."""
    while document.tables and not document.tables[-1].rows:
        document.after = document.tables.pop().before + document.after
