"""Scoring many self-evaluations at once: to the letter what scoring one after the other gives."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from perf import clock
from perf.core.actuals import Answer, Checked, Quotient, TierChoice
from perf.core.errors import Stale
from perf.core.targets import parse_target
from perf.core.terms import FundSource, Kind, PlanKind, RecordSource, Status, Tier
from perf.models import (
    Actual,
    BudgetAdjustment,
    Indicator,
    LedgerEntry,
    Plan,
    Score,
    SelfEvaluation,
    Submission,
)
from perf.models.plans import target_as_json
from perf.queries.rescoring import rows_in_preparation, units_in_preparation
from perf.services import rescoring
from perf.services.evaluations import begin_self_evaluation, rescore
from perf.services.rescoring import rescore_units
from tests.factories import SYSTEM, make_unit, mark
from tests.reported import make_people, make_reported_plan

pytestmark = pytest.mark.slow

D = Decimal
INDICATORS = [
    ("产出指标", "救助人次", "≥4754人次", "20"),
    ("产出指标", "救助完成时限", "≤7天", "15"),
    ("产出指标", "方案完成时间", "2022年底之前", "15"),
    ("效益指标", "政策知晓情况", "明显", "10"),
    ("效益指标", "预算完成率", "≥95%", "10"),
    ("效益指标", "制度健全性", "100%", "10"),
    ("满意度指标", "群众满意度", "≥90%", "10"),
]
FIGURES: dict[str, Any] = {
    "救助人次": ("1000", "2000", "3000", "4604"),
    "救助完成时限": ("5", "6", "11", "6"),
    "方案完成时间": (date(2022, 3, 1),) * 4,
    "政策知晓情况": (TierChoice(Tier.ACHIEVED, D(90)),) * 4,
    "预算完成率": (Quotient(D(2300), D(24)),) * 4,
    "制度健全性": (Checked((Answer.YES, Answer.NO, Answer.NONE)),) * 4,
    "群众满意度": ("90", "90", "90", None),
}


def begin(session: Any, count: int = 1) -> list[SelfEvaluation]:
    """Self-evaluations under preparation over all kinds of figures, each of a unit of its own."""
    begun = []
    for _ in range(count):
        people = make_people(session)
        plan = make_reported_plan(session, people, FIGURES, indicators=INDICATORS)
        begun.append(begin_self_evaluation(session, people[0].actor, plan))
    session.flush()
    return begun


def figure(session: Any, evaluation: SelfEvaluation, name: str) -> Actual:
    """What the fourth quarter reported of an indicator."""
    return session.scalars(
        select(Actual)
        .join(Actual.submission)
        .join(Submission.period)
        .join(Actual.indicator)
        .where(Submission.plan_id == evaluation.plan_id, Indicator.name == name)
        .order_by(Submission.id.desc())
    ).first()


def indicator(evaluation: SelfEvaluation, name: str) -> Indicator:
    return next(row for row in evaluation.plan.indicators if row.name == name)


def score(evaluation: SelfEvaluation, name: str) -> Score:
    key = indicator(evaluation, name).id
    return next(row for row in evaluation.scores if row.indicator_id == key)


def decide(evaluation: SelfEvaluation, name: str, points: str) -> None:
    row = score(evaluation, name)
    row.decided_points, row.decided_reason = D(points), "有例外情况"
    row.decided_by_id, row.decided_at = evaluation.plan.decided_by_id, clock.now()


def correct_numbers(session: Any, evaluation: SelfEvaluation) -> None:
    figure(session, evaluation, "救助人次").actual = D("4800.5")
    figure(session, evaluation, "救助完成时限").actual = D(12)


def correct_days_and_grades(session: Any, evaluation: SelfEvaluation) -> None:
    figure(session, evaluation, "方案完成时间").actual = date(2023, 1, 5)
    figure(session, evaluation, "政策知晓情况").actual = TierChoice(Tier.PARTIAL, D(70))


def correct_computed_ones(session: Any, evaluation: SelfEvaluation) -> None:
    row = figure(session, evaluation, "预算完成率")
    row.actual, row.is_zero_over_zero = Quotient(D(9999), D(101)), False
    row.basis = "预算完成数 ÷ 预算数 × 100%"
    figure(session, evaluation, "制度健全性").actual = Checked((Answer.NONE, Answer.NONE))


def compute_nothing_over_nothing(session: Any, evaluation: SelfEvaluation) -> None:
    row = figure(session, evaluation, "预算完成率")
    row.actual, row.is_zero_over_zero, row.basis = None, True, "0 ÷ 0"


def report_nothing(session: Any, evaluation: SelfEvaluation) -> None:
    for row in session.scalars(
        select(Actual).where(Actual.indicator_id == indicator(evaluation, "救助人次").id)
    ):
        row.actual = None


def choose_not_applicable(session: Any, evaluation: SelfEvaluation) -> None:
    report_nothing(session, evaluation)
    row = score(evaluation, "救助人次")
    row.actual = row.points = None
    row.is_not_applicable = True


def decide_and_keep(session: Any, evaluation: SelfEvaluation) -> None:
    decide(evaluation, "救助完成时限", "8")


def decide_and_correct(session: Any, evaluation: SelfEvaluation) -> None:
    decide(evaluation, "救助完成时限", "8")
    figure(session, evaluation, "救助完成时限").actual = D(20)


def revise_target(session: Any, evaluation: SelfEvaluation) -> None:
    row = indicator(evaluation, "救助人次")
    row.initial_target = target_as_json(row.target)
    row.target = parse_target("≥4000人次")


def adjust_budget(session: Any, evaluation: SelfEvaluation) -> None:
    line = evaluation.plan.budget_lines[0]
    for amount in ("20000", "-1000.55"):
        line.adjustments.append(
            BudgetAdjustment(
                unit_id=line.unit_id, amount=D(amount), on=date(2022, 9, 1), document="批复"
            )
        )


def change_pack(session: Any, evaluation: SelfEvaluation) -> None:
    evaluation.plan.pack_id = "sichuan-project-2023"


def average_it(session: Any, evaluation: SelfEvaluation) -> None:
    indicator(evaluation, "救助人次").kind = Kind.AVERAGE
    indicator(evaluation, "救助完成时限").kind = Kind.WORST


def take_from_records(session: Any, evaluation: SelfEvaluation) -> None:
    row = indicator(evaluation, "预算完成率")
    row.kind, row.source = Kind.RATIO, RecordSource.MONITORING


def add_indicator(session: Any, evaluation: SelfEvaluation) -> None:
    row = Indicator(
        unit_id=evaluation.unit_id,
        plan_id=evaluation.plan_id,
        ordinal=9,
        level1="产出指标",
        name="后来增加的",
        kind=Kind.LATEST,
        weight=D(1),
    )
    row.target = parse_target("≥1次")
    session.add(row)
    session.flush()
    session.refresh(evaluation.plan)


def make_demo(session: Any, evaluation: SelfEvaluation) -> None:
    evaluation.plan.is_demo = True


def reopen_quarter(session: Any, evaluation: SelfEvaluation) -> None:
    figure(session, evaluation, "救助人次").submission.status = Status.REOPENED
    correct_numbers(session, evaluation)


def change_nothing(session: Any, evaluation: SelfEvaluation) -> None:
    pass


CHANGES = [
    correct_numbers,
    correct_days_and_grades,
    correct_computed_ones,
    compute_nothing_over_nothing,
    report_nothing,
    choose_not_applicable,
    decide_and_keep,
    decide_and_correct,
    revise_target,
    adjust_budget,
    change_pack,
    average_it,
    take_from_records,
    add_indicator,
    make_demo,
    reopen_quarter,
    change_nothing,
]


def stored(session: Any, evaluation: SelfEvaluation, since: int) -> dict[str, Any]:
    """All columns of a self-evaluation and its scores, and what the ledger says of them, by name."""
    session.flush()
    session.expire_all()
    names = {row.id: row.name for row in evaluation.plan.indicators}
    own = {"id", "unit_id", "plan_id", "self_evaluation_id", "indicator_id"}
    by_id = {row.id: names[row.indicator_id] for row in evaluation.scores}
    links = {"unit_id", "self_evaluation_id", "indicator_id", "decided_by_id"}
    entries = session.scalars(
        select(LedgerEntry)
        .where(LedgerEntry.unit_id == evaluation.unit_id, LedgerEntry.id > since)
        .order_by(LedgerEntry.seq)
    )

    def columns(row: Any) -> dict[str, Any]:
        left = {column.key for column in row.__mapper__.column_attrs} - own
        return {key: getattr(row, key) for key in left if not key.endswith("_by_id")}

    return {
        "evaluation": columns(evaluation),
        "scores": {by_id[row.id]: columns(row) for row in evaluation.scores},
        "ledger": [
            (
                entry.seq,
                entry.plan_id == evaluation.plan_id,
                entry.at,
                entry.actor_id,
                entry.actor_name,
                entry.action,
                entry.subject,
                by_id.get(entry.subject_id) if entry.subject == "score" else "",
                by_id.get(entry.subject_id, entry.subject_name) if entry.subject == "score" else "",
                {key: pair for key, pair in entry.changes.items() if key not in links},
                entry.reason,
            )
            for entry in entries
        ],
    }


def compare(session: Any, changes: list[Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The same changes of two self-evaluations, one scored by itself and one with the many."""
    with clock.set_to(clock.now()):
        alone, among = begin(session, 2)
        for evaluation in (alone, among):
            for change in changes:
                change(session, evaluation)
    session.flush()
    session.expire_all()
    since = session.scalars(select(LedgerEntry.id).order_by(LedgerEntry.id.desc())).first() or 0
    with clock.set_to(clock.now() + timedelta(hours=1)):
        is_changed = rescore(session, SYSTEM, alone)
        session.flush()
        done = rescore_units(session, SYSTEM, 2022, among.unit_id, among.unit_id)
    assert (done.checked, len(done.changed), done.refused) == (1, int(is_changed), [])
    return stored(session, alone, since), stored(session, among, since)


@pytest.mark.parametrize("change", CHANGES)
def test_many_at_once_come_out_as_one_by_one(session, change) -> None:
    alone, among = compare(session, [change])
    assert among == alone
    if change not in {change_nothing, reopen_quarter}:
        assert among["ledger"]


@given(st.lists(st.sampled_from(CHANGES), unique=True, max_size=6))
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_whatever_comes_together_comes_out_as_one_by_one(session, changes) -> None:
    alone, among = compare(session, changes)
    assert among == alone


def test_what_is_stored_is_left_alone_the_second_time(session) -> None:
    (evaluation,) = begin(session)
    correct_numbers(session, evaluation)
    session.flush()
    unit = evaluation.unit_id
    assert len(rescore_units(session, SYSTEM, 2022, unit, unit).changed) == 1
    session.expire_all()
    version = evaluation.version
    assert rescore_units(session, SYSTEM, 2022, unit, unit).changed == []
    session.expire_all()
    assert evaluation.version == version


def test_only_what_may_still_change_is_read_and_written(session) -> None:
    draft, submitted, other_year = begin(session, 3)
    people = make_people(session)
    for evaluation in (draft, submitted, other_year):
        correct_numbers(session, evaluation)
    mark(submitted, Status.SUBMITTED, *people)
    session.flush()
    first, last = draft.unit_id, other_year.unit_id
    assert list(units_in_preparation(session, 2022, first - 1, 9)) == [
        draft.unit_id,
        other_year.unit_id,
    ]
    assert list(units_in_preparation(session, 2022, draft.unit_id, 9)) == [other_year.unit_id]
    assert rows_in_preparation(session, 2021, first, last) == []
    before = submitted.total, submitted.version
    done = rescore_units(session, SYSTEM, 2022, first, submitted.unit_id)
    session.expire_all()
    assert done.checked == 1
    assert (submitted.total, submitted.version) == before


def test_one_that_cannot_be_scored_is_named_and_left_and_the_others_go_on(session) -> None:
    broken, sound = begin(session, 2)
    correct_numbers(session, broken)
    correct_numbers(session, sound)
    broken.plan.budget_lines[0].initial = D(0)
    session.flush()
    total = broken.total
    done = rescore_units(session, SYSTEM, 2022, broken.unit_id, sound.unit_id)
    session.expire_all()
    assert done.checked == 2
    assert done.changed == [f"{sound.plan.unit.name} {sound.plan.name}"]
    assert len(done.refused) == 1
    assert "全年预算数为 0" in done.refused[0]
    assert broken.total == total


def test_a_row_that_changed_meanwhile_stops_the_batch(session, monkeypatch) -> None:
    (evaluation,) = begin(session)
    correct_numbers(session, evaluation)
    session.flush()
    read = rows_in_preparation

    def read_and_lose(*arguments: Any) -> Any:
        rows = read(*arguments)
        session.execute(update(Score.__table__).values(version=Score.__table__.c.version + 1))
        return rows

    monkeypatch.setattr(rescoring, "rows_in_preparation", read_and_lose)
    with pytest.raises(Stale, match="被别人改动"):
        rescore_units(session, SYSTEM, 2022, evaluation.unit_id, evaluation.unit_id)


def test_a_department_is_called_by_its_kind_and_all_sources_are_added(session) -> None:
    people = make_people(session, make_unit(session, "信访局"))
    plan = make_reported_plan(
        session,
        people,
        {"办结率": ("88",) * 4},
        indicators=[("产出指标", "办结率", "≥80%", "100")],
        kind=PlanKind.DEPARTMENT,
        pack_id="department-overall",
    )
    begin_self_evaluation(session, people[0].actor, plan)
    figure_row = session.scalars(select(Actual).order_by(Actual.id.desc())).first()
    figure_row.actual = D(40)
    session.flush()
    done = rescore_units(session, SYSTEM, 2022, plan.unit_id, plan.unit_id)
    assert done.changed == ["信访局 部门整体"]
    assert {line.source for line in plan.budget_lines} == {FundSource.FISCAL}
    assert session.get(Plan, plan.id).status is Status.APPROVED
