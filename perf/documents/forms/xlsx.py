"""Writes a layout as an Excel workbook that prints on A4."""

from datetime import UTC
from decimal import Decimal
from io import BytesIO
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from perf.documents.forms.measure import cut
from perf.documents.forms.pages import (
    MARGIN_BOTTOM,
    MARGIN_SIDE,
    MARGIN_TOP,
    stays_on_one_page,
)
from perf.documents.forms.table import BODY_SIZE, FONT_SIZE, Layout, Sheet, Style

# The fonts that the official forms name. Where they are missing, the family (1: with serifs)
# and the character set (134: GB2312) lead the program to a Chinese substitute.
_BODY_FONT = "仿宋_GB2312"
_TITLE_FONT = "方正小标宋简体"
_PLAIN = {"font_family": 1, "font_charset": 134, "valign": "vcenter", "text_wrap": True}
_CENTRED = {"align": "center", "border": 1}
_NUMBER = {"align": "center", "border": 1, "text_wrap": False, "shrink": True}
_LOOKS: dict[Style, dict[str, Any]] = {
    Style.TITLE: {"font_name": _TITLE_FONT, "align": "center"},
    Style.SUBTITLE: {"align": "center"},
    Style.MARK: {"align": "right", "bold": True, "font_color": "#C00000"},
    Style.LABEL: {"bold": True, **_CENTRED},
    Style.TEXT: {"align": "left", "border": 1},
    Style.CENTRE: _CENTRED,
    Style.SMALL: {"align": "left", "border": 1},
    Style.MONEY: {"num_format": "0.00", **_NUMBER},
    Style.RATE: {"num_format": "0.00%", **_NUMBER},
    Style.NUMBER: _NUMBER,
    Style.POINTS: {"num_format": "0.00", **_NUMBER},
    Style.TOTAL: {"bold": True, **_NUMBER},
    Style.TOTAL_POINTS: {"num_format": "0.00", "bold": True, **_NUMBER},
    Style.NOTE: {"align": "left", "valign": "top"},
    Style.SIGN: {"align": "left"},
}
# Column widths are counted in digits of this font, so it has to be one that every system has or
# replaces by one of the same widths (Calibri is missing on Linux and made columns a third wider).
_NORMAL = {"font_name": "Arial", "font_size": 10}
# What a spreadsheet would read as the beginning of a formula when the cell is edited.
_FORMULA_STARTS = ("=", "+", "-", "@")
_POINTS_PER_INCH = 72


def render_xlsx(layout: Layout) -> bytes:
    """The layout as an xlsx file; equal layouts give equal bytes.

    Texts are written as texts whatever they begin with; only a cell's own `formula` becomes
    one, with the cell's value cached beside it.
    """
    target = BytesIO()
    workbook = xlsxwriter.Workbook(
        target,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
            # The library writes into what it is given.
            "default_format_properties": dict(_NORMAL),
        },
    )
    workbook.set_properties(
        {"title": layout.title, "author": layout.author, "created": layout.created.astimezone(UTC)}
    )
    formats = _Formats(workbook)
    for sheet in layout.sheets:
        worksheet = workbook.add_worksheet(sheet.name)
        _set_up(worksheet, sheet, layout)
        _fill(worksheet, sheet, formats)
    workbook.close()
    return target.getvalue()


class _Formats:
    """One Format a style, made when first used; quoted ones keep texts from becoming formulas."""

    def __init__(self, workbook: xlsxwriter.Workbook) -> None:
        self._workbook = workbook
        self._made: dict[tuple[Style, bool], Format] = {}

    def get(self, style: Style, quoted: bool = False) -> Format:
        made = self._made.get((style, quoted))
        if made is None:
            look = {
                **_PLAIN,
                "font_name": _BODY_FONT,
                "font_size": FONT_SIZE.get(style, BODY_SIZE),
                **_LOOKS[style],
            }
            if quoted:
                look["quote_prefix"] = True
            made = self._made[style, quoted] = self._workbook.add_format(look)
        return made


def _set_up(worksheet: Worksheet, sheet: Sheet, layout: Layout) -> None:
    last_row, last_column = len(sheet.heights) - 1, len(sheet.widths) - 1
    worksheet.set_portrait()
    worksheet.set_paper(9)
    worksheet.set_margins(
        left=MARGIN_SIDE / _POINTS_PER_INCH,
        right=MARGIN_SIDE / _POINTS_PER_INCH,
        top=MARGIN_TOP / _POINTS_PER_INCH,
        bottom=MARGIN_BOTTOM / _POINTS_PER_INCH,
    )
    worksheet.center_horizontally()
    worksheet.fit_to_pages(1, 1 if stays_on_one_page(sheet) else 0)
    worksheet.print_area(0, 0, last_row, last_column)
    worksheet.set_footer(f"&C&9第 &P 页，共 &N 页{layout.foot}", {"margin": 0.35})
    if layout.mark:
        mark = layout.mark.replace("&", "&&")
        worksheet.set_header(f"&R&9&KC00000{mark}", {"margin": 0.35})
    if sheet.header_row is not None:
        worksheet.repeat_rows(sheet.header_row)
    if sheet.breaks:
        worksheet.set_h_pagebreaks(sheet.breaks)
    worksheet.hide_gridlines(2)
    worksheet.ignore_errors(
        {"number_stored_as_text": f"A1:{chr(ord('A') + last_column)}{last_row + 1}"}
    )
    for column, width in enumerate(sheet.widths):
        worksheet.set_column_pixels(column, column, width)
    for row, height in enumerate(sheet.heights):
        worksheet.set_row(row, height)


def _fill(worksheet: Worksheet, sheet: Sheet, formats: _Formats) -> None:
    for row, column, last_row, last_column, value, style, formula in sheet.cells:
        quoted = isinstance(value, str) and value.startswith(_FORMULA_STARTS)
        cell_format = formats.get(style, quoted)
        if last_row > row or last_column > column:
            worksheet.merge_range(row, column, last_row, last_column, "", cell_format)
        if not value and not isinstance(value, Decimal):
            worksheet.write_blank(row, column, None, cell_format)
        elif isinstance(value, str):
            worksheet.write_string(row, column, cut(value), cell_format)
        elif formula:
            worksheet.write_formula(row, column, formula, cell_format, value)
        else:
            worksheet.write_number(row, column, value, cell_format)
