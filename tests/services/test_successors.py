"""Next year's plan begun from this one, what stands beside its targets, and suggestions taken."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from perf import clock
from perf.core.actuals import Quotient
from perf.core.errors import Conflict, InvalidInput, Locked
from perf.core.suggestions import Mark
from perf.core.targets import parse_target
from perf.core.terms import Curve, Kind, PlanKind, QuantityKind, Sense, Status
from perf.models import LedgerEntry, Office, Plan, Project, Quantity, Score, SelfEvaluation, Task
from perf.models.plans import target_as_json
from perf.queries.last_year import money_before, results_before
from perf.services.plan_content import missing_for_submission
from perf.services.successors import begin_successors, beside_target, take_suggestions
from tests.factories import make_plan, make_unit, make_year, mark
from tests.reported import YEAR, make_people, make_reported_plan

pytestmark = pytest.mark.slow

ROWS = [
    ("产出指标", "受理案件数", "≥100件", "40"),
    ("产出指标", "办结期限", "2022年11月底前", "10"),
    ("产出指标", "报送期限", "11月底前", "10"),
    ("效益指标", "及时受理率", "90%", "20"),
    ("满意度指标", "群众满意度", "≥80%", "10"),
]


@pytest.fixture
def people(session: Any) -> Any:
    make_year(session, 2022)
    make_year(session, 2023)
    return make_people(session)


def sign(
    session: Any, plan: Plan, people: Any, points: dict[str, str] | None = None
) -> SelfEvaluation:
    """A signed self-evaluation with the last of the year's figures, each with these points."""
    evaluation = SelfEvaluation(
        unit_id=plan.unit_id,
        plan_id=plan.id,
        pack_id=plan.pack_id,
        pack_version=1,
        updated_at=clock.now(),
    )
    mark(evaluation, Status.APPROVED, *people)
    session.add(evaluation)
    session.flush()
    for row in plan.indicators:
        score = Score(
            unit_id=plan.unit_id,
            self_evaluation_id=evaluation.id,
            indicator_id=row.id,
            weight=row.weight,
            points=Decimal((points or {}).get(row.name, "5")),
        )
        value = YEAR[row.name][-1] if row.name in YEAR else None
        score.actual = Decimal(value) if isinstance(value, str) else value
        session.add(score)
    session.flush()
    return evaluation


def begin(session: Any, people: Any, plan: Plan) -> Plan:
    session.flush()
    session.refresh(plan)
    (made,) = begin_successors(session, people[0].actor, [plan])
    session.flush()
    return made


def beside(session: Any, people: Any, plan: Plan, name: str) -> Any:
    results = results_before(session, people[0].actor, plan)
    row = next(one for one in plan.indicators if one.name == name)
    return beside_target(results, plan.year, row.level1, row.level2, row.name, row.target)


def test_a_draft_takes_over_what_was_asked_and_nothing_of_what_came(session, people):
    unit = people[0].unit
    plan = make_plan(session, unit, ROWS, kind=PlanKind.DEPARTMENT, pack_id="department-overall")
    mark(plan, Status.APPROVED, *people)
    office, gone = Office(unit_id=unit.id, name="接访科"), Office(unit_id=unit.id, name="撤销科")
    gone.archived_at = clock.now()
    session.add_all([office, gone])
    session.add(Task(unit_id=unit.id, plan_id=plan.id, ordinal=1, name="接访", content="全年接访"))
    quantity = Quantity(unit_id=unit.id, plan_id=plan.id, name="受理数", kind=QuantityKind.STOCK)
    quantity.unit = "件"
    session.add(quantity)
    session.flush()
    count, _, _, rate, asked = plan.indicators
    count.weight, count.is_weight_entered, count.note = Decimal(30), True, "口径一致"
    count.curve, count.pace, count.kind = Curve.ONCE, "3", Kind.CUMULATIVE
    count.office_id, asked.office_id = office.id, gone.id
    count.initial_target = target_as_json(parse_target("≥120件"))
    count.revision_document = "信发〔2022〕9号"
    rate.formula, rate.kind, rate.sense = "受理数 / 办理数 × 100%", Kind.RATIO, Sense.EXACTLY
    session.flush()

    made = begin(session, people, plan)
    assert (made.year, made.status, made.begun_from_id) == (2023, Status.DRAFT, plan.id)
    assert (made.objective, [task.content for task in made.tasks]) == (
        plan.objective,
        ["全年接访"],
    )
    assert (made.budget_lines, made.basic_expenditure) == ([], None)
    assert "没有填写预算：请按资金来源填写，没有金额的填 0。" in missing_for_submission(made)
    assert [one.target_text for one in made.indicators] == [row[2] for row in ROWS]
    first, dated, yearless, formed, last = made.indicators
    assert (first.weight, first.is_weight_entered) == (Decimal(30), True)
    assert (first.curve, first.pace, first.kind) == (Curve.ONCE, "3", Kind.CUMULATIVE)
    assert (first.note, first.office_id, last.office_id) == ("口径一致", office.id, None)
    assert (first.initial_target, first.revision_document) == (None, "")
    # A deadline without a year moves on, one with a year is somebody's to change.
    assert (dated.target_on, yearless.target_on) == (date(2022, 11, 30), date(2023, 11, 30))
    assert (formed.formula, formed.sense) == (rate.formula, Sense.EXACTLY)
    described = {one.name: (one.kind, one.unit) for one in made.quantities}
    assert described["受理数"] == (QuantityKind.STOCK, "件")
    told = session.scalars(select(LedgerEntry).where(LedgerEntry.action == "begin_plan")).one()
    assert (told.plan_id, told.reason) == (made.id, "由 2022 年度绩效目标编制")


def test_weights_without_room_in_the_new_years_pack_stay_as_they_were(session, people):
    plan = make_reported_plan(session, people)
    for row in plan.indicators[:1]:
        row.weight, row.is_weight_entered = Decimal(95), True
    plan.indicators[1].level1 = "产出指标"
    made = begin(session, people, plan)
    assert [row.weight for row in made.indicators] == [Decimal(95), Decimal(30), Decimal(10)]


def test_what_cannot_be_begun_says_why_and_nothing_is_made(session, people):
    done, draft = make_reported_plan(session, people), make_plan(session, people[0].unit)
    actor = people[0].actor
    with pytest.raises(InvalidInput, match="请勾选"):
        begin_successors(session, actor, [])
    with pytest.raises(Conflict, match="审核通过后再编制下一年"):
        begin_successors(session, actor, [done, draft])
    made = begin(session, people, done)
    with pytest.raises(Conflict, match="在 2023 年度已有绩效目标，没有改动"):
        begin_successors(session, actor, [done])
    mark(made, Status.APPROVED, *people)
    session.flush()
    with pytest.raises(InvalidInput, match="2024 年度还没有设置，请管理员"):
        begin_successors(session, actor, [made])
    # Another project of the same name counts as the same one.
    made.project_id = make_plan(session, people[0].unit, name=done.name).project_id
    with pytest.raises(Conflict, match="已有绩效目标"):
        begin_successors(session, actor, [done])


def test_a_plan_is_begun_from_one_of_its_own_unit_only(session, people):
    plan = make_plan(session, people[0].unit)
    plan.begun_from_id = make_plan(session, make_unit(session)).id
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


def test_beside_a_target_stands_what_is_signed_or_how_far_the_year_is(session, people):
    plan = make_reported_plan(session, people, quarters=3)
    made = begin(session, people, plan)
    found = beside(session, people, made, "受理案件数")
    assert (found.results[0].reached.value, found.results[0].reached.until) == (
        Decimal(80),
        "三季度",
    )
    assert (found.results[0].points, found.results[0].marks, found.target) == (None, [], None)
    assert beside(session, people, made, "群众满意度").target.text == "≥90%"
    money = money_before(session, people[0].actor, made)
    assert money is not None
    assert (list(money.adjusted.values()), money.until) == ([Decimal(100000)], "三季度")
    assert list(money.executed.values()) == [Decimal(70000)]

    evaluation = sign(session, plan, people, {"受理案件数": "0"})
    evaluation.status = Status.SUBMITTED
    assert not beside(session, people, made, "受理案件数").results[0].is_signed
    evaluation.status = Status.APPROVED
    found = beside(session, people, made, "受理案件数")
    (last,) = found.results
    assert (last.reached.value, last.points, last.weight) == (Decimal(110), 0, Decimal(50))
    assert (last.marks, found.is_easier, found.target.text) == ([Mark.MISSED], True, "≥110件")


def test_marks_say_what_happened_last_year(session, people):
    rows = [
        ("产出指标", "受理案件数", "≥80件", "50"),
        ("效益指标", "及时受理率", "≥90%", "30"),
        ("满意度指标", "群众满意度", "≥80%", "10"),
    ]
    empty = Quotient(Decimal(0), Decimal(1))
    figures = {"受理案件数": ("1", "1", "1", "110"), "及时受理率": (None, None, None, empty)}
    plan = make_reported_plan(session, people, figures, indicators=rows)
    plan.indicators[0].third_quarter_target = target_as_json(parse_target("≥120件"))
    made = begin(session, people, plan)
    found = beside(session, people, made, "受理案件数")
    assert found.results[0].marks == [Mark.OVER, Mark.LOWERED]
    assert (found.target.text, found.is_easier) == ("≥120件", False)
    assert beside(session, people, made, "及时受理率").results[0].marks == [Mark.MISSED]
    assert beside(session, people, made, "群众满意度").results[0].marks == []


def test_a_plan_made_by_hand_is_held_against_a_project_of_the_same_name(session, people):
    make_year(session, 2021)
    before = make_reported_plan(session, people, year=2021, name="信访值班")
    sign(session, before, people)
    last = make_reported_plan(session, people, quarters=1, name="信访值班")
    plan = make_plan(session, people[0].unit, year=2023, name="信访值班")
    found = beside(session, people, plan, "受理案件数")
    assert [(one.reached.year, one.is_signed) for one in found.results] == [
        (2022, False),
        (2021, True),
    ]
    # Two projects of that name in one year are not told apart.
    make_plan(session, people[0].unit, name="信访值班")
    found = beside(session, people, plan, "受理案件数")
    assert ([one.reached.year for one in found.results], found.suggestion) == ([2021], None)
    assert session.get(Project, last.project_id).name == "信访值班"


def test_suggestions_are_taken_by_row_or_all_and_the_ledger_says_so(session, people):
    figures: dict[str, Any] = {"受理案件数": ("1", "1", "1", "110")}
    figures |= {"群众满意度": ("1", "1", "1", "92"), "及时受理率": ("80", "80", "80", "85")}
    figures["办结期限"] = figures["报送期限"] = (None, None, None, date(2022, 11, 20))
    plan = make_reported_plan(session, people, figures, indicators=ROWS)
    # A direction that somebody chose, against what the text alone would say.
    plan.indicators[3].sense = Sense.AT_MOST
    made = begin(session, people, plan)
    actor = people[0].actor
    count = made.indicators[0]
    assert take_suggestions(session, actor, made, [count.id], version=made.version) == 1
    assert [row.target_text for row in made.indicators][:2] == ["≥110件", "2022年11月底前"]
    told = session.scalars(
        select(LedgerEntry).where(LedgerEntry.reason.startswith("采用建议指标值"))
    ).one()
    assert (told.subject_id, told.changes["target_text"]) == (count.id, ["≥100件", "≥110件"])
    assert told.reason == "采用建议指标值：上年实际 110 件，从这一水平起步。"

    made.indicators[4].target = parse_target("≥98%")
    assert take_suggestions(session, actor, made, version=made.version) == 3
    assert [row.target_text for row in made.indicators] == [
        "≥110件",
        "2023年11月20日前",
        "2023年11月20日前",
        "85%",
        "≥98%",
    ]
    assert made.indicators[3].sense is Sense.AT_MOST
    assert take_suggestions(session, actor, made, version=made.version) == 0
    mark(made, Status.APPROVED, *people)
    session.flush()
    with pytest.raises(Locked):
        take_suggestions(session, actor, made, version=made.version)
