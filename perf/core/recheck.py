"""Recheck (复核): a filled self-evaluation form recomputed, row by row and as a whole."""

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from perf.core.attainment import NotApplicable
from perf.core.errors import InvalidInput
from perf.core.filled import FilledForm, FilledRow
from perf.core.findings import Finding, Severity
from perf.core.numbers import EXACT, format_number, round_half_up
from perf.core.printed_actuals import PrintedActual, read_printed_actual
from perf.core.recheck_execution import check_execution
from perf.core.recheck_rows import decimals, row_findings
from perf.core.recheck_sums import check_sums, recomputed_total
from perf.core.rulepack import RulePack
from perf.core.rules import choose_pack_id, load_pack
from perf.core.scoring import IndicatorScore, score_indicator
from perf.core.targets import Target, parse_target, strip_numbering
from perf.core.terms import Labelled
from perf.core.years import is_satisfaction

_LONGEST_SHOWN = 60
_OWN_YEAR = re.compile("(?:19|20)[0-9]{2}")
# A leap year, so that every day exists; it is not shown.
_ANY_YEAR = 2000


class Verdict(Labelled):
    """What recomputing says of a printed score."""

    AGREES = "agrees", "一致"
    DIFFERS = "differs", "不一致"
    UNDECIDABLE = "undecidable", "无法判断"


@dataclass(frozen=True, slots=True)
class RecheckedRow:
    """One indicator: `computed` is None where nothing can be computed, `steps` say why or how."""

    row: FilledRow
    name: str
    target: Target
    computed: Decimal | None
    verdict: Verdict
    steps: tuple[str, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Recheck:
    """A form recomputed by `pack`, whose execution weight is the printed one.

    `computed_total` takes the printed score where a row is undecidable; it is None where a row
    or the execution has neither. `findings` are those of the form, then those of its rows.
    """

    form: FilledForm
    pack: RulePack
    rows: tuple[RecheckedRow, ...]
    execution_points: Decimal | None
    computed_total: Decimal | None
    findings: tuple[Finding, ...]


def recheck(form: FilledForm, pack: RulePack | None = None) -> Recheck:
    """The form held against the rules, by its printed weights; raises nothing.

    Without a pack the printed classes decide: a 一级指标 成本指标 → cn-project-2021, else
    cn-project-2020, and the department's form has its own. Scores agree when they are equal to
    0.01. Source: the notes printed under the self-evaluation form; what is pointed out beyond
    them is our own decision. Weight 5, ≥4754人, 4604人, printed 5 → 4.84, differs.
    """
    chosen = pack or _pack_of(form)
    applied = replace(
        chosen, execution=replace(chosen.execution, weight=_execution_weight(form, chosen))
    )
    places = _places(form)
    rows = tuple(_recheck_row(row, form, applied, places) for row in form.rows)
    executed, execution_findings = check_execution(form, applied)
    total = recomputed_total(
        [_counted(each) for each in rows], form.execution.score, executed, applied
    )
    findings = [*form.findings, *execution_findings]
    if pack is not None and applied.execution.weight != pack.execution.weight:
        printed, given = applied.execution.weight, pack.execution.weight
        message = (
            f"表上预算执行的分值是 {format_number(printed)}，评分办法 {pack.label} 规定"
            f" {format_number(given)}；按表上的分值复核。"
        )
        findings.append(
            Finding(Severity.WARNING, "execution-weight-differs", message, "预算执行率")
        )
    findings += check_sums(form, applied, total, executed)
    findings += [found for each in rows for found in each.findings]
    points = executed.points if executed else None
    return Recheck(form, applied, rows, points, total, tuple(findings))


def _pack_of(form: FilledForm) -> RulePack:
    has_cost_class = any("成本" in row.level1 for row in form.rows)
    return load_pack(choose_pack_id(has_cost_class, form.kind))


def _execution_weight(form: FilledForm, pack: RulePack) -> Decimal:
    """The printed weight; without one the pack's where a score is printed, else none."""
    printed = form.execution.weight
    if printed is not None and 0 <= printed < 100:
        return printed
    return Decimal(0) if form.execution.score is None else pack.execution.weight


def _counted(each: RecheckedRow) -> Decimal | None:
    if each.computed is None and each.row.is_not_applicable and each.row.score is None:
        return Decimal(0)
    return each.row.score if each.computed is None else each.computed


def _places(form: FilledForm) -> int:
    """1 where any score below its weight is printed with decimals: then none is rounded to 0."""
    scores = [row.score for row in form.rows if row.score is not None and row.score != row.weight]
    return min(1, max(map(decimals, scores), default=0))


def _recheck_row(row: FilledRow, form: FilledForm, pack: RulePack, places: int) -> RecheckedRow:
    name = strip_numbering(row.name)
    year = form.year
    if year is None and not _OWN_YEAR.search(f"{row.target} {row.actual}"):
        # Days that both lack a year lie in the same one, whichever it is.
        year = _ANY_YEAR
    target = parse_target(
        row.target, level1=row.level1, level2=row.level2, name=row.name, year=year
    )
    actual = read_printed_actual(row.actual, target, year)
    score, why = _score(row, target, actual, pack)
    findings = (
        *(
            replace(found, where=name, message=_less_year(found.message))
            for found in _told(target, actual)
        ),
        *row_findings(row, name, target, score, pack, places=places),
    )
    computed = score.points if score else None
    if score is None or computed is None or why:
        head = f"目标 {_short(row.target) or '（空）'} · 实际 {_short(row.actual) or '（空）'} → "
        steps = (f"{head}无法判断：{why}", *(score.steps if score and computed is not None else ()))
        verdict = Verdict.UNDECIDABLE
    else:
        printed = row.score or Decimal(0)
        agrees = round_half_up(printed) == round_half_up(computed)
        verdict = Verdict.AGREES if agrees else Verdict.DIFFERS
        compared = "与重算一致" if agrees else f"与重算相差 {_difference(printed, computed)}"
        steps = (*map(_less_year, score.steps), f"表上得分 {format_number(printed)}，{compared}")
    return RecheckedRow(row, name, target, computed, verdict, steps, findings)


def _score(
    row: FilledRow, target: Target, actual: PrintedActual, pack: RulePack
) -> tuple[IndicatorScore | None, str]:
    """The row's score as far as it can be computed, and why it decides nothing (blank if so)."""
    if isinstance(actual.value, NotApplicable):
        return None, "不涉及的指标不计分"
    if actual.value is None:
        return None, actual.why
    if row.weight is None:
        return None, "没有分值"
    try:
        score = score_indicator(
            row.weight,
            target,
            actual.value,
            pack,
            is_satisfaction=is_satisfaction(row.level1, row.level2, row.name),
        )
    except InvalidInput as refused:
        return None, str(refused).rstrip("。")
    return score, "没有得分" if row.score is None else ""


def _told(target: Target, actual: PrintedActual) -> list[Finding]:
    """What the readers noticed and somebody has to look at; guesses of direction are not told."""
    noticed = [found for found in target.findings if found.severity is not Severity.INFO]
    return [*noticed, *actual.findings]


def _less_year(text: str) -> str:
    return text.replace(f"{_ANY_YEAR}-", "")


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= _LONGEST_SHOWN else f"{plain[:_LONGEST_SHOWN]}……"


def _difference(printed: Decimal, computed: Decimal) -> str:
    return format_number(abs(EXACT.subtract(printed, computed)))
