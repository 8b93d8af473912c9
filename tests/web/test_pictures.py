"""The pictures on the pages of a plan, of a unit and of all units."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from perf import clock
from perf.core.actuals import Quotient
from perf.core.terms import FundSource, Light, PlanKind, Role, Status
from perf.extensions import db
from perf.models import (
    Actual,
    BudgetExecution,
    BudgetLine,
    Period,
    Plan,
    Score,
    SelfEvaluation,
    Submission,
)
from tests.factories import make_plan, make_unit, make_user, make_year, mark
from tests.queries import count_queries

pytestmark = pytest.mark.slow
D = Decimal
ROWS = [
    ("产出指标", "受理案件数", "≥100件", "50"),
    ("效益指标", "按时办结率", "≥90%", "30"),
    ("满意度指标", "群众满意度", "≥80%", "10"),
    ("满意度指标", "完成时间", "2022年底之前", "0"),
]


def report(plan, people, code, figures, *, status=Status.APPROVED):
    """A quarter of the plan; `figures` are (value, ratio) by the indicators' order."""
    period = db.session.scalars(select(Period).where(Period.code == code)).one()
    row = Submission(
        unit_id=plan.unit_id, plan_id=plan.id, period_id=period.id, updated_at=clock.now()
    )
    if status is not Status.DRAFT:
        mark(row, status, *people)
    for indicator, (value, ratio) in zip(plan.indicators, figures, strict=False):
        actual = Actual(
            unit_id=plan.unit_id,
            indicator_id=indicator.id,
            updated_at=clock.now(),
            ratio=None if ratio is None else D(ratio),
            light=None if ratio is None else Light.GREEN if D(ratio) >= 1 else Light.RED,
        )
        actual.actual = D(value) if isinstance(value, str) else value
        row.actuals.append(actual)
    row.executions.append(
        BudgetExecution(unit_id=plan.unit_id, source=FundSource.FISCAL, executed=D(50000))
    )
    db.session.add(row)
    db.session.flush()
    return row


def evaluate(plan, people, points, *, total="90.00", status=Status.APPROVED):
    """A self-evaluation with points by the indicators' order; None is open."""
    row = SelfEvaluation(
        unit_id=plan.unit_id,
        plan_id=plan.id,
        updated_at=clock.now(),
        execution_points=D("9.5"),
        total=None if total is None else D(total),
        pack_id=plan.pack_id,
        pack_version=1,
    )
    if status is not Status.DRAFT:
        mark(row, status, *people)
    for indicator, one in zip(plan.indicators, points, strict=False):
        row.scores.append(
            Score(
                unit_id=plan.unit_id,
                indicator_id=indicator.id,
                weight=indicator.weight,
                points=None if one is None else D(one),
            )
        )
    db.session.add(row)
    db.session.flush()
    return row


@pytest.fixture
def bureau(app):
    """甲局 with one approved plan of two quarters (the second a draft); 乙局 with nothing."""
    with app.app_context():
        make_year(db.session, 2022)
        unit, other = make_unit(db.session, "甲局", "1"), make_unit(db.session, "乙局", "2")
        staff = make_user(db.session, Role.STAFF, unit, "clerk")
        supervisor = make_user(db.session, Role.SUPERVISOR, unit)
        make_user(db.session, Role.FINANCE, username="finance")
        make_user(db.session, Role.STAFF, other, "stranger")
        people = staff, supervisor
        plan = make_plan(
            db.session, unit, ROWS, status=Status.APPROVED, people=people, name="信访工作经费"
        )
        report(plan, people, "2022-Q1", [("40", "0.4"), (Quotient(D(2300), D(24)), "1.064815")])
        report(plan, people, "2022-Q2", [("120", "1.2"), (None, None)], status=Status.DRAFT)
        db.session.commit()
        return {"plan": plan.id, "unit": unit.id, "people": people}


def numbers(page, title):
    """The numbers under the picture of this title, row by row."""
    (figure,) = [
        one
        for one in page.tree.iter("figure")
        if title in "".join(one.find("figcaption").itertext())
    ]
    return [["".join(cell.itertext()) for cell in row] for row in figure.find(".//table/tbody")]


def again(bureau):
    plan = db.session.get(Plan, bureau["plan"])
    return plan, [db.session.merge(person) for person in bureau["people"]]


def test_a_plans_page_draws_each_number_against_its_target(bureau, browse):
    page = browse("clerk").get(f"/plans/{bureau['plan']}")
    assert numbers(page, "受理案件数") == [
        ["一季度", "40 件", "≥100 件", "未达到"],
        ["二季度", "120 件", "≥100 件", "已达到"],
        ["三季度", "未填报", "≥100 件", "未填报"],
        ["四季度", "未填报", "≥100 件", "未填报"],
    ]
    assert numbers(page, "按时办结率")[:2] == [
        ["一季度", "95.83%", "≥90%", "已达到"],
        ["二季度", "未填报", "≥90%", "未填报"],
    ]
    # A day is no number; who has a target but no figure yet is counted, not drawn.
    assert page.html.count("<figure") == 3
    assert "另有 1 项以数字为指标值的指标本年度还没有数值" in page.text
    assert numbers(page, "监控情况")[0] == ["受理案件数", "滞后", "正常", "未填报", "未填报"]


def test_why_there_is_no_figure_or_no_light_is_said(app, bureau, browse):
    with app.app_context():
        plan, people = again(bureau)
        row = report(plan, people, "2022-Q3", [(None, None), (None, None), ("81", None)])
        row.actuals[0].is_no_data, row.actuals[1].is_zero_over_zero = True, True
        db.session.commit()
    page = browse("clerk").get(f"/plans/{bureau['plan']}")
    assert numbers(page, "受理案件数")[2][1] == "无数据"
    assert numbers(page, "按时办结率")[2][1] == "不涉及"
    lights = [row[3] for row in numbers(page, "监控情况")]
    assert lights == ["未判断", "未判断", "未判断", "未填报"]


def test_many_pictures_lie_folded(app, bureau, browse):
    with app.app_context():
        plan, people = again(bureau)
        rows = [("产出指标", f"第{n}项", "≥10件", "6") for n in range(13)]
        long = make_plan(
            db.session, plan.unit, rows, status=Status.APPROVED, people=people, name="指标多"
        )
        report(long, people, "2022-Q1", [("4", "0.4")] * 13)
        db.session.commit()
        key = long.id
    assert "各指标进展（13 项）" in browse("clerk").get(f"/plans/{key}").text
    assert "各指标进展" not in browse("clerk").get(f"/plans/{bureau['plan']}").text


def test_a_plan_without_a_quarter_has_no_pictures(app, bureau, browse):
    with app.app_context():
        plan, people = again(bureau)
        blank = make_plan(
            db.session, plan.unit, ROWS, status=Status.APPROVED, people=people, name="新项目"
        )
        db.session.commit()
        key = blank.id
    assert "进展图" not in browse("clerk").get(f"/plans/{key}").text


def test_the_classes_stand_on_the_plans_page_and_an_open_one_is_not_zero(app, bureau, browse):
    with app.app_context():
        plan, people = again(bureau)
        row = evaluate(plan, people, ["45", None, "9"], total=None, status=Status.DRAFT)
        decided = next(one for one in row.scores if one.points == D(9))
        decided.decided_points, decided.decided_reason = D("7.5"), "样本不足"
        decided.decided_by_id, decided.decided_at = people[1].id, clock.now()
        db.session.commit()
    page = browse("clerk").get(f"/plans/{bureau['plan']}")
    assert numbers(page, "各类指标得分") == [
        ["产出指标", "50.00", "45.00"],
        ["效益指标", "30.00", "尚无得分"],
        ["满意度指标", "10.00", "7.50"],
        ["预算执行率", "10.00", "9.50"],
    ]


def test_a_units_page_sets_money_beside_goals_and_this_year_beside_last(app, bureau, browse):
    with app.app_context():
        plan, people = again(bureau)
        make_year(db.session, 2021)
        old = Plan(
            unit_id=plan.unit_id,
            year=2021,
            kind=PlanKind.PROJECT,
            project_id=plan.project_id,
            pack_id=plan.pack_id,
            pack_version=1,
            updated_at=clock.now(),
        )
        db.session.add(old)
        db.session.flush()
        evaluate(old, people, [], total="88.80")
        evaluate(plan, people, ["45", "30", "10"], total="94.50")
        db.session.commit()
    page = browse("clerk").get(f"/units/{bureau['unit']}?year=2022")
    # Two figures, 0.4 at 50 and more than the whole at 30 points; the draft is not looked at.
    assert numbers(page, "预算执行与目标完成") == [["信访工作经费（一季度）", "50.00%", "62.50%"]]
    assert numbers(page, "2022 年与 2021 年得分") == [["信访工作经费", "88.80", "94.50"]]
    assert numbers(page, "得分率") == [["信访工作经费", "90.00%", "100.00%", "100.00%", "95.00%"]]
    nothing = browse("clerk").get(f"/units/{bureau['unit']}?year=2021")
    assert "还没有年度" not in nothing.text


def test_a_quarter_with_a_source_left_out_has_no_execution_rate(app, bureau, browse):
    with app.app_context():
        plan, people = again(bureau)
        db.session.add(
            BudgetLine(unit_id=plan.unit_id, plan_id=plan.id, source=FundSource.OTHER, initial=D(1))
        )
        report(plan, people, "2022-Q3", [("0", "0")])
        db.session.commit()
    page = browse("clerk").get(f"/units/{bureau['unit']}?year=2022")
    assert numbers(page, "预算执行与目标完成") == [["信访工作经费（三季度）", "未填报", "0.00%"]]


def test_the_shares_of_all_units_are_of_signed_scores_only(app, bureau, browse):
    finance = browse("finance")
    assert "还没有已签署的自评" in finance.get("/units?year=2022&view=shares").text
    with app.app_context():
        plan, people = again(bureau)
        evaluate(plan, people, ["45", "15", "10"])
        draft = make_plan(
            db.session, plan.unit, ROWS, status=Status.APPROVED, people=people, name="未签"
        )
        evaluate(draft, people, ["0", "0", "0"], status=Status.DRAFT)
        db.session.commit()
    page = finance.get("/units?year=2022&view=shares&order=code")
    assert numbers(page, "得分率") == [
        ["甲局", "90.00%", "50.00%", "100.00%", "95.00%"],
        ["乙局", "无得分", "无得分", "无得分", "无得分"],
    ]
    browse("clerk").get("/units?view=shares", status=403)


def test_pictures_take_as_many_queries_for_two_plans_as_for_one(app, bureau, browse):
    def sent(path, who):
        client = browse(who)
        client.get(path)
        with app.app_context(), count_queries(db.engine) as queries:
            client.get(path)
        return len(queries)

    paths = [
        (f"/units/{bureau['unit']}?year=2022", "clerk"),
        ("/units?year=2022&view=shares", "finance"),
        (f"/plans/{bureau['plan']}", "clerk"),
    ]
    with app.app_context():
        plan, people = again(bureau)
        evaluate(plan, people, ["45", "15", "10"])
        db.session.commit()
    before = [sent(*one) for one in paths]
    assert min(before) > 5
    with app.app_context():
        plan, people = again(bureau)
        report(plan, people, "2022-Q3", [("130", "1.3"), ("91", "1.01")])
        for name in ("乙项目", "丙项目"):
            other = make_plan(
                db.session, plan.unit, ROWS, status=Status.APPROVED, people=people, name=name
            )
            report(other, people, "2022-Q1", [("40", "0.4")])
            evaluate(other, people, ["1", "2", "3"])
        db.session.commit()
    assert [sent(*one) for one in paths] == before


def test_a_stranger_sees_neither_page(bureau, browse):
    stranger = browse("stranger")
    stranger.get(f"/plans/{bureau['plan']}", status=404)
    stranger.get(f"/units/{bureau['unit']}", status=404)
