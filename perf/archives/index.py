"""The index of an archive (目录): a workbook, and a page that any browser opens."""

from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

import xlsxwriter

from perf import clock
from perf.archives.items import Written
from perf.documents.cell_text import printable

NAMES = ("目录.xlsx", "目录.html")
_COLUMNS: tuple[tuple[str, int], ...] = (
    ("序号", 6),
    ("内容", 18),
    ("文件", 60),
    ("单位", 20),
    ("绩效目标", 24),
    ("编码", 22),
    ("填报期", 10),
    ("指标", 24),
    ("状态", 10),
    ("大小（字节）", 12),
    ("上传人", 12),
    ("上传时间", 17),
    ("说明", 30),
    ("SHA-256", 66),
)
_THEN = datetime(2000, 1, 1, tzinfo=UTC)
_NUMERIC = frozenset({0, 9})
_STYLE = (
    'body{font:14px/1.6 "Noto Sans SC","Microsoft YaHei","PingFang SC",sans-serif;margin:24px;'
    "color:#1d2530}table{border-collapse:collapse}th,td{border:1px solid #dde2e8;padding:4px 8px;"
    "text-align:left;vertical-align:top}th{background:#f5f7f9;white-space:nowrap}.n{text-align:right;"
    "font-variant-numeric:tabular-nums}.h{font-family:monospace;font-size:11px;"
    "min-width:17em;word-break:break-all}"
)


def row_of(number: int, written: Written) -> list[str | int | None]:
    """One line of the index, column by column."""
    item = written.item
    return [
        number,
        item.what,
        item.path,
        item.unit,
        item.plan,
        item.code,
        item.quarter,
        item.indicator,
        item.status,
        written.size,
        item.by,
        clock.local(item.at).strftime("%Y-%m-%d %H:%M") if item.at else "",
        written.note or item.note,
        written.sha256,
    ]


class Index:
    """Writes both forms of the index into a folder, line by line: it takes no memory of its own.

    They are whole when its block ends, however it ends: the library keeps files of its own open.
    """

    def __init__(self, title: str, about: str, folder: Path) -> None:
        book, page = (folder / name for name in NAMES)
        self._page = page.open("w", encoding="utf-8", newline="\n")
        self._number = 0
        self._book = xlsxwriter.Workbook(
            book,
            {
                "constant_memory": True,
                "tmpdir": str(folder),
                "default_format_properties": {"font_name": "Arial", "font_size": 10},
            },
        )
        # The library writes the present moment unless told: equal contents give equal files.
        self._book.set_properties({"title": title, "comments": about, "created": _THEN})
        self._sheet = self._book.add_worksheet("目录")
        head = self._book.add_format({"bold": True, "bg_color": "#F5F7F9", "border": 1})
        for column, (label, width) in enumerate(_COLUMNS):
            self._sheet.set_column(column, column, width)
            self._sheet.write_string(0, column, label, head)
        self._sheet.freeze_panes(1, 3)
        self._sheet.set_landscape()
        self._sheet.set_paper(9)
        self._sheet.fit_to_pages(1, 0)
        self._sheet.repeat_rows(0)
        heads = "".join(f"<th>{escape(label)}</th>" for label, _ in _COLUMNS)
        self._write(
            f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
            f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>"
            f"<h1>{escape(title)}</h1><p>{escape(about)}</p><table><thead><tr>{heads}</tr></thead>"
            "<tbody>\n"
        )

    def add(self, written: Written) -> None:
        """One more line."""
        self._number += 1
        row = row_of(self._number, written)
        cells = []
        for column, value in enumerate(row):
            if isinstance(value, int):
                self._sheet.write_number(self._number, column, value)
            elif value:
                self._sheet.write_string(self._number, column, printable(value))
            cells.append(_cell(column, value))
        self._write(f"<tr>{''.join(cells)}</tr>\n")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_failure: object) -> None:
        self._sheet.autofilter(0, 0, max(1, self._number), len(_COLUMNS) - 1)
        self._book.close()
        self._write("</tbody></table></body></html>\n")
        self._page.close()

    def _write(self, text: str) -> None:
        self._page.write(text)


def _cell(column: int, value: Any) -> str:
    text = "" if value is None else escape(printable(str(value)))
    if column == 2 and text:
        text = f'<a href="{escape(quote(str(value)))}">{text}</a>'
    kind = ' class="n"' if column in _NUMERIC else ' class="h"' if column == 13 else ""
    return f"<td{kind}>{text}</td>"
