"""The plan's money: missing, not adding up, or exceeded by a cost target."""

from collections.abc import Iterator
from decimal import Decimal

from perf.core.checks.subject import Noticed, Subject
from perf.core.findings import Severity
from perf.core.numbers import format_fixed
from perf.core.targets import Target
from perf.core.terms import Comparator, PlanKind

_WAN = Decimal(10000)
_MONEY = {
    "元": Decimal(1),
    "千元": Decimal(1000),
    "万": _WAN,
    "万元": _WAN,
    "百万元": _WAN * 100,
    "亿元": _WAN * _WAN,
}


def check_budget(subject: Subject) -> Iterator[Noticed]:
    """No budget, or a total that differs from its sources or from 基本支出 and 项目支出."""
    plan = subject.plan
    total = plan.budget_total
    if total is None:
        if plan.kind is PlanKind.PROJECT:
            message = "没有预算金额，请补填（万元）。"
            yield subject.say(Severity.WARNING, "budget-missing", message)
        return
    expenditures = [plan.basic_expenditure, plan.project_expenditure]
    parts = {
        "资金来源": list(plan.budget.values()),
        "基本支出与项目支出": [each for each in expenditures if each is not None],
    }
    for label, figures in parts.items():
        complete = len(figures) == 2 or label == "资金来源"
        if not figures or not complete or sum(figures) == total:
            continue
        message = (
            f"{label}合计 {_wan(sum(figures, Decimal(0)))}，与预算总额 {_wan(total)} 不相等，"
            "请核对金额。"
        )
        yield subject.say(Severity.WARNING, "budget-sum-differs", message)


def check_costs(subject: Subject) -> Iterator[Noticed]:
    """A cost target above the budget; one with a lower limit.

    ≤50万元 in a project of 30.00万元 gives `cost-exceeds-budget`.
    """
    budget = subject.plan.budget_total
    for row in subject.rows:
        if not row.is_cost:
            continue
        money = money_of(row.target)
        said = f"成本指标“{row.name}”的指标值 {row.indicator.target}"
        if row.target.comparator in {Comparator.GE, Comparator.GT} and money is not None:
            message = f"{said}是下限，成本应设上限，请核对方向（通常为“≤”）。"
            beside = "成本应设上限，请核对方向（通常为“≤”）。"
            yield subject.say(Severity.WARNING, "cost-with-lower-limit", message, row, beside)
        elif money is not None and budget is not None and money > budget:
            message = (
                f"{said}（合 {_wan(money)}）高于项目预算 {_wan(budget)}，"
                "起不到控制作用，请核对指标值或预算。"
            )
            beside = f"合 {_wan(money)}，高于项目预算 {_wan(budget)}，请核对指标值或预算。"
            yield subject.say(Severity.WARNING, "cost-exceeds-budget", message, row, beside)


def money_of(target: Target) -> Decimal | None:
    """The target's sum in 元, its upper end where it is a range; None where it is no total."""
    bound = target.upper if target.upper is not None else target.value
    factor = _MONEY.get(target.unit or "")
    return bound * factor if isinstance(bound, Decimal) and factor is not None else None


def _wan(money: Decimal) -> str:
    return f"{format_fixed(money / _WAN)}万元"
