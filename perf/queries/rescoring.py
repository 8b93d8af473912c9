"""What scoring many self-evaluations anew reads: plain rows of a few units at a time."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import Session, class_mapper

from perf.core.attainment import NOT_APPLICABLE
from perf.core.terms import PlanKind, Status
from perf.core.workflow import EDITABLE
from perf.models import (
    Actual,
    Base,
    BudgetAdjustment,
    BudgetExecution,
    BudgetLine,
    Indicator,
    Period,
    Plan,
    Project,
    Score,
    SelfEvaluation,
    Submission,
    Unit,
)
from perf.models.plans import target_from_json, target_of
from perf.models.reports import value_of
from perf.queries.demanded import demanded_count, last_demanded
from perf.queries.plain_rows import (
    BudgetRow,
    EvaluationRows,
    ExecutedRow,
    FigureRow,
    IndicatorRow,
    PeriodRow,
    PlanRows,
    QuarterRows,
    ScoreRow,
)


def _columns(model: type[Base], *keys: str) -> list[ColumnElement[Any]]:
    """Columns of a model's table under the model's names for them, all where none is named."""
    columns = class_mapper(model).column_attrs
    return [columns[key].columns[0].label(key) for key in keys or columns.keys()]


_EVALUATION_KEYS = class_mapper(SelfEvaluation).column_attrs.keys()
_SCORE_KEYS = class_mapper(Score).column_attrs.keys()
_SCORE_ID = _SCORE_KEYS.index("id")
_INDICATOR = ("id", "name", "level1", "level2", "kind", "weight", "source")
_TARGET = (
    "target_text",
    "comparator",
    "target_value",
    "target_upper",
    "target_on",
    "target_upper_on",
    "target_unit",
    "sense",
    "initial_target",
)
_FIGURE = ("indicator_id", "is_zero_over_zero", "basis")
_VALUE = ("value", "on", "tier", "rate", "numerator", "denominator", "checked")


# Statements over the tables and not over the models: those cost twice as much for many rows.
_actual, _adjustment, _executed, _line, _indicator, _period, _plan, _project = (
    model.__table__
    for model in (
        Actual,
        BudgetAdjustment,
        BudgetExecution,
        BudgetLine,
        Indicator,
        Period,
        Plan,
        Project,
    )
)
_score, _evaluation, _submission, _unit = (
    model.__table__ for model in (Score, SelfEvaluation, Submission, Unit)
)


def units_in_preparation(session: Session, year: int, after: int, limit: int) -> Sequence[int]:
    """The next units by id, after this one, with self-evaluations that may still change."""
    return session.scalars(
        select(SelfEvaluation.unit_id)
        .join(SelfEvaluation.plan)
        .where(
            Plan.year == year,
            SelfEvaluation.status.in_(EDITABLE),
            SelfEvaluation.unit_id > after,
        )
        .distinct()
        .order_by(SelfEvaluation.unit_id)
        .limit(limit)
    ).all()


Columns = Select[*tuple[Any, ...]]


class Statements(NamedTuple):
    """What is read of the units from `first` to `last`: six statements, whatever their number."""

    evaluations: Columns
    scores: Columns
    budgets: Columns
    quarters: Columns
    figures: Columns
    executed: Columns


def statements(year: int, first: int, last: int) -> Statements:
    """The statements that read the year's self-evaluations in preparation of these units."""
    wanted = and_(
        _plan.c.year == year,
        _evaluation.c.status.in_(EDITABLE),
        _evaluation.c.unit_id.between(first, last),
    )
    approved = and_(
        wanted,
        _submission.c.status == Status.APPROVED,
        _submission.c.unit_id.between(first, last),
    )
    plans = _evaluation.join(_plan, _plan.c.id == _evaluation.c.plan_id)
    reported = plans.join(_submission, _submission.c.plan_id == _plan.c.id)
    timed = reported.join(_period, _period.c.id == _submission.c.period_id)
    own_score = and_(
        _score.c.self_evaluation_id == _evaluation.c.id, _score.c.indicator_id == _indicator.c.id
    )
    return Statements(
        evaluations=select(
            *_columns(SelfEvaluation),
            *_columns(Plan, "id", "pack_id", "pack_version", "is_demo"),
            *_columns(Project, "name"),
            *_columns(Unit, "name"),
            demanded_count(),
        )
        .select_from(
            plans.join(_unit, _unit.c.id == _plan.c.unit_id).outerjoin(
                _project, _project.c.id == _plan.c.project_id
            )
        )
        .where(wanted)
        .order_by(_evaluation.c.id)
        .with_for_update(of=_evaluation),
        scores=select(
            *_columns(Indicator, "plan_id", *_INDICATOR, *_TARGET),
            *_columns(Score),
        )
        .select_from(
            plans.join(_indicator, _indicator.c.plan_id == _plan.c.id).outerjoin(_score, own_score)
        )
        .where(wanted)
        .order_by(_indicator.c.plan_id, _indicator.c.ordinal),
        budgets=select(
            *_columns(BudgetLine, "plan_id", "id", "source", "initial"),
            *_columns(BudgetAdjustment, "amount"),
        )
        .select_from(
            plans.join(_line, _line.c.plan_id == _plan.c.id).outerjoin(
                _adjustment, _adjustment.c.budget_line_id == _line.c.id
            )
        )
        .where(wanted)
        .order_by(_line.c.plan_id, _line.c.id),
        quarters=select(
            *_columns(Submission, "plan_id", "id", "is_demo"), *_columns(Period, "code")
        )
        .select_from(timed)
        .where(approved)
        .order_by(_submission.c.plan_id, _period.c.code),
        figures=select(*_columns(Actual, "submission_id", *_FIGURE, *_VALUE))
        .select_from(reported.join(_actual, _actual.c.submission_id == _submission.c.id))
        .where(approved),
        executed=select(*_columns(BudgetExecution, "submission_id", "source", "executed"))
        .select_from(timed.join(_executed, _executed.c.submission_id == _submission.c.id))
        .where(approved, _period.c.months == last_demanded()),
    )


def rows_in_preparation(session: Session, year: int, first: int, last: int) -> list[EvaluationRows]:
    """The year's self-evaluations that may still change, of the units with ids from first to last.

    They are held until the commit.
    """
    asked = statements(year, first, last)
    evaluations = {row.plan.id: row for row in _evaluations(session, year, asked)}
    # A plan that is not among them came back to its recorder since, and is not held: left out.
    for row in session.execute(asked.scores).all():
        evaluation = evaluations.get(row[0])
        if evaluation is not None:
            evaluation.plan.indicators.append(_indicator_of(row))
            stored = row[1 + len(_INDICATOR) + len(_TARGET) :]
            if stored[_SCORE_ID] is not None:
                evaluation.scores.append(ScoreRow(dict(zip(_SCORE_KEYS, stored, strict=True))))
    for plan_id, line in _budget_lines(session.execute(asked.budgets).all()):
        if plan_id in evaluations:
            evaluations[plan_id].plan.budget_lines.append(line)
    for plan_id, quarter in _quarters(session, asked):
        if plan_id in evaluations:
            evaluations[plan_id].quarters.append(quarter)
    return list(evaluations.values())


def _evaluations(session: Session, year: int, asked: Statements) -> Iterator[EvaluationRows]:
    for row in session.execute(asked.evaluations).all():
        columns = dict(zip(_EVALUATION_KEYS, row, strict=False))
        plan_id, pack_id, pack_version, is_demo, name, unit_name, demanded = row[
            len(_EVALUATION_KEYS) :
        ]
        plan = PlanRows(
            id=plan_id,
            unit_id=columns["unit_id"],
            year=year,
            name=PlanKind.DEPARTMENT.label if name is None else name,
            pack_id=pack_id,
            pack_version=pack_version,
            is_demo=is_demo,
        )
        yield EvaluationRows(columns, plan, unit_name, demanded)


def _quarters(session: Session, asked: Statements) -> list[tuple[int, QuarterRows]]:
    quarters = {
        submission_id: (plan_id, QuarterRows(PeriodRow(code), is_demo))
        for plan_id, submission_id, is_demo, code in session.execute(asked.quarters).all()
    }
    for row in session.execute(asked.figures).all():
        submission_id, indicator_id, is_zero_over_zero, basis, *value = row
        if submission_id in quarters:
            result = NOT_APPLICABLE if is_zero_over_zero else value_of(*value)
            figure = FigureRow(indicator_id, result, basis)
            quarters[submission_id][1].actuals.append(figure)
    for submission_id, source, executed in session.execute(asked.executed).all():
        if submission_id in quarters:
            quarters[submission_id][1].executions.append(ExecutedRow(source, executed))
    return list(quarters.values())


def _indicator_of(row: Any) -> IndicatorRow:
    columns = row[1 : 1 + len(_INDICATOR)]
    *target, initial = row[1 + len(_INDICATOR) : 1 + len(_INDICATOR) + len(_TARGET)]
    kept = None if initial is None else target_from_json(initial)
    return IndicatorRow._make((*columns, target_of(*target), kept))


def _budget_lines(rows: Iterable[Any]) -> Iterator[tuple[int, BudgetRow]]:
    adjusted: dict[tuple[int, int], Decimal] = {}
    sources = {}
    for plan_id, line_id, source, initial, amount in rows:
        key = plan_id, line_id
        sources[key] = source
        adjusted[key] = adjusted.get(key, initial) + (amount or Decimal(0))
    for key, source in sources.items():
        yield key[0], BudgetRow(source, adjusted[key])
