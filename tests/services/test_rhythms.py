"""Years in another rhythm than quarters: made, changed while unused, and carried to their end."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from perf.archives.plan_forms import quarters_to_write
from perf.core.errors import Conflict, NotPermitted
from perf.core.rules import load_pack
from perf.core.terms import Action, FundSource, Kind, Light, Rhythm, Status
from perf.documents.forms.monitoring import monitoring_layout
from perf.models import FiscalYear, InternalDue, LedgerEntry, Period, Plan, Submission
from perf.queries.demanded import periods_demanded
from perf.queries.submissions import quarter_to_change
from perf.services.entries import ExecutedEntry, record_entries
from perf.services.entry_figures import Entry
from perf.services.evaluations import (
    begin_self_evaluation,
    save_self_evaluation,
    step_self_evaluation,
)
from perf.services.monitoring_record import monitoring_records
from perf.services.organisation import create_year, lock_period, update_period
from perf.services.rhythms import set_rhythm
from perf.services.submissions import open_submission, step_submission
from tests.factories import SYSTEM, make_plan, make_unit
from tests.reported import make_people

CASES = [("产出指标", "受理案件数", "≥120件", "90")]


def codes(session, year=2022) -> list[str]:
    return [period.code[5:] for period in session.get(FiscalYear, year).periods]


def test_a_rhythm_changes_while_unused_and_keeps_the_periods_of_both(session):
    year = create_year(session, SYSTEM, 2022, Rhythm.MONTHS)
    assert codes(session) == [*(f"M{month:02}" for month in range(1, 13)), "FY"]
    july = next(one for one in year.periods if one.code == "2022-M07")
    update_period(session, SYSTEM, july, opens_on=date(2022, 8, 1), due_on=date(2022, 8, 31))
    set_rhythm(session, SYSTEM, year, Rhythm.JULY)
    assert codes(session) == ["M07", "M12", "FY"]
    assert year.periods[0] is july
    assert july.due_on == date(2022, 8, 31)
    told = session.scalars(select(LedgerEntry.action).order_by(LedgerEntry.id)).all()
    assert (told.count("set_rhythm"), told.count("delete_period")) == (1, 10)
    set_rhythm(session, SYSTEM, year, Rhythm.QUARTERS)
    assert codes(session) == ["Q1", "Q2", "Q3", "Q4", "FY"]
    with pytest.raises(NotPermitted):
        set_rhythm(session, make_people(session)[0].actor, year, Rhythm.MONTHS)


def test_a_rhythm_holds_once_anything_was_begun_and_where_a_period_is_locked(session):
    year = create_year(session, SYSTEM, 2022)
    lock_period(session, SYSTEM, year.periods[1])
    with pytest.raises(Conflict, match="二季度已锁定"):
        set_rhythm(session, SYSTEM, year, Rhythm.MONTHS)
    session.rollback()
    year = create_year(session, SYSTEM, 2022)
    people = make_people(session)
    plan = make_plan(session, people[0].unit, status=Status.APPROVED, people=people)
    open_submission(session(), people[0].actor, plan, year.periods[0])
    with pytest.raises(Conflict, match="不能再改填报节奏"):
        set_rhythm(session, SYSTEM, year, Rhythm.MONTHS)
    assert codes(session) == ["Q1", "Q2", "Q3", "Q4", "FY"]


def test_a_period_for_which_a_unit_has_set_a_day_of_its_own_stays(session):
    year = create_year(session, SYSTEM, 2022)
    last = InternalDue(
        unit_id=make_unit(session).id, period_id=year.periods[3].id, due_on=date(2023, 1, 5)
    )
    session.add(last)
    session.flush()
    with pytest.raises(Conflict, match="四季度已经有单位使用"):
        set_rhythm(session, SYSTEM, year, Rhythm.JULY)


def report(session, people, plan: Plan, period: Period, cases: str) -> Submission:
    """Fill in one period, submit and approve it."""
    staff, supervisor = people
    submission = open_submission(session(), staff.actor, plan, period)
    outcome = record_entries(
        session(),
        staff.actor,
        submission,
        [
            Entry(
                plan.indicators[0].id,
                0,
                value=cases,
                deviation_reason="案件集中在年底。",
                deviation_kind="other",
            )
        ],
        [ExecutedEntry(FundSource.FISCAL, 0, "9.5")],
        load_pack(plan.pack_id),
    )
    assert outcome.is_clean
    previous = quarter_to_change(session(), staff.actor, plan.id, period.code).previous
    for user, action in [(staff, Action.SUBMIT), (supervisor, Action.APPROVE)]:
        step_submission(
            session(),
            user.actor,
            submission,
            action,
            version=submission.version,
            previous=previous,
        )
    return submission


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rhythm", "cases", "lights", "header"),
    [
        (Rhythm.JULY, ["70", "126"], [Light.GREEN, Light.GREEN], "1—7月"),
        (
            Rhythm.MONTHS,
            ["10", "20", "20", "20", "45", "60", "60", "60", "90", "100", "110", "126"],
            [Light.GREEN, Light.GREEN, Light.YELLOW, Light.RED, Light.GREEN, Light.GREEN],
            "1—6月",
        ),
    ],
)
def test_a_year_is_carried_from_its_plan_to_its_signature(session, rhythm, cases, lights, header):
    year = create_year(session, SYSTEM, 2022, rhythm)
    people = make_people(session)
    staff, supervisor = people
    plan = make_plan(session, staff.unit, CASES, status=Status.APPROVED, people=people)
    plan.indicators[0].kind = Kind.CUMULATIVE
    session.flush()
    periods = periods_demanded(session, plan)
    assert [one.code for one in periods] == [one.code for one in year.periods[:-1]]
    half = len(lights) if rhythm is Rhythm.MONTHS else 1
    done = [report(session, people, plan, *one) for one in zip(periods[:half], cases, strict=False)]
    (record,) = monitoring_records(session, [plan])
    assert record
    (written,) = quarters_to_write([(plan, record)])
    texts = [cell.value for cell in monitoring_layout(written.form).sheets[0].cells]
    assert f"{header}\n执行情况" in texts
    with pytest.raises(Conflict, match="还差"):
        begin_self_evaluation(session(), staff.actor, plan)
    done += [
        report(session, people, plan, *one) for one in list(zip(periods, cases, strict=True))[half:]
    ]
    assert [one.actuals[0].light for one in done][: len(lights)] == lights
    evaluation = begin_self_evaluation(session(), staff.actor, plan)
    (score,) = evaluation.scores
    assert (score.actual, score.origin) == (
        Decimal(126),
        "取1—12月年初至今累计数 126件",
    )
    assert evaluation.executed == Decimal(95000)
    save_self_evaluation(
        session(),
        staff.actor,
        evaluation,
        version=evaluation.version,
        objective_actual="全年任务完成。",
        execution_reason="",
        reasons={},
    )
    for user, action in [(staff, Action.SUBMIT), (supervisor, Action.APPROVE)]:
        step_self_evaluation(session(), user.actor, evaluation, action, version=evaluation.version)
    assert evaluation.status is Status.APPROVED
