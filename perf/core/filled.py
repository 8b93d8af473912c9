"""A filled self-evaluation form as it is printed: texts and figures, nothing computed."""

from dataclasses import dataclass
from decimal import Decimal

from perf.core.findings import Finding
from perf.core.readings import plain_text
from perf.core.terms import PlanKind, Rating

_BLANK = frozenset({"", "/", "-", "--", "未填报"})


@dataclass(frozen=True, slots=True)
class Amounts:
    """One line of the funds block (年初预算数, 全年预算数, 全年执行数) in 元; None is blank."""

    initial: Decimal | None = None
    adjusted: Decimal | None = None
    executed: Decimal | None = None


@dataclass(frozen=True, slots=True)
class PrintedExecution:
    """Weight, rate (in %, with the decimals printed) and score of the budget execution."""

    weight: Decimal | None = None
    rate: Decimal | None = None
    score: Decimal | None = None
    reason: str = ""

    @property
    def has_reason(self) -> bool:
        """Whether a word of reason is printed."""
        return not is_blank(self.reason) and plain_text(self.reason) != "无"


@dataclass(frozen=True, slots=True)
class FilledRow:
    """One indicator as printed; `reason` is what stands under 偏差原因分析及改进措施."""

    level1: str
    level2: str
    name: str
    target: str
    actual: str
    weight: Decimal | None = None
    score: Decimal | None = None
    reason: str = ""

    @property
    def has_reason(self) -> bool:
        """Whether a word of reason is printed."""
        return not is_blank(self.reason) and plain_text(self.reason) != "无"

    @property
    def is_not_applicable(self) -> bool:
        """Whether 不涉及 stands in the place of the actual."""
        return plain_text(self.actual) == "不涉及"


@dataclass(frozen=True, slots=True)
class FilledForm:
    """One filled form; `money` is the line 年度资金总额, `funds` are the lines that make it up.

    `weight_total` and `total` are what the form prints as 总分; `findings` is what was noticed
    while it was read.
    """

    project: str
    rows: tuple[FilledRow, ...]
    kind: PlanKind = PlanKind.PROJECT
    year: int | None = None
    money: Amounts = Amounts()
    funds: tuple[tuple[str, Amounts], ...] = ()
    execution: PrintedExecution = PrintedExecution()
    weight_total: Decimal | None = None
    total: Decimal | None = None
    rating: Rating | None = None
    findings: tuple[Finding, ...] = ()


def is_blank(text: str) -> bool:
    """Whether a printed cell says nothing: empty, a dash or 未填报."""
    return plain_text(text) in _BLANK
