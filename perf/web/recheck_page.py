"""What the page 复核 shows of a rechecked form: the whole form's figures, rows and findings."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from perf.core.execution import rating
from perf.core.findings import Finding, Severity
from perf.core.numbers import format_fixed, format_number, round_half_up
from perf.core.recheck import Recheck, RecheckedRow, Verdict
from perf.documents.rechecking import (
    TOLD_FIRST,
    count_verdicts,
    findings_as_told,
    rows_as_told,
)
from perf.services.typed import without_controls
from perf.web.presentation import BLANK, money_wan

TONE_OF_VERDICT = {Verdict.AGREES: "ok", Verdict.DIFFERS: "bad", Verdict.UNDECIDABLE: "none"}
# A cell of a form may hold pages of text; what is shown of it is enough to find it again.
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class WholeLine:
    """A figure of the whole form: as printed, as it should be; no verdict where none is printed."""

    label: str
    note: str
    printed: str
    computed: str
    verdict: Verdict | None


@dataclass(frozen=True, slots=True)
class RowView:
    """One indicator as it is shown; `place` says where it stands in the form."""

    anchor: str
    name: str
    place: str
    target: str
    actual: str
    weight: Decimal | None
    printed: Decimal | None
    computed: Decimal | None
    verdict: Verdict
    steps: list[str]
    told: str


@dataclass(frozen=True, slots=True)
class FindingView:
    """One finding; `anchor` is its row's, blank where it is about the whole form."""

    code: str
    severity: Severity
    message: str
    where: str
    anchor: str


@dataclass(frozen=True, slots=True)
class RecheckView:
    """A rechecked form as the page shows it, what differs first."""

    project: str
    year: int | None
    pack: str
    counts: dict[Verdict, int]
    whole: list[WholeLine]
    rows: list[RowView]
    findings: dict[Severity, list[FindingView]]

    @property
    def differs(self) -> bool:
        """Whether a row or a figure of the whole form differs."""
        return bool(self.counts[Verdict.DIFFERS]) or any(
            line.verdict is Verdict.DIFFERS for line in self.whole
        )


def recheck_view(checked: Recheck) -> RecheckView:
    """The recheck with every text fit for a page and bounded in length."""
    number = {id(row): at for at, row in enumerate(checked.rows, start=1)}
    anchors = {
        id(found): f"row-{number[id(row)]}" for row in checked.rows for found in row.findings
    }
    findings: dict[Severity, list[FindingView]] = {severity: [] for severity in Severity}
    for found in findings_as_told(checked):
        findings[found.severity].append(
            FindingView(
                found.code,
                found.severity,
                _shown(found.message),
                _shown(found.where),
                anchors.get(id(found), ""),
            )
        )
    counts = count_verdicts(checked)
    return RecheckView(
        _shown(checked.form.project),
        checked.form.year,
        checked.pack.label,
        {verdict: counts[verdict] for verdict in TOLD_FIRST},
        list(_whole_lines(checked)),
        [_row_view(row, number[id(row)]) for row in rows_as_told(checked)],
        findings,
    )


def _row_view(row: RecheckedRow, number: int) -> RowView:
    place = [f"第 {number} 项", row.row.level1, row.row.level2]
    return RowView(
        anchor=f"row-{number}",
        name=_shown(row.name),
        place=_shown(" · ".join(part for part in place if part)),
        target=_shown(row.row.target),
        actual=_shown(row.row.actual),
        weight=row.row.weight,
        printed=row.row.score,
        computed=row.computed,
        verdict=row.verdict,
        steps=[_shown(step) for step in row.steps],
        told=_counted(row.findings),
    )


def _counted(findings: tuple[Finding, ...]) -> str:
    """How many findings of each severity a row has (`错误 1 · 警告 2`)."""
    count = Counter(found.severity for found in findings)
    return " · ".join(f"{each.label} {count[each]}" for each in Severity if count[each])


def _whole_lines(checked: Recheck) -> Iterator[WholeLine]:
    form, pack, total = checked.form, checked.pack, checked.computed_total
    taken = sum(
        row.computed is None and row.row.score is not None and row.verdict is Verdict.UNDECIDABLE
        for row in checked.rows
    )
    yield WholeLine(
        "总分",
        f"重算时，无法判断的 {taken} 项按表上得分计入" if taken else "",
        _figure(form.total),
        _figure(total),
        _compared(form.total, total),
    )
    if pack.execution.weight or form.money.adjusted is not None:
        yield from _execution_lines(checked)
    due = None if total is None else rating(total, pack)
    yield WholeLine(
        "评级",
        "",
        form.rating.label if form.rating else BLANK,
        due.label if due else BLANK,
        _judged(form.rating, due, differs=form.rating is not due),
    )
    weights = [row.row.weight for row in checked.rows if row.row.weight is not None]
    added = None
    if len(weights) == len(checked.rows):
        added = sum(weights, pack.execution.weight)
    is_wrong = _is_told(checked, "weights-sum")
    yield WholeLine(
        "分值合计",
        f"含预算执行 {format_number(pack.execution.weight)}" if pack.execution.weight else "",
        _figure(form.weight_total),
        _figure(added),
        Verdict.DIFFERS if is_wrong else _judged(form.weight_total, added, differs=False),
    )


def _execution_lines(checked: Recheck) -> Iterator[WholeLine]:
    printed, money = checked.form.execution, checked.form.money
    rate = None
    if money.adjusted and money.executed is not None:
        rate = round_half_up(money.executed * 100, money.adjusted)
    note = f"{money_wan(money.executed)} ÷ {money_wan(money.adjusted)} 万元"
    yield WholeLine(
        "预算执行率",
        "" if rate is None else note,
        BLANK if printed.rate is None else f"{format(printed.rate, 'f')}%",
        BLANK if rate is None else f"{rate}%",
        # The amounts are printed in 万元, which leaves the rate the room of their rounding.
        _judged(printed.rate, rate, differs=_is_told(checked, "execution-rate-wrong")),
    )
    if checked.pack.execution.weight:
        weight = format_number(checked.pack.execution.weight)
        yield WholeLine(
            "预算执行得分",
            f"分值 {weight}",
            _figure(printed.score),
            _figure(checked.execution_points),
            _compared(printed.score, checked.execution_points),
        )


def _is_told(checked: Recheck, code: str) -> bool:
    return any(found.code == code for found in checked.findings)


def _compared(printed: Decimal | None, computed: Decimal | None) -> Verdict | None:
    differs = (
        printed is not None
        and computed is not None
        and round_half_up(printed) != round_half_up(computed)
    )
    return _judged(printed, computed, differs=differs)


def _judged(printed: object, computed: object, *, differs: bool) -> Verdict | None:
    if printed is None:
        return None
    if computed is None:
        return Verdict.UNDECIDABLE
    return Verdict.DIFFERS if differs else Verdict.AGREES


def _figure(value: Decimal | None) -> str:
    return BLANK if value is None else format_fixed(value)


def _shown(text: str) -> str:
    plain = without_controls(text)
    return plain if len(plain) <= _LONGEST else f"{plain[:_LONGEST]}……"
