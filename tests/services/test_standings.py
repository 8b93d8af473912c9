"""Paces and lights of stored indicators: what a plan says, what follows, and what is kept of it."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from perf.core.errors import InvalidInput
from perf.core.progress import Pace
from perf.core.rules import load_pack
from perf.core.terms import Curve, Kind, Light, QuantityKind, RecordSource, Role, Status
from perf.models import LedgerEntry, Period, Quantity
from perf.services.entries import record_entries
from perf.services.entry_figures import Entry
from perf.services.indicators import save_indicators
from perf.services.monitoring_record import monitoring_records
from perf.services.paces import pace_of
from perf.services.sheets import IndicatorEntry
from perf.services.submissions import open_submission
from tests.factories import make_plan, make_unit, make_user, make_year, mark

ROWS = [("产出指标", "受理案件数", "≥100件", "90")]


@pytest.fixture
def people(session):
    unit = make_unit(session)
    make_year(session)
    return [make_user(session, role, unit) for role in (Role.STAFF, Role.SUPERVISOR)]


def sheet_row(plan, curve: str, pace: str = "") -> IndicatorEntry:
    (row,) = plan.indicators
    return IndicatorEntry(
        str(row.id),
        row.id,
        row.level1,
        row.level2,
        row.name,
        row.target_text,
        curve=curve,
        pace=pace,
    )


@pytest.mark.parametrize(
    ("curve", "typed", "pace"),
    [
        ("", "", Pace(Curve.EVEN)),
        ("level", "", Pace(Curve.LEVEL)),
        ("own", "0 20 50 100", Pace(Curve.OWN, tuple(Decimal(n) / 10 for n in (0, 2, 5, 10)))),
        ("once", "", Pace(Curve.ONCE)),
    ],
)
def test_the_sheet_keeps_a_pace_and_tells_it_once(session, people, curve, typed, pace) -> None:
    staff = people[0].actor
    plan = make_plan(session, people[0].unit, ROWS)
    version = plan.version
    save_indicators(session(), staff, plan, [sheet_row(plan, curve, typed)], version=version)
    assert pace_of(plan.indicators[0]) == pace
    told = session.scalars(select(LedgerEntry).where(LedgerEntry.subject == "indicator")).all()
    assert told[-1].changes.get("curve", [None, None])[1] == (curve or None)
    entries = [sheet_row(plan, curve, plan.indicators[0].pace)]
    assert save_indicators(session(), staff, plan, entries, version=plan.version) == 0


@pytest.mark.parametrize(
    ("curve", "typed", "sentence"),
    [
        ("own", "10、20", "四个季度末"),
        ("once", "年底", "1 至 4"),
        ("even", "3", "清空这一格"),
        ("", "3", "清空这一格"),
    ],
)
def test_a_pace_that_cannot_be_read_is_refused_in_its_row(
    session, people, curve, typed, sentence
) -> None:
    plan = make_plan(session, people[0].unit, ROWS)
    with pytest.raises(InvalidInput) as refused:
        save_indicators(
            session(),
            people[0].actor,
            plan,
            [sheet_row(plan, curve, typed)],
            version=plan.version,
        )
    assert sentence in refused.value.fields[f"pace-{plan.indicators[0].id}"]


def test_a_computed_number_comes_evenly_only_against_a_stand(session, people) -> None:
    plan = make_plan(session, people[0].unit, [("产出指标", "预算执行率", "≥90%", "90")])
    (row,) = plan.indicators
    row.kind, row.formula = Kind.RATIO, "完成数 / 预算数 × 100%"
    for name, kind in (("完成数", QuantityKind.FLOW), ("预算数", QuantityKind.STOCK)):
        plan.quantities.append(Quantity(unit_id=plan.unit_id, name=name, kind=kind))
    assert pace_of(row) == Pace(Curve.EVEN)
    plan.quantities[1].kind = QuantityKind.FLOW
    assert pace_of(row) == Pace(Curve.LEVEL)
    row.formula, row.source = "", RecordSource.MONITORING
    assert pace_of(row) == Pace(Curve.ONCE)


def test_a_light_is_kept_with_the_figure_and_follows_a_new_pace(session, people) -> None:
    plan = make_plan(
        session, people[0].unit, ROWS, status=Status.APPROVED, people=(people[0], people[1])
    )
    (row,) = plan.indicators
    row.kind = Kind.CUMULATIVE
    period = session.scalars(select(Period).where(Period.code == "2022-Q2")).one()
    staff, pack = people[0].actor, load_pack(plan.pack_id)
    submission = open_submission(session(), staff, plan, period)
    entry = Entry(row.id, 0, value="45")
    record_entries(session(), staff, submission, [entry], [], pack)
    (actual,) = submission.actuals
    assert actual.light is Light.GREEN
    row.curve, row.pace = Curve.OWN, "20、80、90、100"
    session.flush()
    assert record_entries(session(), staff, submission, [], [], pack).saved == 1
    assert actual.light is Light.RED
    assert record_entries(session(), staff, submission, [], [], pack).saved == 0
    mark(submission, Status.SUBMITTED, people[0], people[1])
    session.flush()
    (record,) = monitoring_records(session(), [plan])
    assert record is not None
    assert record["rows"][0]["light"] is Light.RED
