"""One indicator over all units, as those who see every unit have it."""

from decimal import Decimal

import pytest

from perf import clock
from perf.core.actuals import Quotient
from perf.core.terms import Kind, PlanKind, Role, Status
from perf.extensions import db
from perf.models import Score, SelfEvaluation
from tests.factories import make_plan, make_unit, make_user, make_year
from tests.queries import count_queries

NAME = "预算执行率"
ADDRESS = f"/units/indicators/project?year=2022&name={NAME}"


def signed(unit, actual, *, status=Status.APPROVED, formula="完成数 / 预算数 × 100%"):
    """A signed self-evaluation of this unit whose one indicator has this year value."""
    people = make_user(db.session, Role.STAFF, unit), make_user(db.session, Role.SUPERVISOR, unit)
    rows = [("产出指标", NAME, "≥90%", "90")]
    plan = make_plan(db.session, unit, rows, status=Status.APPROVED, people=people)
    indicator = plan.indicators[0]
    if formula:
        indicator.kind, indicator.formula = Kind.RATIO, formula
    now = clock.now()
    evaluation = SelfEvaluation(
        unit_id=unit.id,
        plan_id=plan.id,
        status=status,
        submitted_by_id=people[0].id,
        submitted_at=now,
        decided_by_id=people[1].id if status is Status.APPROVED else None,
        decided_at=now if status is Status.APPROVED else None,
        updated_at=now,
        pack_id=plan.pack_id,
        pack_version=1,
    )
    db.session.add(evaluation)
    db.session.flush()
    score = Score(
        unit_id=unit.id,
        self_evaluation_id=evaluation.id,
        indicator_id=indicator.id,
        weight=Decimal(90),
        origin="取四季度",
    )
    score.actual = actual
    db.session.add(score)
    db.session.flush()


@pytest.fixture
def finance(app, browse):
    with app.app_context():
        make_year(db.session)
        make_user(db.session, Role.FINANCE, username="caizheng")
        units = [make_unit(db.session, f"单位{letter}") for letter in "甲乙丙丁"]
        signed(units[0], Quotient(Decimal(100), Decimal(2)))
        signed(units[1], Quotient(Decimal(9000), Decimal(100)))
        signed(units[2], Decimal(95))
        # What is not signed is nobody's figure yet.
        signed(units[3], Quotient(Decimal(0), Decimal(1000)), status=Status.SUBMITTED)
        db.session.commit()
    return browse("caizheng")


def test_the_ratio_adds_numerators_and_denominators_and_leaves_out_what_was_only_typed(finance):
    page = finance.get(ADDRESS)
    assert "89.22%" in page.text
    assert "分子、分母分别相加后再相除：2 个单位；另有 1 个单位未计入" in page.text
    assert "单位甲" in page.text
    assert "单位丁" not in page.text
    assert "3 份已签自评" in page.text


def test_indicators_are_listed_with_how_many_units_have_them(finance):
    page = finance.get("/units/indicators?year=2022")
    assert NAME in page.text
    assert "项目" in page.text
    assert page.text.count(NAME) == 1
    assert "没有符合条件的指标" in finance.get("/units/indicators?year=2022&text=%25").text


def test_an_indicator_that_nobody_has_is_an_empty_page(finance):
    assert "没有已签自评用到这项指标" in finance.get("/units/indicators/department?name=无").text
    assert "没有已签自评用到这项指标" in finance.get("/units/indicators/project").text


def test_the_same_queries_for_few_and_many_units(app, finance):
    counts = []
    for more in (0, 12):
        with app.app_context():
            for _ in range(more):
                signed(make_unit(db.session), Quotient(Decimal(1), Decimal(2)))
            db.session.commit()
            engine = db.engine
        with count_queries(engine) as sent:
            finance.get(ADDRESS)
        counts.append(len(sent))
    assert counts[0] == counts[1]


def test_a_typed_rate_has_no_total(app, finance):
    with app.app_context():
        unit = make_unit(db.session, "单位戊")
        signed(unit, Decimal(80), formula="")
        db.session.commit()
    page = finance.get(ADDRESS)
    assert "不平均" in page.text
    assert PlanKind.PROJECT.label in page.text
