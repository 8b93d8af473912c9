"""得分计算说明: the working of every score, one step a row, for printing beside the form."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from perf.documents.forms.annex import Annex
from perf.documents.forms.measure import MAX_ROW_HEIGHT, clean, cut, text_height
from perf.documents.forms.pages import break_pages
from perf.documents.forms.rows import NOT_APPLICABLE, SelfEvaluationForm
from perf.documents.forms.table import Sheet, Style

_WIDTHS = [44, 176, 52, 62, 372]
_LAST = 4
_ROW = 20


def working_sheet(form: SelfEvaluationForm, annex: Annex, mark: str) -> Sheet:
    """The sheet 得分计算说明: rule pack, rating, total, then each score with its steps."""
    sheet = Sheet(name="得分计算说明", widths=_WIDTHS)
    if mark:
        sheet.add_row(_ROW)
        sheet.put(0, _LAST, mark, Style.MARK)
    sheet.add_row(34)
    sheet.put(0, _LAST, "得分计算说明", Style.TITLE)
    name, height = annex.fit(
        f"（{form.year}年度　{form.name}）", sum(_WIDTHS), Style.SUBTITLE, "名称"
    )
    sheet.add_row(max(_ROW, height))
    sheet.put(0, _LAST, name, Style.SUBTITLE)
    _facts(sheet, form)
    sheet.header_row = sheet.add_row(24)
    for column, title in enumerate(("序号", "指标", "分值", "得分", "计算过程")):
        sheet.put(column, column, title, Style.LABEL)
    starts = set()
    execution = form.execution
    if execution.weight:
        points = NOT_APPLICABLE if execution.not_applicable else execution.points
        starts.add(len(sheet.heights))
        _scored(sheet, annex, "", "预算执行率", execution.weight, points, execution.steps)
    for number, item in enumerate(form.rows, 1):
        is_out = item.tag == NOT_APPLICABLE and item.points is None
        points = NOT_APPLICABLE if is_out else item.points
        starts.add(len(sheet.heights))
        _scored(sheet, annex, str(number), item.name, item.weight, points, item.steps)
    if form.total_steps or form.total is not None:
        starts.add(len(sheet.heights))
        _scored(sheet, annex, "", "总分", None, form.total, form.total_steps)
    sheet.breaks = break_pages(sheet, starts)
    _begin_anew(sheet)
    return sheet


def _begin_anew(sheet: Sheet) -> None:
    """Let what is merged over a page's end stand again on the next page."""
    cells = []
    for cell in sheet.cells:
        inside = [at for at in sheet.breaks if cell.row < at <= cell.last_row]
        for first, after in pairwise([cell.row, *inside, cell.last_row + 1]):
            cells.append(cell._replace(row=first, last_row=after - 1))
    sheet.cells = cells


def _facts(sheet: Sheet, form: SelfEvaluationForm) -> None:
    version = f"（版本 {form.pack_version}）" if form.pack_version else ""
    pack = cut(clean(f"{form.pack_id}{version}"))
    height = text_height(pack, sum(_WIDTHS[2:]), Style.CENTRE)
    facts: tuple[tuple[str, str | Decimal | None, Style], ...] = (
        ("评分办法", pack, Style.CENTRE),
        ("总分", form.total, Style.POINTS),
        ("评级", form.rating.label if form.rating else "", Style.CENTRE),
    )
    for label, value, style in facts:
        sheet.add_row(min(MAX_ROW_HEIGHT, max(_ROW, height)))
        sheet.put(0, 1, label, Style.LABEL)
        sheet.put(2, _LAST, value, style)


def _scored(
    sheet: Sheet,
    annex: Annex,
    number: str,
    name: str,
    weight: Decimal | None,
    points: str | Decimal | None,
    steps: Sequence[str],
) -> None:
    first = len(sheet.heights)
    shown_name, needed = annex.fit(name, _WIDTHS[1], Style.SMALL, f"指标：{name}")
    for step in steps or ("",):
        shown, height = annex.fit(step, _WIDTHS[4], Style.SMALL, f"计算过程：{name}")
        sheet.add_row(max(_ROW, height))
        sheet.put(4, 4, shown, Style.SMALL)
    last = len(sheet.heights) - 1
    lacking = needed - sum(sheet.heights[first:])
    if lacking > 0:
        sheet.heights[last] = min(MAX_ROW_HEIGHT, sheet.heights[last] + lacking)
    points_style = Style.CENTRE if isinstance(points, str) else Style.POINTS
    sheet.put(0, 0, number, Style.CENTRE, row=first, last_row=last)
    sheet.put(1, 1, shown_name, Style.SMALL, row=first, last_row=last)
    sheet.put(2, 2, weight, Style.NUMBER, row=first, last_row=last)
    sheet.put(3, 3, points, points_style, row=first, last_row=last)
