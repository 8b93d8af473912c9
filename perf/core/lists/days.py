"""Cases with their days of application and completion: how long they took, and how many in time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from perf.core.errors import InvalidInput
from perf.core.findings import Finding
from perf.core.lists.kinds import ListValue, Measure, is_refused, note, refuse, warn
from perf.core.numbers import MAX_FRACTION_DIGITS, format_number, round_half_up
from perf.core.working_calendar import WorkingCalendar, WorkingDays, demand_known

# A span that no case lasts: a year mistyped.
_LONGEST = 366 * 20


@dataclass(frozen=True, slots=True)
class Case:
    """One case: the number of its row, when it was applied for and done; None is not done yet."""

    row: int
    applied: date
    completed: date | None
    label: str = ""


@dataclass(frozen=True, slots=True)
class CaseRules:
    """How a list of cases is counted.

    The year to date runs from `starts_on` to `until`, both included. `calendar` is None for
    calendar days; `limit` is in days and may be None where `measure` is not the share.
    """

    starts_on: date
    until: date
    measure: Measure
    limit: Decimal | None = None
    calendar: WorkingCalendar | None = None

    @property
    def unit(self) -> str:
        """What is counted."""
        return "天" if self.calendar is None else "个工作日"


@dataclass(frozen=True, slots=True)
class _Counted:
    """One case as it stands at the end: its days so far, and whether it is done by then."""

    case: Case
    days: int
    is_done: bool

    def is_in_time(self, limit: Decimal | None) -> bool:
        return limit is None or self.days <= limit


def days_value(
    cases: Sequence[Case], rules: CaseRules, before: Sequence[Finding] = ()
) -> ListValue:
    """The longest, the mean or the share in time of the cases done by the end of the quarter.

    Days are completion − application; working days are those after the day of application up to
    and including the day of completion. A case not done by then counts neither for the longest
    nor for the mean; in the share it counts as late once its limit has passed, before that not
    at all. Source: our own decision. `before` are the findings of reading the rows.
    1 → 8 March with 7 days' limit: 7 days, in time.
    """
    findings = [*before, *_wrong(cases, rules)]
    if not cases:
        findings.append(refuse("list-empty", "清单里没有可以计算的行。"))
    if rules.limit is None and rules.measure is Measure.SHARE:
        findings.append(
            refuse("limit-missing", "请填写办理期限（天数），才能算出期限内办结的比例。")
        )
    if is_refused(findings):
        return ListValue(None, "", tuple(findings), (), ())
    counted = _count(cases, rules)
    done = [one.days for one in counted if one.is_done]
    overdue = sum(not one.is_done and not one.is_in_time(rules.limit) for one in counted)
    considered = len(done) + (overdue if rules.measure is Measure.SHARE else 0)
    if not considered:
        findings.append(refuse("nothing-done", "截至期末没有已办结的事项，算不出结果。"))
        return ListValue(None, "", tuple(findings), (), ())
    findings += _open_notes(counted, rules)
    in_time = sum(one.is_done and one.is_in_time(rules.limit) for one in counted)
    value = {
        Measure.WORST: lambda: Decimal(max(done)),
        Measure.MEAN: lambda: _quotient(Decimal(sum(done)), len(done)),
        Measure.SHARE: lambda: _quotient(Decimal(100 * in_time), len(done) + overdue),
    }[rules.measure]()
    return ListValue(
        value,
        _basis(rules, done, in_time, len(counted) - len(done), overdue),
        tuple(findings),
        ("行号", "事项", "申请日期", "办结日期", f"用时（{rules.unit}）", "期限内办结"),
        tuple(_row(one, rules) for one in counted),
    )


def _wrong(cases: Sequence[Case], rules: CaseRules) -> list[Finding]:
    findings = []
    for case in cases:
        end = min(case.completed or rules.until, rules.until)
        if case.applied > rules.until:
            message = f"申请日期 {case.applied} 在 {rules.until} 之后，不属于本期，请改正或删去。"
            findings.append(refuse("applied-later", message, case.row))
        elif case.completed is not None and case.completed < case.applied:
            message = f"办结日期 {case.completed} 早于申请日期 {case.applied}，请改正。"
            findings.append(refuse("completed-before-applied", message, case.row))
        elif case.completed is not None and case.completed < rules.starts_on:
            message = f"办结日期 {case.completed} 在 {rules.starts_on} 之前，不属于本年，请删去。"
            findings.append(refuse("completed-last-year", message, case.row))
        elif (end - case.applied).days > _LONGEST:
            message = f"申请日期 {case.applied} 太早，请核对年份。"
            findings.append(refuse("applied-too-early", message, case.row))
        elif rules.calendar is not None:
            try:
                demand_known(rules.calendar, case.applied, end)
            except InvalidInput as error:
                findings.append(refuse("year-unknown", str(error), case.row))
    return findings


def _count(cases: Sequence[Case], rules: CaseRules) -> list[_Counted]:
    ends = [min(case.completed or rules.until, rules.until) for case in cases]
    if rules.calendar is None:
        spans = [(end - case.applied).days for case, end in zip(cases, ends, strict=True)]
    else:
        first = min(case.applied for case in cases)
        days = WorkingDays(rules.calendar, first, max(ends))
        spans = [days.between(case.applied, end) for case, end in zip(cases, ends, strict=True)]
    return [
        _Counted(case, span, case.completed is not None and case.completed <= rules.until)
        for case, span in zip(cases, spans, strict=True)
    ]


def _open_notes(counted: Sequence[_Counted], rules: CaseRules) -> list[Finding]:
    findings = []
    for one in counted:
        if one.is_done:
            continue
        later = f"（{one.case.completed} 才办结）" if one.case.completed else ""
        told = f"截至 {rules.until} 未办结{later}"
        if one.is_in_time(rules.limit):
            findings.append(note("case-open", f"{told}，没有计入。", one.case.row))
            continue
        taken = "按超期计入比例" if rules.measure is Measure.SHARE else "没有计入"
        message = f"{told}，已过 {one.days} {rules.unit}，超过期限，{taken}。"
        findings.append(warn("case-overdue", message, one.case.row))
    return findings


def _quotient(numerator: Decimal, denominator: int) -> Decimal:
    return round_half_up(numerator, Decimal(denominator), MAX_FRACTION_DIGITS)


def _basis(
    rules: CaseRules, done: Sequence[int], in_time: int, still_open: int, overdue: int
) -> str:
    parts = []
    if done:
        mean = format_number(round_half_up(Decimal(sum(done)), Decimal(len(done))))
        parts.append(f"最长 {max(done)} {rules.unit}，平均 {mean} {rules.unit}")
    considered = len(done) + overdue
    if rules.limit is not None:
        rate = format_number(round_half_up(Decimal(100 * in_time), Decimal(considered)))
        limit = f"{format_number(rules.limit)} {rules.unit}"
        parts.append(f"期限 {limit}内办结 {in_time} 件（{rate}%）")
    if still_open:
        late = f"，其中已超期 {overdue} 件" if rules.limit is not None else ""
        parts.append(f"另有未办结 {still_open} 件{late}")
    parts.append(f"取{rules.measure.label}")
    return f"由 {len(done)} 件办理清单计算：{'；'.join(parts)}"


def _row(one: _Counted, rules: CaseRules) -> tuple[str, ...]:
    is_in_time = "" if rules.limit is None else "是" if one.is_in_time(rules.limit) else "否"
    completed = one.case.completed
    return (
        str(one.case.row),
        one.case.label,
        one.case.applied.isoformat(),
        completed.isoformat() if completed else "未办结",
        str(one.days) if one.is_done else "",
        is_in_time if one.is_done or is_in_time == "否" else "",
    )
