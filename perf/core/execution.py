"""Budget execution (预算执行率) and the rating of a total."""

from dataclasses import dataclass
from decimal import Decimal

from perf.core.errors import InvalidInput
from perf.core.numbers import EXACT, format_fixed, format_number, round_half_up
from perf.core.rulepack import RulePack
from perf.core.terms import Labelled, Rating

_TEN_THOUSAND = Decimal(10000)


class ExecutionFlag(Labelled):
    """What is worth knowing about a budget's execution."""

    UNREPORTED = "unreported", "未填报"
    NOT_APPLICABLE = "not_applicable", "不涉及"
    LOW = "low", "执行率偏低"
    OVER = "over", "执行数超过预算数"


@dataclass(frozen=True, slots=True)
class Execution:
    """The row 年度资金总额 in 元: the adjusted budget (全年预算数) and what was executed of it."""

    adjusted: Decimal | None
    executed: Decimal | None

    @property
    def rate(self) -> Decimal | None:
        """The rate for display, uncapped (0.95 is 95 %); None while unknown or 不涉及."""
        if self.adjusted is None or self.executed is None or not self.adjusted:
            return None
        return self.executed / self.adjusted


@dataclass(frozen=True, slots=True)
class ExecutionScore:
    """The points of budget execution; None while 未填报 and where 不涉及."""

    execution: Execution
    points: Decimal | None
    flags: frozenset[ExecutionFlag]
    pack: RulePack

    @property
    def is_applicable(self) -> bool:
        """Whether there was a budget to execute."""
        return ExecutionFlag.NOT_APPLICABLE not in self.flags

    @property
    def needs_reason(self) -> bool:
        """Whether the rate lies below the pack's threshold."""
        return ExecutionFlag.LOW in self.flags

    @property
    def steps(self) -> list[str]:
        """The working in Chinese: one line of arithmetic, one line of the rule."""
        return [self._arithmetic(), f"依据 {self.pack.label} §{self.pack.execution.title}"]

    def _arithmetic(self) -> str:
        adjusted, executed = self.execution.adjusted, self.execution.executed
        if adjusted is None or executed is None:
            missing = "全年预算数" if adjusted is None else "全年执行数"
            return f"{missing}未填报 → 暂不计分"
        if self.points is None:
            return "全年预算数 0 · 全年执行数 0 → 不涉及，总分按其余分值折算"
        top, bottom = _wan(executed), _wan(adjusted)
        percent = format_fixed(round_half_up(executed * 100, adjusted))
        weight = self.pack.execution.weight
        head = f"全年执行数 {top}万元 ÷ 全年预算数 {bottom}万元 = {percent}%"
        steps = self.pack.execution.steps
        if steps:
            step = self.pack.execution.step_of(executed, adjusted)
            if step is None:
                return f"{head} · 未达到 {format_number(steps[-1].rate_from * 100)}%，不得分"
            return f"{head} · 达到 {format_number(step.rate_from * 100)}%，得 {self.points}"
        if ExecutionFlag.OVER in self.flags:
            return f"{head}，超过 100%，按 100% 计 · 得满分 {self.points}"
        if executed == adjusted:
            return f"{head} · 得满分 {self.points}"
        exact = EXACT.multiply(weight, executed) == EXACT.multiply(self.points, adjusted)
        note = "" if exact else rounding_note(self.pack)
        return f"{head} · {format_number(weight)} × {top} ÷ {bottom} = {self.points}{note}"


def score_execution(execution: Execution, pack: RulePack) -> ExecutionScore:
    """The points of budget execution: weight × min(1, executed ÷ adjusted), rounded once.

    Where the pack has steps, the points of the one reached. Money in 元. Adjusted 0 and executed
    0 is 不涉及. Raises InvalidInput for a negative amount and for execution without a budget.
    Source: the form's note on 预算执行率. 17.04 of 17.92 万元 at weight 10 → 9.51.
    """
    adjusted, executed = execution.adjusted, execution.executed
    for name, amount in (("全年预算数", adjusted), ("全年执行数", executed)):
        if amount is not None and (not amount.is_finite() or amount < 0):
            raise InvalidInput(f"{name}应为不小于 0 的金额，请修改。")
    if adjusted is None or executed is None:
        return ExecutionScore(execution, None, frozenset({ExecutionFlag.UNREPORTED}), pack)
    if not adjusted:
        if executed:
            raise InvalidInput("全年预算数为 0 而全年执行数大于 0，请核对预算数与执行数。")
        return ExecutionScore(execution, None, frozenset({ExecutionFlag.NOT_APPLICABLE}), pack)
    weight, places = pack.execution.weight, pack.rounding.places
    if pack.execution.steps:
        step = pack.execution.step_of(executed, adjusted)
        points = round_half_up(step.points if step else Decimal(0), places=places)
    else:
        counted = min(executed, adjusted)
        points = round_half_up(EXACT.multiply(weight, counted), adjusted, places)
    points = min(points, weight)
    flags = set()
    if executed > adjusted:
        flags.add(ExecutionFlag.OVER)
    if executed < EXACT.multiply(pack.execution.reason_below, adjusted):
        flags.add(ExecutionFlag.LOW)
    return ExecutionScore(execution, points, frozenset(flags), pack)


def rating(total: Decimal, pack: RulePack) -> Rating:
    """The grade (评级) of a total as printed, compared exactly.

    Source: 90 ≤ 优, 80 ≤ 良 < 90, 60 ≤ 中 < 80, 差 < 60. 89.99 → 良.
    """
    if total >= pack.rating.excellent_from:
        return Rating.EXCELLENT
    if total >= pack.rating.good_from:
        return Rating.GOOD
    return Rating.FAIR if total >= pack.rating.fair_from else Rating.POOR


def rounding_note(pack: RulePack) -> str:
    """The remark after a rounded figure (`（四舍五入至 0.01）`)."""
    places = pack.rounding.places
    unit = f" {Decimal(1).scaleb(-places)}" if places else "整数"
    return f"（四舍五入至{unit}）"


def _wan(amount: Decimal) -> str:
    return format_number(amount / _TEN_THOUSAND)
