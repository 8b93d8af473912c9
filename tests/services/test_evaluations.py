"""The year's self-evaluation: built, completed, submitted, returned, signed, frozen."""

from copy import deepcopy
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select

from perf import clock
from perf.core.actuals import TierChoice
from perf.core.errors import Conflict, InvalidInput, Locked, NotFound, NotPermitted, Stale
from perf.core.terms import Action, FundSource, Kind, PlanKind, Rating, Role, Status, Tier
from perf.models import (
    Actual,
    BudgetLine,
    LedgerEntry,
    Period,
    Plan,
    Remark,
    SelfEvaluation,
    Snapshot,
    Submission,
    Task,
)
from perf.services.evaluation_shown import show_self_evaluation
from perf.services.evaluations import (
    Reason,
    approved_quarters,
    begin_self_evaluation,
    compute,
    missing_of,
    rescore,
    save_self_evaluation,
    step_self_evaluation,
)
from perf.services.snapshots import differences
from tests.factories import SYSTEM, make_user
from tests.reported import make_evidence, make_people, make_reported_plan

pytestmark = pytest.mark.slow


def indicator_called(plan: Plan, name: str) -> int:
    return next(row.id for row in plan.indicators if row.name == name)


def begin(session, people, **fields) -> SelfEvaluation:
    plan = make_reported_plan(session, people, **fields)
    return begin_self_evaluation(session, people[0].actor, plan)


def complete(session, people, evaluation: SelfEvaluation, **changes) -> None:
    """Write everything that the self-evaluation lacks."""
    texts = {
        "objective_actual": "全年任务基本完成。",
        "execution_reason": "",
        "reasons": {
            row.indicator_id: Reason("年末受疫情影响。", "提前安排。")
            for row in evaluation.scores
            if row.needs_reason
        },
    }
    save_self_evaluation(
        session, people[0].actor, evaluation, version=evaluation.version, **(texts | changes)
    )


def step(session, user, evaluation: SelfEvaluation, action: Action, **arguments) -> None:
    version = arguments.pop("version", evaluation.version)
    step_self_evaluation(session, user.actor, evaluation, action, version=version, **arguments)


def submit(session, people, evaluation: SelfEvaluation) -> None:
    complete(session, people, evaluation)
    step(session, people[0], evaluation, Action.SUBMIT)


def sign(session, people, evaluation: SelfEvaluation) -> None:
    submit(session, people, evaluation)
    step(session, people[1], evaluation, Action.APPROVE)


def test_it_is_built_out_of_the_quarters(session):
    people = make_people(session)
    evaluation = begin(session, people)
    rows = {row.indicator.name: row for row in evaluation.scores}
    # 81 of 90 % at weight 30 is 27.00; 95 090 of 100 000 at weight 10 is 9.509.
    assert {name: row.points for name, row in rows.items()} == {
        "受理案件数": Decimal("50.00"),
        "及时受理率": Decimal("27.00"),
        "群众满意度": Decimal("10.00"),
    }
    assert rows["及时受理率"].actual == 81
    assert rows["及时受理率"].needs_reason
    assert not rows["及时受理率"].is_met
    assert "四季度" in rows["及时受理率"].origin
    assert evaluation.execution_points == Decimal("9.51")
    assert evaluation.total == Decimal("96.51")
    assert evaluation.rating is Rating.EXCELLENT
    assert evaluation.status is Status.DRAFT


def test_what_is_stored_is_what_the_pure_function_gives(session):
    people = make_people(session)
    evaluation = begin(session, people)
    session.flush()
    session.expire_all()
    plan = evaluation.plan
    computed = compute(plan, approved_quarters(session, plan))
    rows = {row.indicator_id: row for row in evaluation.scores}
    for indicator, year, result in zip(
        plan.indicators, computed.years, computed.score.rows, strict=True
    ):
        row = rows[indicator.id]
        assert (row.actual, row.origin) == (year.value, year.origin)
        assert (row.points, row.is_met) == (result.points, result.attainment.met)
    assert evaluation.total == computed.score.total
    assert evaluation.indicator_total == computed.score.indicator_total
    assert evaluation.execution_points == computed.score.execution_points
    assert evaluation.rating == computed.score.rating


def test_deadlines_and_grades_are_kept_as_what_they_are(session):
    people = make_people(session)
    grade = TierChoice(Tier.PARTIAL, Decimal(70))
    evaluation = begin(
        session,
        people,
        indicators=[
            ("产出指标", "完工时间", "2022年11月30日前", "50"),
            ("效益指标", "社会影响", "明显提升", "40"),
        ],
        figures={
            "完工时间": (None, None, None, date(2022, 12, 3)),
            "社会影响": (None, None, None, grade),
        },
    )
    rows = {row.indicator.name: row for row in evaluation.scores}
    assert rows["完工时间"].actual == date(2022, 12, 3)
    assert rows["完工时间"].points == 0
    assert rows["社会影响"].actual == grade
    assert rows["社会影响"].points == Decimal("28.00")


def test_the_worst_quarter_counts_where_the_indicator_says_so(session):
    people = make_people(session)
    plan = make_reported_plan(
        session,
        people,
        indicators=[("产出指标", "办结时限", "≤7天", "90")],
        figures={"办结时限": ("5", "6", "11", "7")},
    )
    plan.indicators[0].kind = Kind.WORST
    session.flush()
    evaluation = begin_self_evaluation(session, people[0].actor, plan)
    (row,) = evaluation.scores
    assert row.actual == 11
    assert row.points == Decimal("57.27")
    assert "三季度" in row.origin


def test_it_cannot_begin_before_every_quarter_is_approved(session):
    people = make_people(session)
    plan = make_reported_plan(session, people, quarters=3)
    with pytest.raises(Conflict, match="还差四季度"):
        begin_self_evaluation(session, people[0].actor, plan)


def test_beginning_twice_gives_the_same_one_and_changes_nothing(session):
    people = make_people(session)
    evaluation = begin(session, people)
    count = len(session.scalars(select(LedgerEntry)).all())
    assert begin_self_evaluation(session, people[0].actor, evaluation.plan) is evaluation
    assert len(session.scalars(select(LedgerEntry)).all()) == count


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.FINANCE, Role.AUDITOR, Role.ADMIN])
def test_only_those_who_record_begin_and_save(session, role):
    people = make_people(session)
    evaluation = begin(session, people)
    unit = people[0].unit if role is Role.SUPERVISOR else None
    actor = make_user(session, role, unit).actor
    with pytest.raises(NotPermitted):
        begin_self_evaluation(session, actor, evaluation.plan)
    with pytest.raises(NotPermitted):
        save_self_evaluation(
            session,
            actor,
            evaluation,
            version=evaluation.version,
            objective_actual="",
            execution_reason="",
            reasons={},
        )


def test_another_unit_neither_begins_nor_saves_nor_steps(session):
    people, others = make_people(session), make_people(session)
    evaluation = begin(session, people)
    with pytest.raises(NotFound):
        begin_self_evaluation(session, others[0].actor, evaluation.plan)
    with pytest.raises(NotFound):
        complete(session, others, evaluation)
    submit(session, people, evaluation)
    with pytest.raises(NotFound):
        step(session, others[1], evaluation, Action.APPROVE)
    assert evaluation.status is Status.SUBMITTED


def test_saving_keeps_texts_and_writes_what_changed_into_the_ledger(session):
    people = make_people(session)
    evaluation = begin(session, people)
    key = indicator_called(evaluation.plan, "及时受理率")
    before = evaluation.version
    complete(session, people, evaluation, reasons={key: Reason(" 人手\x00不足\r\n已报告 ", "增人")})
    row = next(one for one in evaluation.scores if one.indicator_id == key)
    assert row.deviation_reason == "人手不足\n已报告"
    assert row.corrective_action == "增人"
    assert evaluation.version > before
    entries = session.scalars(
        select(LedgerEntry).where(LedgerEntry.action == "explain_score")
    ).all()
    assert [entry.changes["deviation_reason"] for entry in entries] == [[None, "人手不足\n已报告"]]
    saved = session.scalars(
        select(LedgerEntry).where(LedgerEntry.action == "save_self_evaluation")
    ).one()
    assert saved.changes == {"objective_actual": [None, "全年任务基本完成。"]}


def test_saving_the_same_again_changes_nothing(session):
    people = make_people(session)
    evaluation = begin(session, people)
    complete(session, people, evaluation)
    version, count = evaluation.version, len(session.scalars(select(LedgerEntry)).all())
    complete(session, people, evaluation)
    assert evaluation.version == version
    assert len(session.scalars(select(LedgerEntry)).all()) == count


def test_a_stale_page_saves_nothing(session):
    people = make_people(session)
    evaluation = begin(session, people)
    version = evaluation.version
    complete(session, people, evaluation)
    with pytest.raises(Stale):
        save_self_evaluation(
            session,
            people[0].actor,
            evaluation,
            version=version,
            objective_actual="另一窗口",
            execution_reason="",
            reasons={},
        )
    assert evaluation.objective_actual == "全年任务基本完成。"


def test_a_text_that_is_too_long_is_named_by_its_field(session):
    people = make_people(session)
    evaluation = begin(session, people)
    key = indicator_called(evaluation.plan, "及时受理率")
    with pytest.raises(InvalidInput) as refused:
        complete(session, people, evaluation, reasons={key: Reason("", "长" * 4001)})
    assert list(refused.value.fields) == [f"action-{key}"]
    assert "4001" in refused.value.fields[f"action-{key}"]


def test_submitting_names_everything_that_is_missing(session):
    people = make_people(session)
    evaluation = begin(session, people, executed=("1", "2", "3", "80000"))
    key = indicator_called(evaluation.plan, "及时受理率")
    with pytest.raises(InvalidInput) as refused:
        step(session, people[0], evaluation, Action.SUBMIT)
    assert list(refused.value.fields) == ["execution_reason", f"reason-{key}", "objective_actual"]
    assert "90%" in refused.value.fields["execution_reason"]
    assert evaluation.status is Status.DRAFT
    assert not session.scalars(select(Snapshot)).all()


def test_an_over_achievement_demands_a_reason_too(session):
    people = make_people(session)
    figures = {
        "受理案件数": ("1", "2", "3", "300"),
        "及时受理率": ("95",) * 4,
        "群众满意度": ("90",) * 4,
    }
    evaluation = begin(session, people, figures=figures)
    key = indicator_called(evaluation.plan, "受理案件数")
    missing = missing_of(evaluation)
    assert list(missing) == [f"reason-{key}", "objective_actual"]
    assert "300%" in missing[f"reason-{key}"]


def test_a_figure_never_reported_blocks_and_is_not_taken_for_zero(session):
    people = make_people(session)
    figures = {"受理案件数": ("1", "2", "3", "130"), "及时受理率": ("95",) * 4}
    evaluation = begin(session, people, figures=figures, executed=("1", "1", "1", None))
    row = next(one for one in evaluation.scores if one.indicator.name == "群众满意度")
    assert row.actual is None
    assert row.points is None
    assert evaluation.total is None
    assert evaluation.rating is None
    missing = missing_of(evaluation)
    assert "没有填报数据" in missing[f"reason-{row.indicator_id}"]
    assert "未填报" in missing["execution_reason"]


def test_zero_is_reported_and_scores_nothing(session):
    people = make_people(session)
    figures = {"受理案件数": ("0",) * 4, "及时受理率": ("95",) * 4, "群众满意度": ("90",) * 4}
    evaluation = begin(session, people, figures=figures, executed=("0",) * 4)
    row = next(one for one in evaluation.scores if one.indicator.name == "受理案件数")
    assert row.points == 0
    assert evaluation.execution_points == 0
    assert evaluation.total == Decimal("40.00")
    assert evaluation.rating is Rating.POOR


def test_without_a_budget_execution_is_left_out_and_the_rest_scaled(session):
    people = make_people(session)
    figures = {"受理案件数": ("100",) * 4, "及时受理率": ("81",) * 4, "群众满意度": ("90",) * 4}
    evaluation = begin(session, people, figures=figures, executed=("0",) * 4, budget="0")
    assert evaluation.execution_points is None
    # (50 + 27 + 10) × 100 ÷ 90
    assert evaluation.total == Decimal("96.67")
    submit(session, people, evaluation)
    data = show_self_evaluation(session, evaluation).content["data"]
    assert data["execution"]["not_applicable"] is True


def test_a_department_has_no_points_for_execution_and_shows_its_funds_and_tasks(session):
    people = make_people(session)
    plan = make_reported_plan(
        session,
        people,
        kind=PlanKind.DEPARTMENT,
        pack_id="department-overall",
        indicators=[
            ("投入管理指标", "预算执行率", "≥90%", "30"),
            ("产出指标", "办结率", "≥80%", "40"),
            ("效益指标", "满意度", "≥90%", "30"),
        ],
        figures={"预算执行率": ("95",) * 4, "办结率": ("88",) * 4, "满意度": ("92",) * 4},
    )
    plan.basic_expenditure, plan.project_expenditure = Decimal(800000), Decimal(200000)
    plan.tasks.append(Task(unit_id=plan.unit_id, ordinal=1, name="信访", content="受理来信来访"))
    session.flush()
    evaluation = begin_self_evaluation(session, people[0].actor, plan)
    assert evaluation.execution_points is None
    assert evaluation.total == Decimal("100.00")
    sign(session, people, evaluation)
    data = show_self_evaluation(session, evaluation).content["data"]
    assert data["execution"]["weight"] == "0"
    assert data["name"] == plan.unit.name
    assert data["tasks"] == [["信访", "受理来信来访"]]
    assert [line[0] for line in data["funds"]] == ["基本支出", "项目支出"]
    assert data["money"]["total"]["executed"] == "95090"


def test_money_is_kept_by_source_and_a_blank_stays_a_blank(session):
    people = make_people(session)
    plan = make_reported_plan(session, people)
    session.add(
        BudgetLine(
            unit_id=plan.unit_id,
            plan_id=plan.id,
            source=FundSource.UNIT_FUNDS,
            initial=Decimal(5000),
        )
    )
    session.flush()
    session.refresh(plan)
    evaluation = begin_self_evaluation(session, people[0].actor, plan)
    money = show_self_evaluation(session, evaluation).content["data"]["money"]
    assert money["fiscal"] == {"initial": "100000", "adjusted": "100000", "executed": "95090"}
    assert money["other"] == {"initial": "5000", "adjusted": "5000", "executed": None}
    assert money["total"]["executed"] is None
    assert evaluation.executed is None


def test_what_was_submitted_is_frozen_and_signed_as_it_was(session):
    people = make_people(session)
    evaluation = begin(session, people)
    submit(session, people, evaluation)
    shown = show_self_evaluation(session, evaluation)
    submitted = deepcopy(shown.content)
    assert shown.is_draft
    assert shown.submitted_by == people[0].display_name
    step(session, people[1], evaluation, Action.APPROVE)
    session.flush()
    session.expire_all()
    signed = show_self_evaluation(session, evaluation)
    assert not signed.is_draft
    assert signed.approved_by == people[1].display_name
    assert signed.approved_at == evaluation.decided_at
    assert signed.content["rows"] == submitted["rows"]
    people_of = signed.content["data"].pop("people")
    submitted["data"].pop("people")
    assert signed.content["data"] == submitted["data"]
    assert people_of == {
        "submitted_by": people[0].display_name,
        "approved_by": people[1].display_name,
    }


def test_a_signed_one_does_not_follow_what_changes_around_it(session):
    people = make_people(session)
    evaluation = begin(session, people)
    sign(session, people, evaluation)
    before = deepcopy(show_self_evaluation(session, evaluation))
    people[0].display_name = "改名"
    plan = evaluation.plan
    assert plan.project is not None
    plan.unit.name, plan.project.name = "改名的单位", "改名的项目"
    for actual in session.scalars(select(Actual)):
        actual.actual = Decimal(1)
    session.flush()
    session.expire_all()
    assert show_self_evaluation(session, evaluation) == before


def test_no_service_changes_a_signed_one(session):
    people = make_people(session)
    evaluation = begin(session, people)
    sign(session, people, evaluation)
    session.flush()
    version = evaluation.version
    with pytest.raises(Locked, match="不能修改"):
        complete(session, people, evaluation)
    with pytest.raises(Locked, match="冻结"):
        rescore(session, SYSTEM, evaluation)
    for action in [Action.SUBMIT, Action.WITHDRAW, Action.RETURN, Action.APPROVE]:
        for user in people:
            with pytest.raises((Conflict, NotPermitted)):
                step(session, user, evaluation, action, reason="理由")
    assert not session.dirty
    assert evaluation.version == version
    assert begin_self_evaluation(session, people[0].actor, evaluation.plan) is evaluation
    assert evaluation.status is Status.APPROVED


def test_it_may_be_withdrawn_before_the_review_and_submitted_again(session):
    people = make_people(session)
    evaluation = begin(session, people)
    submit(session, people, evaluation)
    step(session, people[0], evaluation, Action.WITHDRAW)
    assert evaluation.is_editable
    step(session, people[0], evaluation, Action.SUBMIT)
    assert not evaluation.is_editable


def test_sending_back_names_an_indicator_and_the_next_submission_shows_what_changed(session):
    people = make_people(session)
    evaluation = begin(session, people)
    submit(session, people, evaluation)
    key = indicator_called(evaluation.plan, "及时受理率")
    step(session, people[1], evaluation, Action.RETURN, remarks={key: "原因不具体，请写明。"})
    assert evaluation.status is Status.RETURNED
    (remark,) = session.scalars(select(Remark)).all()
    assert (remark.indicator_id, remark.resolved_at) == (key, None)
    complete(
        session, people, evaluation, reasons={key: Reason("十一月系统停机九天。", "双机备份。")}
    )
    shown = show_self_evaluation(session, evaluation)
    assert shown.before is not None
    changed = differences(shown.before, shown.content)
    assert {(one.indicator_id, one.label, one.new) for one in changed} == {
        (key, "偏差原因", "十一月系统停机九天。"),
        (key, "改进措施", "双机备份。"),
    }
    step(session, people[0], evaluation, Action.SUBMIT)
    resubmitted = show_self_evaluation(session, evaluation)
    assert resubmitted.before is not None
    assert len(differences(resubmitted.before, resubmitted.content)) == 2
    step(session, people[1], evaluation, Action.APPROVE)
    session.refresh(remark)
    assert remark.resolved_at is not None


def test_sending_back_and_reopening_take_a_reason(session):
    people = make_people(session)
    evaluation = begin(session, people)
    submit(session, people, evaluation)
    with pytest.raises(InvalidInput):
        step(session, people[1], evaluation, Action.RETURN, reason=" \x00 ")
    step(session, people[1], evaluation, Action.APPROVE)
    with pytest.raises(InvalidInput):
        step(session, people[1], evaluation, Action.REOPEN)
    step(session, people[1], evaluation, Action.REOPEN, reason="四季度数据有误。")
    assert evaluation.status is Status.REOPENED
    assert show_self_evaluation(session, evaluation).frozen_at is None


def test_nobody_signs_what_they_submitted(session):
    people = make_people(session)
    evaluation = begin(session, people)
    submit(session, people, evaluation)
    people[0].role = Role.SUPERVISOR
    session.flush()
    with pytest.raises(Conflict, match="本人"):
        step(session, people[0], evaluation, Action.APPROVE)


def test_a_reopened_quarter_blocks_the_submission(session):
    people = make_people(session)
    evaluation = begin(session, people)
    complete(session, people, evaluation)
    quarter = approved_quarters(session, evaluation.plan)[-1]
    quarter.status = Status.REOPENED
    session.flush()
    with pytest.raises(Conflict, match="重新打开"):
        step(session, people[0], evaluation, Action.SUBMIT)
    assert rescore(session, SYSTEM, evaluation) is False
    assert evaluation.total == Decimal("96.51")


def test_figures_changed_in_a_reopened_quarter_arrive(session):
    people = make_people(session)
    evaluation = begin(session, people)
    complete(session, people, evaluation)
    quarter = approved_quarters(session, evaluation.plan)[-1]
    key = indicator_called(evaluation.plan, "及时受理率")
    row = next(one for one in quarter.actuals if one.indicator_id == key)
    row.actual = Decimal(90)
    session.flush()
    assert rescore(session, SYSTEM, evaluation) is True
    assert rescore(session, SYSTEM, evaluation) is False
    assert evaluation.total == Decimal("99.51")
    kept = next(one for one in evaluation.scores if one.indicator_id == key)
    assert kept.deviation_reason == "年末受疫情影响。"


def test_submitting_scores_anew_even_where_nobody_did_before(session):
    people = make_people(session)
    evaluation = begin(session, people)
    complete(session, people, evaluation)
    quarter = approved_quarters(session, evaluation.plan)[-1]
    key = indicator_called(evaluation.plan, "及时受理率")
    next(one for one in quarter.actuals if one.indicator_id == key).actual = Decimal(90)
    session.flush()
    step(session, people[0], evaluation, Action.SUBMIT)
    assert evaluation.total == Decimal("99.51")
    assert show_self_evaluation(session, evaluation).content["data"]["total"] == "99.51"


def test_the_years_period_opens_and_locks_it(session):
    people = make_people(session)
    plan = make_reported_plan(session, people)
    period = session.scalars(select(Period).where(Period.code == "2022-FY")).one()
    period.opens_on, period.due_on = date(2023, 1, 1), date(2023, 2, 28)
    session.flush()
    with (
        clock.set_to(datetime(2022, 12, 31, 15, 59, tzinfo=UTC)),
        pytest.raises(Locked, match="2023-01-01"),
    ):
        begin_self_evaluation(session, people[0].actor, plan)
    with clock.set_to(datetime(2022, 12, 31, 16, 0, tzinfo=UTC)):
        evaluation = begin_self_evaluation(session, people[0].actor, plan)
    complete(session, people, evaluation)
    period.locked_at = clock.now()
    session.flush()
    with pytest.raises(Locked, match="管理员锁定"):
        complete(session, people, evaluation)
    with pytest.raises(Locked, match="管理员锁定"):
        step(session, people[0], evaluation, Action.SUBMIT)


def test_the_record_names_the_figures_and_files_of_each_quarter(session):
    people = make_people(session)
    plan = make_reported_plan(session, people)
    key = indicator_called(plan, "受理案件数")
    quarter = session.scalars(select(Submission).order_by(Submission.id)).all()[2]
    kept = make_evidence(session, quarter, "台账.xlsx", key)
    gone = make_evidence(session, quarter, "误传.xlsx", key)
    gone.removed_at = clock.now()
    session.flush()
    evaluation = begin_self_evaluation(session, people[0].actor, plan)
    data = show_self_evaluation(session, evaluation).content["data"]
    row = next(one for one in data["rows"] if one["id"] == key)
    assert row["quarters"] == [
        ["一季度", "20 件"],
        ["二季度", "45 件"],
        ["三季度", "80 件"],
        ["四季度", "110 件"],
    ]
    assert row["evidence"] == [
        {
            "id": kept.id,
            "quarter": "三季度",
            "name": "台账.xlsx",
            "sha256": "ab" * 32,
            "media_type": "text/plain",
            "pages": "",
        }
    ]


def test_invented_quarters_mark_the_whole_self_evaluation(session):
    people = make_people(session)
    plan = make_reported_plan(session, people)
    approved_quarters(session, plan)[0].is_demo = True
    session.flush()
    evaluation = begin_self_evaluation(session, people[0].actor, plan)
    assert evaluation.is_demo
    assert show_self_evaluation(session, evaluation).content["data"]["is_demo"] is True


def test_every_step_stands_in_the_ledger_with_its_reason(session):
    people = make_people(session)
    evaluation = begin(session, people)
    session.expire_all()
    submit(session, people, evaluation)
    step(session, people[1], evaluation, Action.RETURN, reason="请补充。")
    entries = session.scalars(
        select(LedgerEntry)
        .where(
            LedgerEntry.subject == "self_evaluation",
            LedgerEntry.action.in_(["begin_self_evaluation", "submit", "return"]),
        )
        .order_by(LedgerEntry.seq)
    ).all()
    assert [(one.action, one.actor_name, one.reason) for one in entries] == [
        ("begin_self_evaluation", people[0].display_name, ""),
        ("submit", people[0].display_name, ""),
        ("return", people[1].display_name, "请补充。"),
    ]


def test_rows_stand_in_the_order_of_the_plan(session):
    people = make_people(session)
    evaluation = begin(session, people)
    names = [row["name"] for row in show_self_evaluation(session, evaluation).content["rows"]]
    assert names == ["受理案件数", "及时受理率", "群众满意度"]
