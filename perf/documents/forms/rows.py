"""What a self-evaluation form prints, as plain values."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from perf.core.terms import PlanKind, Rating, Sense

NOT_APPLICABLE = "不涉及"


@dataclass(frozen=True, slots=True)
class Money:
    """One line of the funds block in 元, exact; None is 未填报 and stays blank."""

    initial: Decimal | None = None
    adjusted: Decimal | None = None
    executed: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ExecutionRow:
    """The score of the budget execution (预算执行率), as frozen.

    `weight` 0 means that the form does not score it here (the department's form has an
    indicator for it). The rate itself is not kept: it is executed ÷ adjusted of the total line.
    """

    weight: Decimal = Decimal(0)
    points: Decimal | None = None
    not_applicable: bool = False
    steps: list[str] = field(default_factory=list)
    deviation_reason: str = ""
    corrective_action: str = ""


@dataclass(frozen=True, slots=True)
class IndicatorRow:
    """One third-level indicator as frozen; `weight` is the one that was scored with.

    `tag` is a word printed behind the name (调整, 不涉及); with 不涉及 no actual and no points
    are expected. `points` are those that count; `decision` says what was computed and who decided
    otherwise, when and why. The two `initial_` fields are filled where the target was revised
    during the year, `revision_document` where a document did that, and `is_lowered_late` says
    that it asks for less than when the last quarter began. The working is among the steps.
    `sense` is the side of an equal target that counts as met, where the plan says so.
    """

    level1: str
    level2: str | None
    name: str
    target: str
    actual: str | None = None
    weight: Decimal | None = None
    points: Decimal | None = None
    deviation_reason: str = ""
    corrective_action: str = ""
    steps: list[str] = field(default_factory=list)
    tag: str = ""
    decision: str = ""
    initial_target: str = ""
    initial_points: Decimal | None = None
    revision_document: str = ""
    is_lowered_late: bool = False
    sense: Sense | None = None


@dataclass(frozen=True, slots=True)
class SelfEvaluationForm:
    """One 绩效自评表: a project's or a department's, draft or signed.

    Times are aware; they are printed as days in Asia/Shanghai. `funds` are further lines of the
    funds block (基本支出, 项目支出 …), `tasks` pairs of 任务名称 and 主要内容; both are the
    department's, but a project's form prints them too where they are given. Without
    `has_working` the form is the table alone, as it is made public.
    """

    kind: PlanKind
    year: int
    name: str
    department: str
    implementing_unit: str
    rows: list[IndicatorRow]
    code: str | None = None
    is_draft: bool = True
    is_demo: bool = False
    total_money: Money = Money()
    fiscal: Money = Money()
    carryover: Money = Money()
    other: Money = Money()
    funds: list[tuple[str, Money]] = field(default_factory=list)
    tasks: list[tuple[str, str]] = field(default_factory=list)
    execution: ExecutionRow = ExecutionRow()
    objective_expected: str = ""
    objective_actual: str = ""
    total: Decimal | None = None
    total_steps: list[str] = field(default_factory=list)
    rating: Rating | None = None
    pack_id: str = ""
    pack_version: str = ""
    submitted_by: str = ""
    submitted_at: datetime | None = None
    approved_by: str = ""
    approved_at: datetime | None = None
    check_code: str = ""
    has_working: bool = True
