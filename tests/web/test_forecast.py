"""Forecasts on pages: a plan's card and the list of what will rather be missed."""

import re
from dataclasses import dataclass

import pytest
from sqlalchemy import select, update

from perf.core.targets import parse_target
from perf.core.terms import Kind, PlanKind, Role, Status
from perf.extensions import db
from perf.models import Indicator, Period, Plan, Submission, User
from tests.factories import make_plan, make_user, make_year
from tests.queries import count_queries
from tests.reported import make_approved_quarter, make_people, make_reported_plan

pytestmark = pytest.mark.slow

CASES = "受理案件数"
EVEN = {CASES: ("25", "50", "75", "101"), "及时受理率": ("95",) * 4, "群众满意度": ("90",) * 4}
# After two quarters: a fourth of the cases, a rate that holds, and a poor satisfaction.
BEHIND = {CASES: ("12", "25"), "及时受理率": ("99", "99"), "群众满意度": ("72", "70")}
SPENT = ("25000", "50000", "75000", "98000")


def reported(people, figures, *, year=2022, quarters=2, executed=SPENT, project=None, **fields):
    """A plan of this year whose counts add up, reported so far."""
    plan = make_reported_plan(
        db.session, people, figures, executed=executed, quarters=quarters, year=year, **fields
    )
    plan.indicators[0].kind = Kind.CUMULATIVE
    if project is not None:
        plan.project_id = project
    db.session.flush()
    return plan


def with_past(people, figures=BEHIND, **fields):
    """A plan behind its usual pace, and the three years before it."""
    plan = reported(people, figures, **fields)
    for year in (2019, 2020, 2021):
        reported(people, EVEN, year=year, quarters=4, project=plan.project_id)
    return plan


@dataclass
class World:
    """A unit with one plan behind its pace, by ids and user names."""

    plan_id: int
    indicator_id: int
    unit_id: int
    staff: str
    supervisor: str
    finance: str


@pytest.fixture
def world(app):
    with app.app_context():
        people = make_people(db.session)
        plan = with_past(people, name="信访工作")
        finance = make_user(db.session, Role.FINANCE)
        db.session.commit()
        return World(
            plan.id,
            plan.indicators[0].id,
            plan.unit_id,
            *(one.username for one in (*people, finance)),
        )


def people_of(world):
    """The unit's staff and supervisor, in the running context."""
    names = (world.staff, world.supervisor)
    return tuple(
        db.session.scalars(select(User).where(User.username == name)).one() for name in names
    )


def rows_of(page, caption):
    """The rows of the table with this caption, as texts."""
    for table in page.tree.iter("table"):
        if "".join(table.find("caption").itertext()) == caption:
            rows = [row for row in table.find("tbody") if row.get("class") is None]
            return [" ".join(" ".join(row.itertext()).split()) for row in rows]
    pytest.fail(f"no table {caption}")


def test_a_plans_page_tells_of_each_indicator_and_of_the_money(world, browse):
    page = browse(world.staff).get(f"/plans/{world.plan_id}")
    assert "全年预测：2 项指标预计完不成" in page.text
    cases, rate, satisfaction, money = rows_of(page, "全年预测")
    assert cases.startswith(f"{CASES} ≥100件 25 件 76 件")
    assert "大概率完成不了" in cases or "基本完成不了" in cases
    assert "按今年进度和往年 3 年推算" in cases
    assert "2019、2020、2021 年到6月底完成全年的 50%、50%、50%" in page.text
    assert "预计能完成" in rate
    assert "按目前水平和往年 3 年的变动推算" in satisfaction
    assert money.startswith("预算执行率 ≥90% 50%")
    assert "按今年进度和往年 3 年推算" in money


def test_the_quarters_page_has_a_line_for_each_indicator(world, browse):
    line = (
        "全年预测（到6月底）：预计 76 件（67 件 至 86 件），"
        "基本完成不了（完成不了的可能 99%）；按今年进度和往年 3 年推算"
    )
    for reader in (world.staff, world.supervisor):
        for quarter in ("Q2", "Q3"):
            page = browse(reader).get(f"/plans/{world.plan_id}/periods/2022-{quarter}")
            is_typed = reader == world.staff and quarter == "Q3"
            assert (line in page.text) is (is_typed or quarter == "Q2"), (reader, quarter)


def test_before_a_quarter_is_handed_in_the_page_says_nothing(app, world, browse):
    with app.app_context():
        drafts = update(Submission).where(Submission.plan_id == world.plan_id)
        db.session.execute(drafts.values(status=Status.DRAFT, decided_by_id=None, decided_at=None))
        db.session.commit()
    assert "全年预测" not in browse(world.staff).get(f"/plans/{world.plan_id}").text


def test_the_list_has_the_worst_first_and_money_apart(app, world, browse):
    reader = browse(world.supervisor)
    page = reader.get("/forecasts?year=2022")
    goals = [row.split()[:2] for row in rows_of(page, "绩效指标")]
    assert goals == [["群众满意度", "信访工作"], [CASES, "信访工作"]]
    assert rows_of(page, "资金") == []
    assert "没有预计执行率偏低的资金" in page.text
    assert f'href="/plans/{world.plan_id}#row-{world.indicator_id}"' in page.html
    with app.app_context():
        figures = {CASES: ("60", "110")}
        reported(people_of(world), figures, executed=("1000", "3000"), name="闲置经费")
        db.session.commit()
    page = reader.get("/forecasts?year=2022")
    (money,) = rows_of(page, "资金")
    assert money.startswith("预算执行率 闲置经费 ≥90% 3%")
    assert len(rows_of(page, "绩效指标")) == 2
    assert "2 项指标暂不能预测" in page.text


def test_the_reviewers_first_page_has_the_worst(app, world, browse):
    with app.app_context():
        few = {"及时受理率": ("70", "60"), "群众满意度": ("50", "50"), CASES: ("60", "110")}
        reported(people_of(world), few, name="接访补助")
        db.session.commit()
    page = browse(world.supervisor).get("/")
    assert "预计完不成 4 项" in page.text
    listed = re.search(r"预计完不成 4 项(.*?)全部预测", page.text)[1]
    assert listed.count("99%") == 3
    assert "群众满意度 接访补助 基本完成不了" in listed


def test_before_the_second_quarter_nothing_is_listed(app, browse):
    with app.app_context():
        people = make_people(db.session)
        plan_id = reported(people, BEHIND, quarters=1).id
        staff, supervisor = (one.username for one in people)
        db.session.commit()
    assert "上半年（或 1—7 月）的填报提交以后" in browse(supervisor).get("/").text
    reader = browse(staff)
    page = reader.get("/forecasts")
    assert rows_of(page, "绩效指标") == []
    assert page.text.count("上半年（或 1—7 月）的填报提交以后才列出") == 2
    # A draft is nobody's word yet; handed in it counts, approved or not.
    with app.app_context():
        plan = db.session.get_one(Plan, plan_id)
        both = plan.submitted_by, plan.decided_by
        figures = {name: values[1] for name, values in BEHIND.items()}
        quarter = make_approved_quarter(db.session, plan, both, 2, figures, None)
        quarter.status, quarter.decided_by_id, quarter.decided_at = Status.DRAFT, None, None
        quarter_id = quarter.id
        db.session.commit()
    assert rows_of(reader.get("/forecasts"), "绩效指标") == []
    with app.app_context():
        quarter = db.session.get_one(Submission, quarter_id)
        quarter.status = Status.SUBMITTED
        db.session.commit()
    assert rows_of(reader.get("/forecasts"), "绩效指标")


def test_nobody_sees_another_units_forecasts(app, world, browse):
    with app.app_context():
        theirs = with_past(make_people(db.session), name="别处的项目")
        unit_id, unit_name = theirs.unit_id, theirs.unit.name
        db.session.commit()
    staff = browse(world.staff)
    assert "别处的项目" not in staff.get("/forecasts?year=2022").text
    staff.get(f"/forecasts?year=2022&unit={unit_id}", status=404)
    finance = browse(world.finance)
    both = finance.get("/forecasts?year=2022").text
    assert f"别处的项目 · {unit_name}" in both
    one = finance.get(f"/forecasts?year=2022&unit={world.unit_id}").text
    assert "信访工作" in one
    assert "别处的项目" not in one


def test_without_a_year_there_is_an_empty_page(app, browse):
    with app.app_context():
        finance = make_user(db.session, Role.FINANCE).username
        db.session.commit()
    assert "还没有年度" in browse(finance).get("/forecasts").text


def test_indicators_that_are_called_alike_are_not_taken_for_each_other(app, browse):
    row = ("产出指标", "宣传次数", "≥10次", "50")
    with app.app_context():
        people = make_people(db.session)
        for year, quarters in ((2021, 4), (2022, 2)):
            make_year(db.session, year)
            plan = make_plan(
                db.session,
                people[0].unit,
                [row],
                year=year,
                kind=PlanKind.DEPARTMENT,
                status=Status.APPROVED,
                people=people,
            )
            plan.indicators[0].kind = Kind.CUMULATIVE
            for number in range(1, quarters + 1):
                make_approved_quarter(
                    db.session, plan, people, number, {"宣传次数": str(number)}, None
                )
        staff, plan_id, unit_id = people[0].username, plan.id, plan.unit_id
        db.session.commit()
    reader = browse(staff)
    assert "按今年进度和往年 1 年推算" in reader.get(f"/plans/{plan_id}").text
    with app.app_context():
        second = Indicator(
            unit_id=unit_id,
            plan_id=plan_id,
            ordinal=2,
            occurrence=2,
            level1=row[0],
            name=row[1],
            kind=Kind.CUMULATIVE,
        )
        second.target = parse_target(row[2])
        db.session.add(second)
        db.session.commit()
    page = reader.get(f"/plans/{plan_id}")
    assert "往年 1 年" not in page.text
    assert "没有往年数据，只按今年进度推算" in page.text


def test_a_year_before_counts_once_its_four_quarters_are_approved(app, world, browse):
    with app.app_context():
        last = select(Submission.id).join(Submission.period).where(Period.code == "2020-Q4")
        waiting = {"status": Status.SUBMITTED, "decided_by_id": None, "decided_at": None}
        db.session.execute(update(Submission).where(Submission.id.in_(last)).values(**waiting))
        db.session.commit()
    page = browse(world.staff).get(f"/plans/{world.plan_id}")
    assert "2019、2021 年到6月底完成全年的 50%、50%" in page.text


def test_the_number_of_queries_does_not_depend_on_plans_or_years(app, world, browse):
    client = browse(world.finance)
    client.get("/forecasts?year=2022")
    counts = []
    for _ in range(2):
        with app.app_context():
            engine = db.engine
        with count_queries(engine) as sent:
            client.get("/forecasts?year=2022")
        counts.append(len(sent))
        with app.app_context():
            with_past(make_people(db.session))
            with_past(people_of(world))
            db.session.commit()
    assert counts[0] == counts[1] <= 20
