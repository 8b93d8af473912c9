"""Builds a form's sheet from top to bottom: rows as tall as their texts, the head and the foot."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal, localcontext

from perf.documents.forms.annex import Annex
from perf.documents.forms.measure import clean, cut, text_height
from perf.documents.forms.table import Sheet, Style
from perf.documents.forms.texts import day_text

ROW_HEIGHT = 20
Part = tuple[int, int, str | Decimal | None, Style]
"""First and last column of a cell, its value and its style."""


def wan(yuan: Decimal | None) -> Decimal | None:
    """元 as 万元, exact; None stays None."""
    # scaleb is exact within the context's 28 digits, which 18-digit amounts never reach.
    return None if yuan is None else yuan.scaleb(-4)


def execution_rate(executed: Decimal | None, adjusted: Decimal | None) -> Decimal | None:
    """执行率 from 0 to 1 and beyond; None where a figure is missing or there is no budget."""
    if not adjusted or executed is None:
        return None
    with localcontext() as context:
        # A spreadsheet holds about 17 significant digits.
        context.prec = 17
        return executed / adjusted


class SheetBuilder:
    """A sheet that grows downwards; texts too long for a row go to the annex."""

    def __init__(self, name: str, widths: list[int], annex: Annex) -> None:
        self.sheet = Sheet(name=name, widths=widths)
        self.annex = annex
        self.last = len(widths) - 1

    def row(self, *parts: Part, label: str = "", least: int = ROW_HEIGHT) -> int:
        """Add a row as tall as its tallest text; `label` names it in the annex."""
        sheet = self.sheet
        fitted: list[Part] = []
        height = least
        for column, last_column, value, style in parts:
            shown = value
            if isinstance(value, str):
                width = sheet.span(column, last_column)
                shown, needed = self.annex.fit(value, width, style, label)
                height = max(height, needed)
            fitted.append((column, last_column, shown, style))
        row = sheet.add_row(height)
        for column, last_column, value, style in fitted:
            sheet.put(column, last_column, value, style)
        return row

    def head(self, mark: str, title: str, subtitle: str) -> None:
        """The mark of what is not signed, the form's title and its year."""
        for height, text, style in (
            (ROW_HEIGHT, mark, Style.MARK),
            (30, title, Style.TITLE),
            (ROW_HEIGHT, subtitle, Style.SUBTITLE),
        ):
            if text:
                self.sheet.add_row(height)
                self.sheet.put(0, self.last, text, style)

    def block(self, text: str, first: int, last: int) -> None:
        """The heading in the first column over the rows of a block."""
        sheet = self.sheet
        needed = text_height(text, sheet.widths[0], Style.LABEL)
        lacking = needed - sum(sheet.heights[first : last + 1])
        if lacking > 0:
            sheet.heights[last] += lacking
        sheet.put(0, 0, text, Style.LABEL, row=first, last_row=last)

    def notes(self, notes: Sequence[str]) -> None:
        """The remarks below the table, numbered where there are several."""
        if not notes:
            return
        if len(notes) == 1:
            text = f"注：{notes[0]}"
        else:
            text = "注：" + "\n".join(f"{at}. {note}" for at, note in enumerate(notes, 1))
        text = cut(clean(text))
        self.row((0, self.last, text, Style.NOTE), label="注", least=0)

    def signatures(
        self,
        submitted_by: str,
        submitted_at: datetime | None,
        approved_by: str,
        approved_at: datetime | None,
        *,
        ends: tuple[int, int],
    ) -> None:
        """Who filled in and who reviewed, room for the head's signature and for the seal.

        `ends` are the last columns of the first two of the three parts.
        """
        blank = "　　　　　　"
        spans = ((0, ends[0]), (ends[0] + 1, ends[1]), (ends[1] + 1, self.last))
        names = (
            f"填报人：{clean(submitted_by) or blank}",
            f"审核人：{clean(approved_by) or blank}",
            "单位负责人（签字）：",
        )
        days = (
            f"填报日期：{day_text(submitted_at)}",
            f"审核日期：{day_text(approved_at)}",
            f"日期：{day_text(None)}",
        )
        for least, texts in ((28, names), (22, days)):
            parts = [
                (first, last, text, Style.SIGN)
                for (first, last), text in zip(spans, texts, strict=True)
            ]
            self.row(*parts, label="签字栏", least=least)
        self.row((*spans[2], "单位（盖章）：", Style.SIGN), least=44)
