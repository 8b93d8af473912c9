"""The 绩效运行监控表 as a table: what was reached and spent so far, side by side."""

from datetime import UTC, datetime
from decimal import Decimal

from perf.core.terms import DeviationKind, Light, Likelihood, PlanKind
from perf.documents.forms.annex import Annex
from perf.documents.forms.builder import Part, SheetBuilder, execution_rate, wan
from perf.documents.forms.classes import BLOCK, merge_classes
from perf.documents.forms.funds import rows_of_funds
from perf.documents.forms.measure import clean
from perf.documents.forms.monitoring_rows import MonitoringForm, MonitoringRow
from perf.documents.forms.rows import Money
from perf.documents.forms.table import Layout, Style
from perf.documents.forms.texts import marks

# 绩效指标 | 一级 | 二级 | 三级 | 年度指标值 | 执行情况 | 全年预计 | a narrow column for each kind
# of reason, one sign wide, | 原因说明 | one for each likelihood | 备注.
_KINDS, _LIKELIHOODS = list(DeviationKind), list(Likelihood)
_WIDTHS = [28, 58, 46, 92, 66, 74, 62, *[20] * len(_KINDS), 92, *[20] * len(_LIKELIHOODS), 38]
_FIRST_KIND = 7
_REASON = _FIRST_KIND + len(_KINDS)
_FIRST_LIKELIHOOD = _REASON + 1
_LAST = len(_WIDTHS) - 1
_TICK = "√"
_NEVER_SUBMITTED = datetime(2000, 1, 1, tzinfo=UTC)


def monitoring_title(form: MonitoringForm) -> str:
    """The form's heading."""
    if form.kind is PlanKind.DEPARTMENT:
        return "部门（单位）整体绩效运行监控表"
    return "项目支出绩效运行监控表"


def monitoring_mark(form: MonitoringForm) -> str:
    """What a quarter that is not approved, or invented, says of itself; blank for any other."""
    return marks("待审核" if form.is_draft else "", is_demo=form.is_demo)


def monitoring_layout(form: MonitoringForm) -> Layout:
    """The form as a layout: the table itself and, where texts are long, 附页.

    Money comes in 元 and is laid out in 万元. What was not reported is blank, to be filled in by
    hand, never 0.
    """
    annex = Annex()
    builder = _Monitoring(form, annex)
    builder.build()
    return Layout(
        title=f"{form.year}年度{clean(form.name)[:200]}{monitoring_title(form)}",
        author=clean(form.implementing_unit)[:200],
        created=form.approved_at or form.submitted_at or _NEVER_SUBMITTED,
        mark=monitoring_mark(form),
        code=form.check_code,
        sheets=[builder.sheet, *([annex.sheet()] if annex.entries else [])],
    )


class _Monitoring(SheetBuilder):
    def __init__(self, form: MonitoringForm, annex: Annex) -> None:
        name = (
            "部门整体绩效运行监控表" if form.kind is PlanKind.DEPARTMENT else monitoring_title(form)
        )
        super().__init__(name, _WIDTHS, annex)
        self.form = form
        self.so_far = f"1—{form.months}月"

    def build(self) -> None:
        form = self.form
        period = f"（{form.year}年度　{self.so_far}）"
        self.head(monitoring_mark(form), monitoring_title(form), period)
        self._top()
        self._money()
        row = self.row((2, _LAST, form.objective, Style.TEXT), label="年度总体目标", least=40)
        self.sheet.put(0, 1, "年度\n总体目标", Style.LABEL, row=row)
        head = self._grid_head()
        for each in form.rows:
            self._indicator(each)
        notes = [
            "空白栏目为系统中没有填报的内容，可以手工填写；“全年预计执行数”系统不登记。",
            "“备注”为监控预警，正常的不写。",
        ]
        if self.annex.entries:
            notes.append("篇幅较长的文字全文见“附页”。")
        self.notes(notes)
        self.signatures(
            form.submitted_by,
            form.submitted_at,
            form.approved_by,
            form.approved_at,
            ends=(4, _REASON - 1),
        )
        merge_classes(self.sheet, form.rows, head + 1)

    def _top(self) -> None:
        form = self.form
        if form.kind is PlanKind.DEPARTMENT:
            self._pair("部门（单位）\n名称", form.department, "单位编码", form.department_code)
            return
        self._pair("项目名称", form.name, "项目编码", form.code)
        self._pair("主管部门", form.department, "实施单位", form.implementing_unit)

    def _pair(self, label1: str, text1: str, label2: str, text2: str | None) -> None:
        first: Part = (0, 1, label1, Style.LABEL)
        if not text2:
            self.row(first, (2, _LAST, text1, Style.CENTRE), label=label1)
            return
        self.row(
            first,
            (2, 4, text1, Style.CENTRE),
            (5, 5, label2, Style.LABEL),
            (6, _LAST, text2, Style.CENTRE),
            label=f"{label1}、{label2}",
        )

    def _money(self) -> None:
        form = self.form
        rows = [
            self.row(
                (1, 2, "资金来源", Style.LABEL),
                (3, 3, "年初预算数", Style.LABEL),
                (4, 4, "全年\n预算数", Style.LABEL),
                (5, 5, f"{self.so_far}\n执行数", Style.LABEL),
                (6, 6, f"{self.so_far}\n执行率", Style.LABEL),
                (7, _LAST, "全年预计执行数", Style.LABEL),
            ),
            self._amounts("年度资金总额", form.total),
        ]
        for source, label in rows_of_funds(form.budget):
            rows.append(self._amounts(label, form.budget.get(source, Money())))
        label = "部门\n预算\n资金" if form.kind is PlanKind.DEPARTMENT else "项目\n资金"
        self.block(f"{label}\n(万元)", rows[0], rows[-1])

    def _amounts(self, label: str, money: Money) -> int:
        row = self.row(
            (1, 2, label, Style.CENTRE),
            (3, 3, wan(money.initial), Style.MONEY),
            (4, 4, wan(money.adjusted), Style.MONEY),
            (5, 5, wan(money.executed), Style.MONEY),
            (7, _LAST, None, Style.MONEY),
        )
        rate: Decimal | None = execution_rate(money.executed, money.adjusted)
        self.sheet.put(6, 6, rate, Style.RATE, formula=f"=F{row + 1}/E{row + 1}")
        return row

    def _grid_head(self) -> int:
        """The groups of columns, then the columns themselves, which each page repeats."""
        self.row(
            (0, _FIRST_KIND - 1, "绩效指标完成情况", Style.LABEL),
            (_FIRST_KIND, _REASON, "偏差原因分析", Style.LABEL),
            (_FIRST_LIKELIHOOD, _LAST - 1, "完成\n目标\n可能性", Style.LABEL),
            (_LAST, _LAST, "", Style.LABEL),
        )
        heads = (
            BLOCK, "一级\n指标", "二级\n指标", "三级指标", "年度\n指标值",
            f"{self.so_far}\n执行情况", "全年预计\n完成情况",
            *(kind.label for kind in _KINDS), "原因说明",
            *(each.label for each in _LIKELIHOODS), "备注",
        )  # fmt: skip
        head = self.row(*((at, at, text, Style.LABEL) for at, text in enumerate(heads)))
        self.sheet.header_row = head
        return head

    def _indicator(self, row: MonitoringRow) -> None:
        ticked = [
            *(kind is row.deviation_kind for kind in _KINDS),
            *(each is row.likelihood for each in _LIKELIHOODS),
        ]
        columns = [
            *range(_FIRST_KIND, _REASON),
            *range(_FIRST_LIKELIHOOD, _LAST),
        ]
        lags = row.light in {Light.YELLOW, Light.RED}
        self.row(
            (3, 3, row.name, Style.SMALL),
            (4, 4, row.target, Style.CENTRE),
            (5, 5, row.actual, Style.CENTRE),
            (6, 6, row.expected, Style.CENTRE),
            *(
                (at, at, _TICK if is_ticked else "", Style.CENTRE)
                for at, is_ticked in zip(columns, ticked, strict=True)
            ),
            (_REASON, _REASON, row.deviation_reason.strip(), Style.SMALL),
            (_LAST, _LAST, row.light.label if row.light and lags else "", Style.SMALL),
            label=f"指标：{row.name}",
        )
