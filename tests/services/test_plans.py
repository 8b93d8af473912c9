"""Plans: made, filled in, submitted, locked, and out of documents."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from perf import clock
from perf.core.drafts import DraftIndicator, DraftPlan
from perf.core.errors import Conflict, InvalidInput, Locked, NotFound, NotPermitted, Stale
from perf.core.terms import Action, FundSource, Kind, PlanKind, Role, Sense, Status
from perf.models import (
    FiscalYear,
    Indicator,
    LedgerEntry,
    Period,
    Plan,
    Project,
    Remark,
    Snapshot,
    Submission,
)
from perf.services.budgets import adjust_budget, set_budget
from perf.services.indicators import save_indicators
from perf.services.organisation import pin_packs
from perf.services.plans import (
    PlanDetails,
    content_of_plan,
    create_plan,
    create_plan_from_draft,
    delete_plan,
    differences_from_draft,
    missing_for_submission,
    step_plan,
    update_plan,
)
from perf.services.sheets import IndicatorEntry
from perf.services.weighing import weigh
from tests.factories import SYSTEM, make_plan, make_unit, make_user, make_year

ROWS = [
    ("产出指标", "数量指标", "受理案件数", "≥100件"),
    ("产出指标", "质量指标", "办结率", "≥90%"),
    ("效益指标", "社会效益指标", "劝返率", "≥80%"),
    ("满意度指标", "满意度", "群众满意度", "≥80%"),
]


class World:
    def __init__(self, session) -> None:
        self.session = session
        make_year(session)
        self.unit = make_unit(session)
        self.staff = make_user(session, Role.STAFF, self.unit).actor
        self.supervisor = make_user(session, Role.SUPERVISOR, self.unit).actor

    def plan(self, **fields) -> Plan:
        details = {
            "name": "信访值班",
            "objective": "完成任务。",
            "budget": {FundSource.FISCAL: "17.92"},
        }
        return create_plan(
            self.session,
            self.staff,
            year=2022,
            unit=self.unit,
            kind=PlanKind.PROJECT,
            details=PlanDetails(**(details | fields)),
        )

    def fill(self, plan: Plan, rows=ROWS) -> int:
        return save_indicators(self.session, self.staff, plan, entries(rows), version=plan.version)

    def step(self, actor, plan: Plan, action: Action, **more) -> None:
        step_plan(self.session, actor, plan, action, version=plan.version, **more)

    def ledger(self, plan: Plan) -> list[str]:
        query = select(LedgerEntry.action).where(LedgerEntry.plan_id == plan.id)
        return list(self.session.scalars(query.order_by(LedgerEntry.id)))


@pytest.fixture
def world(session) -> World:
    return World(session)


def entries(rows, weights=()) -> list[IndicatorEntry]:
    weights = [*weights, *[""] * len(rows)]
    return [
        IndicatorEntry(f"new{n}", None, level1, level2, name, target, weight=weight)
        for n, ((level1, level2, name, target), weight) in enumerate(
            zip(rows, weights, strict=False)
        )
    ]


def stored(plan: Plan) -> list[IndicatorEntry]:
    return [
        IndicatorEntry(
            str(row.id),
            row.id,
            row.level1,
            row.level2,
            row.name,
            row.target_text,
            ordinal=str(row.ordinal),
        )
        for row in plan.indicators
    ]


def weights(plan: Plan) -> list[str]:
    return [str(row.weight) for row in plan.indicators]


def test_a_new_plan_takes_its_project_budget_and_pack_from_what_was_typed(world):
    plan = world.plan(code="411", category="部门项目")
    assert (plan.project.name, plan.project.code, plan.pack_id) == (
        "信访值班",
        "411",
        "cn-project-2020",
    )
    assert [(line.source, line.initial) for line in plan.budget_lines] == [
        (FundSource.FISCAL, Decimal("179200.00"))
    ]
    assert world.ledger(plan)[0] == "create_plan"


def test_a_blank_budget_is_none_and_a_zero_is_a_figure(world):
    plan = world.plan(budget={FundSource.FISCAL: "0", FundSource.OTHER: " "})
    assert [(line.source, line.initial) for line in plan.budget_lines] == [
        (FundSource.FISCAL, Decimal(0))
    ]


def test_the_same_project_has_one_plan_a_year(world):
    world.plan(code="411")
    with pytest.raises(InvalidInput, match="已有") as refused:
        world.plan(code="411")
    assert "name" in refused.value.fields
    with pytest.raises(InvalidInput, match="编码重复") as refused:
        world.plan(name="另一个", code="411")
    assert "信访值班" in refused.value.fields["code"]


def test_a_department_has_one_plan_a_year_with_tasks(world):
    def make() -> Plan:
        return create_plan(
            world.session, world.staff, year=2022, unit=world.unit, kind=PlanKind.DEPARTMENT,
            details=PlanDetails(objective="目标", basic_expenditure="162.63", tasks=(("值班", "内容"), ("", ""))),
        )  # fmt: skip

    plan = make()
    assert [(task.name, task.content) for task in plan.tasks] == [("值班", "内容")]
    assert plan.basic_expenditure == Decimal("1626300.00")
    assert plan.pack_id == "department-overall"
    with pytest.raises(InvalidInput, match="部门整体"):
        make()


def test_bad_fields_are_all_named_at_once(world):
    with pytest.raises(InvalidInput) as refused:
        world.plan(
            name=" ",
            objective="长" * 4001,
            budget={FundSource.FISCAL: "abc", FundSource.OTHER: "1.1234567"},
        )
    assert set(refused.value.fields) == {"name", "objective", "budget-fiscal", "budget-other"}
    with pytest.raises(InvalidInput, match="2031 年度还没有设置"):
        create_plan(
            world.session, world.staff, year=2031, unit=world.unit, kind=PlanKind.PROJECT, details=PlanDetails(name="甲"),
        )  # fmt: skip


def test_nobody_makes_a_plan_for_another_unit_or_without_the_role(world):
    other = make_unit(world.session)
    with pytest.raises(NotFound):
        create_plan(
            world.session, world.staff, year=2022, unit=other, kind=PlanKind.PROJECT, details=PlanDetails(name="甲"),
        )  # fmt: skip
    with pytest.raises(NotPermitted):
        create_plan(
            world.session, world.supervisor, year=2022, unit=world.unit, kind=PlanKind.PROJECT, details=PlanDetails(name="甲"),
        )  # fmt: skip


def test_weights_spread_over_the_class_and_entered_ones_stay(world):
    plan = world.plan()
    world.fill(plan)
    assert weights(plan) == ["25.00", "25.00", "30.00", "10.00"]
    sheet = [*stored(plan)]
    sheet[0] = IndicatorEntry("a", sheet[0].indicator_id, *ROWS[0], weight="12.5", ordinal="1")
    assert save_indicators(world.session, world.staff, plan, sheet, version=plan.version) == 2
    assert weights(plan) == ["12.50", "37.50", "30.00", "10.00"]
    assert [row.is_weight_entered for row in plan.indicators] == [True, False, False, False]


def test_a_cost_indicator_brings_the_pack_with_a_cost_class_and_its_removal_takes_it_back(world):
    plan = world.plan()
    world.fill(plan, [*ROWS, ("成本指标", "经济成本指标", "项目投入", "30万")])
    assert plan.pack_id == "cn-project-2021"
    cost = plan.indicators[-1]
    assert (cost.target_value, cost.target_unit, cost.sense) == (Decimal(30), "万元", Sense.AT_MOST)
    assert weights(plan) == ["20.00", "20.00", "20.00", "10.00", "20.00"]
    sheet = [IndicatorEntry("x", cost.id, is_removed=True)]
    save_indicators(world.session, world.staff, plan, sheet, version=plan.version)
    assert plan.pack_id == "cn-project-2020"
    assert weights(plan) == ["25.00", "25.00", "30.00", "10.00"]
    assert "remove_indicator" in world.ledger(plan)


def test_a_pack_that_leaves_weights_to_the_plan_checks_their_total_only(world):
    year = world.session.get(FiscalYear, 2022)
    pin = {"cost_project": "cn-project-2021", "department": "department-overall"}
    pin_packs(world.session, SYSTEM, year, project="hubei-project-2020", **pin)
    plan = world.plan()
    world.fill(plan)
    assert plan.pack_id == "hubei-project-2020"
    assert weights(plan) == ["20.00", "20.00", "20.00", "20.00"]
    weighed = weigh(world.session, plan, [(row.level1, row.weight) for row in plan.indicators])
    assert weighed.classes == [
        ("产出指标", 40, 40),
        ("效益指标", 20, 20),
        ("满意度指标", 20, 20),
    ]
    assert (weighed.total, weighed.due, weighed.problem) == (80, 80, "")
    assert missing_for_submission(plan) == []


def test_a_plan_without_the_packs_check_list_cannot_be_submitted(world):
    year = world.session.get(FiscalYear, 2022)
    pin = {"cost_project": "henan-project-2024", "department": "department-overall"}
    pin_packs(world.session, SYSTEM, year, project="henan-project-2024", **pin)
    plan = world.plan()
    world.fill(plan)
    assert any("资金管理指标应合计 20 分" in text for text in missing_for_submission(plan))
    world.fill(plan, [*ROWS, ("资金管理", "", "资金使用合规", "≥100%")])
    assert sum(row.weight for row in plan.indicators) == 90
    assert missing_for_submission(plan) == []


def test_rows_are_numbered_kept_by_class_and_new_ones_join_theirs(world):
    plan = world.plan()
    world.fill(plan)
    first, second, third, _ = stored(plan)
    moved = IndicatorEntry("a", first.indicator_id, *ROWS[0], ordinal="2.5")
    new = IndicatorEntry("new1", None, "产出指标", "时效指标", "办结时限", "≤7天")
    assert save_indicators(
        world.session, world.staff, plan, [moved, second, third, new], version=plan.version
    )
    assert [row.name for row in plan.indicators] == [
        "办结率",
        "受理案件数",
        "办结时限",
        "劝返率",
        "群众满意度",
    ]
    assert [row.ordinal for row in plan.indicators] == [1, 2, 3, 4, 5]
    assert plan.indicators[2].kind is Kind.WORST


def test_saving_the_same_sheet_again_changes_nothing(world):
    plan = world.plan()
    world.fill(plan)
    told, version = len(world.ledger(plan)), plan.version
    assert save_indicators(world.session, world.staff, plan, stored(plan), version=version) == 0
    assert (len(world.ledger(plan)), plan.version) == (told, version)


def test_equal_names_are_told_apart_also_when_names_are_swapped(world):
    plan = world.plan()
    same = ("产出指标", "数量指标", "结对帮扶", "≥4次")
    world.fill(plan, [same, same, ("产出指标", "数量指标", "走访", "≥2次")])
    assert [row.occurrence for row in plan.indicators] == [1, 2, 1]
    one, two, three = stored(plan)
    swapped = [
        IndicatorEntry("a", one.indicator_id, "产出指标", "数量指标", "走访", "≥2次", ordinal="1"),
        two,
        IndicatorEntry("c", three.indicator_id, *same, ordinal="3"),
    ]
    save_indicators(world.session, world.staff, plan, swapped, version=plan.version)
    world.session.expire_all()
    assert [row.name for row in plan.indicators] == ["走访", "结对帮扶", "结对帮扶"]


def test_a_chosen_sense_and_kind_stay_and_a_blank_follows_the_target(world):
    plan = world.plan()
    entry = IndicatorEntry(
        "a", None, "产出指标", "数量指标", "接访次数", "12次", sense="exactly", kind="average"
    )
    save_indicators(world.session, world.staff, plan, [entry], version=plan.version)
    row = plan.indicators[0]
    assert (row.sense, row.kind) == (Sense.EXACTLY, Kind.AVERAGE)
    entry = IndicatorEntry("a", row.id, "产出指标", "数量指标", "接访次数", "≤7天", sense="exactly")
    save_indicators(world.session, world.staff, plan, [entry], version=plan.version)
    assert (row.sense, row.kind) == (None, Kind.WORST)


def test_every_bad_cell_of_the_sheet_is_named_and_nothing_is_kept(world):
    plan = world.plan()
    bad = [
        IndicatorEntry("a", None, "", "", "", "≥1", weight="1,5x"),
        IndicatorEntry("b", None, "产出指标", "", "名" * 501, "", weight="0"),
        IndicatorEntry("c", None, "产出指标", "", "名", "≥1件", weight="1.005", ordinal="第一"),
        IndicatorEntry("d", None, "产出指标"),
    ]
    with pytest.raises(InvalidInput) as refused:
        save_indicators(world.session, world.staff, plan, bad, version=plan.version)
    assert set(refused.value.fields) == {
        "level1-a", "name-a", "weight-a", "name-b", "target-b", "weight-b", "weight-c", "ordinal-c",
    }  # fmt: skip
    assert plan.indicators == []
    with pytest.raises(InvalidInput, match="没有剩余分值"):
        save_indicators(
            world.session, world.staff, plan, entries(ROWS, ["60"]), version=plan.version
        )


def test_a_submission_is_refused_with_everything_that_is_missing(world):
    plan = world.plan(objective="", budget={})
    with pytest.raises(InvalidInput) as refused:
        world.step(world.staff, plan, Action.SUBMIT)
    for words in ["总体目标", "预算", "没有绩效指标"]:
        assert words in str(refused.value)
    with pytest.raises(NotPermitted):
        world.step(world.supervisor, plan, Action.SUBMIT)
    world.fill(plan, [("产出指标", "", "件数", "≥1件"), ("奇怪指标", "", "件", "≥1件")])
    assert any("奇怪指标" in text for text in missing_for_submission(plan))
    save_indicators(
        world.session, world.staff, plan,
        [IndicatorEntry("x", plan.indicators[1].id, is_removed=True),
         IndicatorEntry("y", plan.indicators[0].id, "产出指标", "", "件数", "≥1件", weight="80")],
        version=plan.version,
    )  # fmt: skip
    assert any("合计 80，应为 90" in text for text in missing_for_submission(plan))
    assert plan.status is Status.DRAFT


def approved(world: World) -> Plan:
    plan = world.plan()
    world.fill(plan)
    world.step(world.staff, plan, Action.SUBMIT)
    world.step(world.supervisor, plan, Action.APPROVE)
    return plan


def test_a_submitted_and_an_approved_plan_are_locked_on_every_way_in(world):
    plan = world.plan()
    world.fill(plan)
    for actor, action in [(world.staff, Action.SUBMIT), (world.supervisor, Action.APPROVE)]:
        world.step(actor, plan, action)
        for change in [
            lambda: save_indicators(
                world.session, world.staff, plan, stored(plan), version=plan.version
            ),
            lambda: update_plan(
                world.session,
                world.staff,
                plan,
                version=plan.version,
                details=PlanDetails(name="新"),
            ),
            lambda: set_budget(world.session, world.staff, plan, {FundSource.FISCAL: Decimal(1)}),
            lambda: delete_plan(world.session, world.staff, plan, version=plan.version),
        ]:
            with pytest.raises(Locked):
                change()
    assert world.session.scalars(select(Snapshot.action).order_by(Snapshot.id)).all() == [
        Action.SUBMIT,
        Action.APPROVE,
    ]


def test_a_returned_plan_can_lose_the_indicator_that_the_reviewer_marked(world):
    plan = world.plan()
    world.fill(plan)
    world.step(world.staff, plan, Action.SUBMIT)
    marked = plan.indicators[1].id
    world.step(world.supervisor, plan, Action.RETURN, remarks={marked: "重复", 999999: "别的计划"})
    save_indicators(
        world.session,
        world.staff,
        plan,
        [IndicatorEntry("x", marked, is_removed=True)],
        version=plan.version,
    )
    (remark,) = world.session.scalars(select(Remark).where(Remark.plan_id == plan.id))
    assert (remark.indicator_id, remark.text) == (None, "（指标“办结率”已删除）重复")
    world.step(world.staff, plan, Action.SUBMIT)


def test_an_indicator_that_a_quarter_uses_cannot_be_removed(world):
    plan = approved(world)
    period = world.session.scalars(select(Period).order_by(Period.code)).all()[1]
    quarter = Submission(
        unit_id=plan.unit_id, plan_id=plan.id, period_id=period.id, updated_at=clock.now()
    )
    world.session.add(quarter)
    world.session.flush()
    world.step(world.supervisor, plan, Action.REOPEN, reason="更正")
    with pytest.raises(Conflict, match="已经有填报"):
        save_indicators(
            world.session, world.staff, plan,
            [IndicatorEntry("x", plan.indicators[0].id, is_removed=True)], version=plan.version,
        )  # fmt: skip


def test_a_plan_is_not_reopened_while_a_quarter_is_under_review(world):
    plan = approved(world)
    period = world.session.scalars(select(Period).where(Period.code == "2022-Q1")).one()
    world.session.add(
        Submission(
            unit_id=plan.unit_id,
            plan_id=plan.id,
            period_id=period.id,
            status=Status.SUBMITTED,
            updated_at=clock.now(),
        )
    )
    world.session.flush()
    with pytest.raises(Conflict, match="一季度"):
        world.step(world.supervisor, plan, Action.REOPEN, reason="更正")


def test_a_stale_form_is_refused(world):
    plan = world.plan()
    old = plan.version
    world.fill(plan)
    with pytest.raises(Stale):
        save_indicators(world.session, world.staff, plan, stored(plan), version=old)
    with pytest.raises(Stale):
        update_plan(world.session, world.staff, plan, version=old, details=PlanDetails(name="新"))


def test_an_approved_budget_changes_by_dated_adjustments_only(world):
    plan = approved(world)
    adjust_budget(
        world.session, world.staff, plan, version=plan.version, source=FundSource.FISCAL,
        amount="-3.5", on="2022-06-30", document="红财〔2022〕8号",
    )  # fmt: skip
    line = plan.budget_lines[0]
    assert (line.initial, line.adjusted) == (Decimal("179200.00"), Decimal("144200.00"))
    assert world.ledger(plan)[-1] == "adjust_budget"
    with pytest.raises(InvalidInput) as refused:
        adjust_budget(
            world.session, world.staff, plan, version=plan.version, source=FundSource.FISCAL,
            amount="-15", on="2023-01-01", document=" ",
        )  # fmt: skip
    assert set(refused.value.fields) == {"amount", "on", "document"}


def test_a_budget_is_not_adjusted_before_the_approval(world):
    plan = world.plan()
    with pytest.raises(Locked):
        adjust_budget(
            world.session, world.staff, plan, version=plan.version, source=FundSource.FISCAL,
            amount="1", on="2022-06-30", document="号",
        )  # fmt: skip


def test_a_plan_never_submitted_goes_with_its_project_and_the_ledger_keeps_it(world):
    plan = world.plan()
    world.fill(plan)
    delete_plan(world.session, world.staff, plan, version=plan.version)
    assert world.session.scalars(select(Plan)).all() == []
    assert world.session.scalars(select(Project)).all() == []
    assert world.session.scalars(select(Indicator)).all() == []
    entry = world.session.scalars(
        select(LedgerEntry).where(LedgerEntry.action == "delete_plan")
    ).one()
    assert "受理案件数 ≥100件" in entry.changes["indicators"][0]


def test_a_plan_that_was_submitted_once_is_never_deleted(world):
    plan = world.plan()
    world.fill(plan)
    world.step(world.staff, plan, Action.SUBMIT)
    world.step(world.staff, plan, Action.WITHDRAW)
    with pytest.raises(Conflict, match="不能删除"):
        delete_plan(world.session, world.staff, plan, version=plan.version)


def test_a_project_keeps_its_name_while_another_year_is_locked(world):
    approved(world)
    make_year(world.session, 2023)
    plan = create_plan(
        world.session, world.staff, year=2023, unit=world.unit, kind=PlanKind.PROJECT, details=PlanDetails(name="信访值班"),
    )  # fmt: skip
    with pytest.raises(InvalidInput, match="其他年度"):
        update_plan(
            world.session, world.staff, plan, version=plan.version, details=PlanDetails(name="改名")
        )
    assert update_plan(
        world.session,
        world.staff,
        plan,
        version=plan.version,
        details=PlanDetails(name="信访值班", objective="新"),
    )


def test_what_a_snapshot_keeps_is_what_was_shown(world):
    plan = world.plan()
    world.fill(plan)
    content = content_of_plan(plan)
    assert content["fields"]["财政拨款年初预算（万元）"] == "17.92"
    assert content["rows"][1]["fields"]["指标值读作"] == "至少 90 %"
    assert content["data"]["budget"] == {"fiscal": {"initial": "179200", "adjusted": "179200"}}


def draft(**fields) -> DraftPlan:
    values = {
        "kind": PlanKind.PROJECT,
        "name": "党建经费",
        "code": "41000000000000000001",
        "objective": "目标",
        "budget": {FundSource.FISCAL: Decimal("4800.00")},
        "indicators": [
            DraftIndicator("产出指标", "数量指标", "结对帮扶", "≥4次"),
            DraftIndicator("产出指标", "数量指标", "结对帮扶", "≥6次", "说明"),
            DraftIndicator("效益指标", None, "影响", "明显"),
        ],
    }
    return DraftPlan(**(values | fields))


def test_a_plan_out_of_a_document_says_what_the_document_says(world):
    plan = create_plan_from_draft(world.session, SYSTEM, world.unit, 2022, draft())
    assert [(row.name, row.occurrence, str(row.weight)) for row in plan.indicators] == [
        ("结对帮扶", 1, "25.00"),
        ("结对帮扶", 2, "25.00"),
        ("影响", 1, "40.00"),
    ]
    assert differences_from_draft(plan, draft()) == []


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"objective": "别的"}, "年度总体目标"),
        ({"budget": {FundSource.FISCAL: Decimal("4800.01")}}, "0.480001"),
        ({"budget": {}}, "财政拨款预算"),
        ({"indicators": draft().indicators[:2]}, "没有指标“影响”"),
        (
            {"indicators": [*draft().indicators, DraftIndicator("效益指标", None, "新", "1")]},
            "新增指标“新”",
        ),
        (
            {
                "indicators": [
                    DraftIndicator("产出指标", "数量指标", "结对帮扶", "≥5次"),
                    *draft().indicators[1:],
                ]
            },
            "≥5次",
        ),
    ],
)
def test_what_a_document_says_differently_is_named(world, fields, words):
    plan = create_plan_from_draft(world.session, SYSTEM, world.unit, 2022, draft())
    (said,) = differences_from_draft(plan, draft(**fields))
    assert words in said


def test_a_document_with_an_unknown_class_comes_in_and_cannot_be_submitted(world):
    rows = [
        DraftIndicator("其他指标", None, "甲", "≥1个"),
        DraftIndicator("产出指标", None, "乙", "≥1个"),
    ]
    plan = create_plan_from_draft(world.session, SYSTEM, world.unit, 2022, draft(indicators=rows))
    assert plan.indicators[0].weight is None
    assert any("其他指标" in text for text in missing_for_submission(plan))


def test_a_document_that_cannot_be_kept_is_refused_by_name(world):
    with pytest.raises(InvalidInput, match="第 1 个指标的名称"):
        create_plan_from_draft(
            world.session,
            SYSTEM,
            world.unit,
            2022,
            draft(indicators=[DraftIndicator("产出指标", None, "长" * 600, "1")]),
        )
    with pytest.raises(NotPermitted):
        create_plan_from_draft(world.session, world.supervisor, world.unit, 2022, draft())


def test_a_factory_plan_has_no_findings_that_block(world):
    assert missing_for_submission(make_plan(world.session, world.unit)) == []
