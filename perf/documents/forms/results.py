"""The 评价结果应用情况表 as a table: one row a recommendation."""

from collections import Counter
from datetime import UTC, date, datetime

from perf.core.numbers import format_fixed
from perf.core.terms import Adoption
from perf.documents.forms.annex import Annex
from perf.documents.forms.builder import SheetBuilder, wan
from perf.documents.forms.measure import clean
from perf.documents.forms.pages import break_pages
from perf.documents.forms.results_rows import ResultRow, ResultsForm
from perf.documents.forms.table import Layout, Style
from perf.documents.forms.texts import local_day

RESULTS_TITLE = "评价结果应用情况表"
OPEN = "待答复"
_ALL_UNITS = "全部单位"
# 序号 | 单位和项目 | 建议类别 | 评价建议 | 是否采纳 | 落实措施 | 落实情况.
_WIDTHS = [36, 112, 80, 166, 92, 120, 110]
_LAST = 6
_NO_DAY = datetime(2000, 1, 1, tzinfo=UTC)
_DEMO = "含演示数据（非真实填报）"


def results_layout(form: ResultsForm) -> Layout:
    """The form as a layout; an amount comes in 元 and is laid out in 万元.

    What nobody has answered says so; a blank measure or outcome stays blank.
    """
    annex = Annex()
    builder = _Results(form, annex)
    builder.build()
    moments = [row.answered_at or row.made_at for row in form.rows]
    return Layout(
        title=f"{form.years}年度{clean(form.unit)[:200] or _ALL_UNITS}{RESULTS_TITLE}",
        author=clean(form.unit)[:200],
        created=max(moments, default=_NO_DAY),
        mark=_DEMO if form.is_demo else "",
        sheets=[builder.sheet, *([annex.sheet()] if annex.entries else [])],
    )


class _Results(SheetBuilder):
    def __init__(self, form: ResultsForm, annex: Annex) -> None:
        super().__init__(RESULTS_TITLE, list(_WIDTHS), annex)
        self.form = form

    def build(self) -> None:
        form = self.form
        self.head(_DEMO if form.is_demo else "", RESULTS_TITLE, f"（{form.years}年度）")
        self.row((0, _LAST, f"填报单位：{form.unit or _ALL_UNITS}", Style.SIGN))
        heads = (
            "序号", "单位\n项目", "建议类别", "评价建议\n提出人", "是否采纳\n理由",
            "落实措施\n计划完成", "落实情况\n落实日期",
        )  # fmt: skip
        parts = ((at, at, head, Style.LABEL) for at, head in enumerate(heads))
        self.sheet.header_row = self.row(*parts)
        for number, row in enumerate(form.rows, 1):
            texts = (
                f"{row.unit}\n{row.name}", _kind(row), _text(row), _answer(row),
                _lines(row.measure, _until(row.measure_on)),
                _lines(row.outcome, _day(row.outcome_on)),
            )  # fmt: skip
            self.row(
                (0, 0, str(number), Style.CENTRE),
                *((at, at, text, Style.SMALL) for at, text in enumerate(texts, 1)),
                label=f"第 {number} 条建议",
            )
        last = len(self.sheet.heights)
        self.notes(_notes(form))
        self.signatures("", None, "", None, ends=(2, 4))
        self.sheet.breaks = break_pages(self.sheet, range(last))


def _kind(row: ResultRow) -> str:
    said = row.kind.label
    if row.consequence is not None:
        said += f"\n{row.consequence.label}"
    amount = wan(row.amount)
    return said if amount is None else f"{said}\n{format_fixed(amount)} 万元"


def _text(row: ResultRow) -> str:
    return _lines(row.text, f"（{row.made_by}，{local_day(row.made_at).isoformat()}）")


def _answer(row: ResultRow) -> str:
    if row.adoption is None or row.answered_at is None:
        return f"{OPEN}\n{_until(row.due_on)}"
    return _lines(row.adoption.label, row.reason, local_day(row.answered_at).isoformat())


def _until(day: date | None) -> str:
    return "" if day is None else f"{day.isoformat()} 前"


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def _lines(*texts: str) -> str:
    return "\n".join(filter(None, texts))


def _notes(form: ResultsForm) -> list[str]:
    counts = Counter(row.adoption for row in form.rows)
    parts = [f"{one.label} {counts[one]}" for one in Adoption if counts[one]]
    if counts[None]:
        parts.append(f"{OPEN} {counts[None]}")
    said = f"共 {len(form.rows)} 条建议：{'，'.join(parts)}。" if form.rows else "没有评价建议。"
    notes = [said]
    if any(row.consequence is not None for row in form.rows):
        notes.append("预算安排一类所列金额为建议的下年度预算。")
    return notes
