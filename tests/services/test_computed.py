"""Actuals that nobody types: from quantities, point by point, and from the system's own records."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from perf import clock
from perf.core.actuals import Quotient
from perf.core.attainment import NOT_APPLICABLE, Flag
from perf.core.drafts import DraftIndicator, DraftPlan
from perf.core.errors import Conflict, InvalidInput
from perf.core.terms import (
    Action,
    FundSource,
    Kind,
    PlanKind,
    QuantityKind,
    RecordSource,
    Role,
    Status,
)
from perf.models import Indicator, LedgerEntry, Period, Quantity, SelfEvaluation, Submission
from perf.queries.packs import pack_of
from perf.queries.submissions import quarter_visible_to
from perf.services.entries import ExecutedEntry, record_entries
from perf.services.entry_figures import Entry
from perf.services.evaluations import begin_self_evaluation, step_self_evaluation
from perf.services.formula_names import describe_quantities
from perf.services.indicators import save_indicators
from perf.services.plans import create_plan_from_draft, step_plan
from perf.services.quantities import QuantityEntry
from perf.services.sheets import IndicatorEntry
from perf.services.submissions import content_of_submission, open_submission, step_submission
from perf.services.ways import Way, means_of
from tests.factories import make_plan, make_unit, make_user, make_year, mark

pytestmark = pytest.mark.slow

INPUTS = "投入管理指标"
INDICATORS = [
    DraftIndicator(INPUTS, None, "制度健全性", "健全", "1. 是否制定；2. 是否执行。"),
    DraftIndicator(INPUTS, None, "预算执行率", "≥90%", "预算执行率=预算完成数/预算数×100%。"),
    DraftIndicator(INPUTS, None, "结余率", "≤10%", "结余率=结余额/预算数×100%。"),
    DraftIndicator(INPUTS, None, "绩效监控完成率", "100%", "绩效监控完成率=已完成数/总数*100%"),
    DraftIndicator(INPUTS, None, "绩效自评完成率", "100%", "绩效自评完成率=已完成数/总数*100%"),
    DraftIndicator("产出指标", None, "办件数", "≥100件", "全年办件"),
    DraftIndicator("效益指标", None, "群众满意度", "≥80%", ""),
]


class World:
    """A department's approved plan with its first quarter open, and one project."""

    def __init__(self, session) -> None:
        self.session = session
        make_year(session)
        self.unit = make_unit(session)
        self.users = [make_user(session, role, self.unit) for role in (Role.STAFF, Role.SUPERVISOR)]
        self.staff, self.chief = (user.actor for user in self.users)
        draft = DraftPlan(
            PlanKind.DEPARTMENT,
            "部门整体",
            objective="履职",
            budget={FundSource.FISCAL: Decimal(100)},
            budget_total=Decimal(100),
            indicators=INDICATORS,
        )
        importer = make_user(session, Role.ADMIN).actor
        self.plan = create_plan_from_draft(session(), importer, self.unit, 2022, draft)
        step_plan(session(), self.staff, self.plan, Action.SUBMIT, version=self.plan.version)
        step_plan(session(), self.chief, self.plan, Action.APPROVE, version=self.plan.version)
        self.rows = {row.name: row for row in self.plan.indicators}
        self.quantities = {row.name: row for row in self.plan.quantities}
        self.submission = self.open("2022-Q1")

    def open(self, code: str) -> Submission:
        period = self.session.scalars(select(Period).where(Period.code == code)).one()
        return open_submission(self.session(), self.staff, self.plan, period)

    def record(self, entries=(), **values: str):
        """Save entries and the quantities of these names, whatever stands in their rows."""
        stored = {row.quantity_id: row.version for row in self.submission.quantities}
        typed = []
        for name, text in values.items():
            key = self.quantities[name].id
            typed.append(QuantityEntry(key, stored.get(key, 0), text))
        outcome = record_entries(
            self.session(), self.staff, self.submission, entries, [], pack_of(self.plan), typed
        )
        self.session.flush()
        return outcome

    def entry(self, name: str, **fields) -> Entry:
        row = next(
            (one for one in self.submission.actuals if one.indicator_id == self.rows[name].id), None
        )
        return Entry(self.rows[name].id, row.version if row else 0, **fields)

    def actual(self, name: str):
        key = self.rows[name].id
        return next((row for row in self.submission.actuals if row.indicator_id == key), None)


@pytest.fixture
def world(session) -> World:
    return World(session)


def test_an_imported_plan_knows_where_each_actual_comes_from(world):
    found = {name: (means_of(row).way, row.kind) for name, row in world.rows.items()}
    assert found == {
        "制度健全性": (Way.CHECK_LIST, Kind.LATEST),
        "预算执行率": (Way.FORMULA, Kind.RATIO),
        "结余率": (Way.FORMULA, Kind.RATIO),
        "绩效监控完成率": (Way.MONITORING, Kind.RATIO),
        "绩效自评完成率": (Way.SELF_EVALUATION, Kind.RATIO),
        "办件数": (Way.TYPED, Kind.CUMULATIVE),
        "群众满意度": (Way.TYPED, Kind.LATEST),
    }
    kinds = {name: row.kind for name, row in world.quantities.items()}
    assert kinds == {
        "预算完成数": QuantityKind.FLOW,
        "预算数": QuantityKind.STOCK,
        "结余额": QuantityKind.STOCK,
    }
    assert world.quantities["预算数"].label == "预算数（万元）"


def test_quantities_become_the_actual_of_every_formula_that_has_them(world):
    outcome = world.record(预算完成数="92.5", 预算数="100", 结余额="20")
    assert outcome.is_clean
    rate, rest = world.actual("预算执行率"), world.actual("结余率")
    assert rate.actual == Quotient(Decimal(9250), Decimal(100))
    assert rate.value == Decimal("92.5")
    assert rate.is_met is True
    assert rate.basis == "预算完成数 / 预算数 × 100%（预算完成数 92.5，预算数 100）"
    assert rest.ratio == Decimal("0.5")
    world.record(预算数="200")
    assert world.actual("预算执行率").value == Decimal("46.25")
    assert world.actual("结余率").value == 10
    told = world.session.scalars(
        select(LedgerEntry.subject_name).where(LedgerEntry.action == "record_quantity")
    ).all()
    assert sorted(told) == ["结余额", "预算完成数", "预算数", "预算数"]


def test_a_missing_quantity_leaves_a_blank_and_is_named_at_submission(world):
    world.record(预算完成数="92.5")
    assert world.actual("预算执行率") is None
    with pytest.raises(InvalidInput) as refused:
        step_submission(
            world.session(),
            world.staff,
            world.submission,
            Action.SUBMIT,
            version=world.submission.version,
            previous={},
        )
    fields = refused.value.fields
    assert fields[f"actual-{world.rows['预算执行率'].id}"] == "预算执行率：还没有填报预算数。"
    assert fields[f"actual-{world.rows['结余率'].id}"] == "结余率：还没有填报结余额、预算数。"
    # A quantity taken back takes the figure with it.
    world.record(预算数="100")
    assert world.actual("预算执行率").value is not None
    world.record(预算数="")
    assert world.actual("预算执行率").value is None
    assert world.actual("预算执行率").basis == ""


def test_nothing_over_nothing_does_not_apply_and_something_over_nothing_is_refused(world):
    world.record(结余额="0", 预算数="0", 预算完成数="1")
    row = world.actual("结余率")
    assert row.is_zero_over_zero
    assert row.result is NOT_APPLICABLE
    outcome = world.record()
    key = f"actual-{world.rows['预算执行率'].id}"
    assert "“预算数”为 0" in outcome.errors[key]
    assert world.actual("预算执行率") is None
    rows = content_of_submission(world.submission)["rows"]
    assert {row["name"]: row["fields"].get("实际完成值") for row in rows}["结余率"] == "不涉及"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("abc", "预算数：不是数字"), ("1234567890123", "预算数：数字太大")],
)
def test_a_quantity_that_is_no_number_is_said_at_its_cell(world, text, sentence):
    outcome = world.record(预算数=text)
    assert outcome.errors[f"quantity-{world.quantities['预算数'].id}"].startswith(sentence)
    assert not outcome.is_clean


def test_a_stale_quantity_is_shown_and_not_overwritten(world):
    world.record(预算数="100")
    stale = QuantityEntry(world.quantities["预算数"].id, 9, "200")
    outcome = record_entries(
        world.session(), world.staff, world.submission, [], [], pack_of(world.plan), [stale]
    )
    assert outcome.has_conflicts
    assert outcome.quantity_conflicts[world.quantities["预算数"].id].value == 100
    same = QuantityEntry(world.quantities["预算数"].id, 9, "100.00")
    outcome = record_entries(
        world.session(), world.staff, world.submission, [], [], pack_of(world.plan), [same]
    )
    assert outcome.is_clean


def test_what_is_computed_follows_its_quantities_also_where_the_row_is_in_conflict(world):
    world.record(预算完成数="50", 预算数="100")
    key = world.rows["预算执行率"].id
    stale = Entry(key, 9, deviation_kind="other", deviation_reason="他人")
    outcome = world.record([stale], 预算完成数="60")
    assert set(outcome.conflicts) == {key}
    row = world.actual("预算执行率")
    assert row.value == 60
    assert row.deviation_reason == ""


def test_what_is_typed_as_the_actual_of_a_computed_row_is_no_actual(world):
    world.record([world.entry("预算执行率", value="99")], 预算完成数="50", 预算数="100")
    assert world.actual("预算执行率").value == 50


def test_no_data_and_quantities_contradict_each_other(world):
    outcome = world.record(
        [world.entry("预算执行率", is_no_data=True)], 预算完成数="50", 预算数="100"
    )
    assert "本期无数据" in outcome.errors[f"actual-{world.rows['预算执行率'].id}"]
    outcome = world.record([world.entry("结余率", is_no_data=True)])
    assert world.actual("结余率").is_no_data
    # Quantities typed afterwards do not take the choice back in silence.
    outcome = world.record(结余额="1")
    assert "本期无数据" in outcome.errors[f"actual-{world.rows['结余率'].id}"]
    assert world.actual("结余率").is_no_data


def test_a_flow_that_falls_demands_a_reason_and_a_stand_does_not(world):
    world.record(预算完成数="50", 预算数="100", 结余额="0")
    mark(world.submission, Status.APPROVED, *world.users)
    world.submission = world.open("2022-Q2")
    world.record(预算完成数="49", 预算数="90", 结余额="0")
    quarter = quarter_visible_to(world.session(), world.staff, world.plan.id, "2022-Q2")
    assert quarter.quantities_before[world.quantities["预算完成数"].id] == 50
    with pytest.raises(InvalidInput) as refused:
        step_submission(
            world.session(),
            world.staff,
            world.submission,
            Action.SUBMIT,
            version=world.submission.version,
            previous=quarter.previous,
            quantities_before=quarter.quantities_before,
        )
    fields = refused.value.fields
    assert fields[f"reason-{world.rows['预算执行率'].id}"].startswith(
        "预算执行率：预算完成数比上期减少"
    )
    assert f"reason-{world.rows['结余率'].id}" not in fields


def test_a_list_is_answered_point_by_point_or_not_at_all(world):
    name = "制度健全性"
    key = f"actual-{world.rows[name].id}"
    outcome = world.record([world.entry(name, answers="y-")])
    assert outcome.errors[key] == "共 2 个要点，还有 1 个没有核对，请逐项选择。"
    assert world.actual(name) is None
    assert world.record([world.entry(name, answers="yn")]).is_clean
    row = world.actual(name)
    assert (row.checked, row.ratio, row.is_met) == ("yn", Decimal("0.5"), False)
    assert world.record([world.entry(name, answers="--")]).is_clean
    assert world.actual(name).actual is None
    # What is no answer is none, and more letters than points do not count.
    assert world.record([world.entry(name, answers="yyyyy")]).is_clean
    assert world.actual(name).checked == "yy"
    assert "还有 1 个" in world.record([world.entry(name, answers="?n")]).errors[key]


def sign(world, plan) -> SelfEvaluation:
    now = clock.now()
    row = SelfEvaluation(
        unit_id=plan.unit_id,
        plan_id=plan.id,
        status=Status.APPROVED,
        submitted_by_id=world.users[0].id,
        decided_by_id=world.users[1].id,
        submitted_at=now,
        decided_at=now,
        updated_at=now,
        pack_id=plan.pack_id,
        pack_version=1,
    )
    world.session.add(row)
    world.session.flush()
    return row


def approve(world, plan, *codes: str) -> None:
    for code in codes:
        period = world.session.scalars(select(Period).where(Period.code == code)).one()
        row = Submission(
            unit_id=plan.unit_id, plan_id=plan.id, period_id=period.id, updated_at=clock.now()
        )
        world.session.add(row)
        mark(row, Status.APPROVED, *world.users)
    world.session.flush()


def test_the_records_of_the_projects_become_the_departments_rates(world):
    world.record()
    # No project, no rate.
    assert world.actual("绩效监控完成率").is_zero_over_zero
    first, second = (
        make_plan(world.session, world.unit, status=Status.APPROVED, people=world.users)
        for _ in range(2)
    )
    make_plan(world.session, make_unit(world.session))
    approve(world, first, "2022-Q1")
    world.record()
    row = world.actual("绩效监控完成率")
    assert row.actual == Quotient(Decimal(100), Decimal(2))
    assert row.basis == "系统记录：2 个项目中 1 个监控填报已全部通过"
    approve(world, second, "2022-Q1")
    world.submission = world.open("2022-Q2")
    world.record()
    # By the second quarter both quarters count.
    assert world.actual("绩效监控完成率").value == 0
    approve(world, first, "2022-Q2")
    sign(world, second)
    world.record()
    assert world.actual("绩效监控完成率").value == 50
    assert world.actual("绩效自评完成率").value == 50


def test_submitting_brings_the_records_up_to_date(world):
    plan = make_plan(world.session, world.unit, status=Status.APPROVED, people=world.users)
    world.record(预算完成数="90", 预算数="100", 结余额="1")
    world.record(
        [
            world.entry("制度健全性", answers="yy"),
            world.entry("办件数", value="30"),
            world.entry("群众满意度", value="90"),
        ]
    )
    spent = [ExecutedEntry(line.source, 0, "1") for line in world.plan.budget_lines]
    record_entries(world.session(), world.staff, world.submission, [], spent, pack_of(world.plan))
    assert world.actual("绩效监控完成率").value == 0
    approve(world, plan, "2022-Q1")
    step_submission(
        world.session(),
        world.staff,
        world.submission,
        Action.SUBMIT,
        version=world.submission.version,
        previous={},
    )
    assert world.submission.status is Status.SUBMITTED
    assert world.actual("绩效监控完成率").value == 100


def year_of(world):
    """Four approved quarters of the department with the same figures, and its self-evaluation."""
    for code in ("2022-Q1", "2022-Q2", "2022-Q3", "2022-Q4"):
        world.submission = world.open(code)
        world.record(
            [
                world.entry("制度健全性", answers="yx"),
                world.entry("办件数", value="30"),
                world.entry("群众满意度", value="90"),
            ],
            预算完成数="5",
            预算数="24",
            结余额="0",
        )
        mark(world.submission, Status.APPROVED, *world.users)
        world.session.flush()
    return begin_self_evaluation(world.session(), world.staff, world.plan)


def test_the_year_scores_the_exact_share_and_says_how_it_came_about(world):
    plan = make_plan(world.session, world.unit, status=Status.APPROVED, people=world.users)
    evaluation = year_of(world)
    scores = {row.indicator.name: row for row in evaluation.scores}
    rate = scores["预算执行率"]
    assert rate.actual == Quotient(Decimal(500), Decimal(24))
    assert rate.points == Decimal("1.39")
    assert rate.origin == (
        "取四季度年初至今累计数 约 20.83%：预算完成数 / 预算数 × 100%（预算完成数 5，预算数 24）"
    )
    assert scores["制度健全性"].points == scores["制度健全性"].weight
    assert scores["绩效监控完成率"].value == 0
    with pytest.raises(Conflict, match="还有 1 个没有签署"):
        step_self_evaluation(
            world.session(),
            world.staff,
            evaluation,
            Action.SUBMIT,
            version=evaluation.version,
        )
    approve(world, plan, "2022-Q1", "2022-Q2", "2022-Q3", "2022-Q4")
    signed = sign(world, plan)
    mark(signed, Status.SUBMITTED, *world.users)
    signed.decided_at = signed.decided_by_id = None
    world.session.flush()
    # Signing the last project tells the department's self-evaluation under preparation.
    step_self_evaluation(
        world.session(), world.chief, signed, Action.APPROVE, version=signed.version
    )
    assert scores["绩效自评完成率"].value == 100
    assert scores["绩效监控完成率"].points == scores["绩效监控完成率"].weight


def test_nothing_over_nothing_gives_its_weight_away_without_a_reason(world):
    for code in ("2022-Q1", "2022-Q2", "2022-Q3", "2022-Q4"):
        world.submission = world.open(code)
        world.record(预算完成数="0", 预算数="0", 结余额="0")
        mark(world.submission, Status.APPROVED, *world.users)
        world.session.flush()
    evaluation = begin_self_evaluation(world.session(), world.staff, world.plan)
    row = next(one for one in evaluation.scores if one.indicator.name == "结余率")
    assert row.is_not_applicable
    assert row.points is None
    assert row.needs_reason is False
    assert row.origin.startswith("取四季度最近一次填报 不涉及")


# The sheet


def reopened(world):
    world.session.delete(world.submission)
    world.session.flush()
    step_plan(
        world.session(),
        world.chief,
        world.plan,
        Action.REOPEN,
        version=world.plan.version,
        reason="调整指标",
    )
    return world.plan


def save(world, name: str, **fields):
    row = world.rows[name]
    typed = {
        "level1": row.level1,
        "name": row.name,
        "target": row.target_text,
        "note": row.note,
        "ordinal": str(row.ordinal),
        "formula": row.formula,
    }
    entry = IndicatorEntry(key=str(row.id), indicator_id=row.id, **(typed | fields))
    return save_indicators(
        world.session(), world.staff, world.plan, [entry], version=world.plan.version
    )


def test_the_way_can_be_changed_and_a_new_formula_brings_its_quantities(world):
    reopened(world)
    save(world, "群众满意度", way="formula", formula="满意人数 ÷ 调查人数")
    row = world.rows["群众满意度"]
    assert (row.formula, row.kind) == ("满意人数 / 调查人数", Kind.RATIO)
    names = {one.name: one for one in world.plan.quantities}
    assert {"满意人数", "调查人数"} <= set(names)
    changed = describe_quantities(
        world.session(), world.staff, world.plan, {names["调查人数"].id: ("stock", " 人 ")}
    )
    assert changed == 1
    assert (names["调查人数"].kind, names["调查人数"].unit) == (QuantityKind.STOCK, "人")
    save(world, "群众满意度", way="typed")
    assert means_of(row).way is Way.TYPED
    assert row.kind is Kind.LATEST
    # What was typed of a quantity is not lost with the formula.
    assert world.session.scalar(select(Quantity.id).where(Quantity.name == "满意人数"))


@pytest.mark.parametrize(
    ("name", "fields", "field", "sentence"),
    [
        ("办件数", {"way": "formula", "formula": ""}, "formula", "请填写公式"),
        ("办件数", {"way": "formula", "formula": "甲 / / 乙"}, "formula", "看不懂"),
        ("办件数", {"way": "formula", "formula": "1 + 1"}, "formula", "需填报的量"),
        ("办件数", {"way": "formula", "formula": "甲" * 65 + "/ 乙"}, "formula", "不超过 64 字"),
        ("办件数", {"way": "monitoring"}, "way", "单位应为“%”"),
        ("制度健全性", {"way": "formula", "formula": "甲 / 乙"}, "way", "不是数值"),
        ("群众满意度", {"way": "check_list"}, "way", "先在说明里逐条写明"),
    ],
)
def test_a_way_that_does_not_fit_is_refused_at_its_field(world, name, fields, field, sentence):
    reopened(world)
    with pytest.raises(InvalidInput) as refused:
        save(world, name, **fields)
    assert sentence in refused.value.fields[f"{field}-{world.rows[name].id}"]


def test_a_blank_formula_takes_the_ready_one_of_that_name(world):
    reopened(world)
    save(world, "预算执行率", way="formula", formula="", note="")
    assert world.rows["预算执行率"].formula == "预算完成数 / 预算数 × 100%"


def test_a_quantity_that_cannot_be_described_so_is_refused(world):
    key = world.quantities["预算数"].id
    with pytest.raises(InvalidInput) as refused:
        describe_quantities(world.session(), world.staff, world.plan, {key: ("?", "元" * 21)})
    assert set(refused.value.fields) == {f"quantity-kind-{key}", f"quantity-unit-{key}"}


def test_a_target_revised_after_the_first_approval_keeps_the_initial_one_beside_it(world):
    row = world.rows["办件数"]
    reopened(world)
    save(world, "办件数", target="≥60件")
    assert row.target.value == 60
    assert row.initial.value == 100
    assert row.initial.text == "≥100件"
    save(world, "办件数", target="≥80件")
    assert row.initial.value == 100
    save(world, "办件数", target="≥100件")
    assert row.initial is None


def test_a_target_changed_before_the_first_approval_is_no_revision(session):
    make_year(session)
    unit = make_unit(session)
    plan = make_plan(session, unit)
    row = session.get_one(Indicator, plan.indicators[0].id)
    staff = make_user(session, Role.STAFF, unit).actor
    entry = IndicatorEntry(
        key="1", indicator_id=row.id, level1=row.level1, name=row.name, target="≥60件"
    )
    save_indicators(session(), staff, plan, [entry], version=plan.version)
    assert row.initial is None


def test_the_year_scores_by_the_revised_target_and_keeps_the_points_of_the_initial_one(world):
    reopened(world)
    save(world, "办件数", target="≥30件")
    step_plan(world.session(), world.staff, world.plan, Action.SUBMIT, version=world.plan.version)
    step_plan(world.session(), world.chief, world.plan, Action.APPROVE, version=world.plan.version)
    evaluation = year_of(world)
    row = next(one for one in evaluation.scores if one.indicator.name == "办件数")
    assert row.points == row.weight
    assert row.initial_points == Decimal("12.00")
    assert Flag.MISSED not in row.indicator.target.findings


def test_an_indicator_from_records_has_its_source(world):
    assert world.rows["绩效监控完成率"].source is RecordSource.MONITORING
    assert world.rows["绩效监控完成率"].is_computed
