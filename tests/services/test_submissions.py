"""A quarter's submission: when it is open, what it lacks, its steps and what it says."""

from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from perf import clock
from perf.core.errors import Conflict, InvalidInput, Locked, NotFound, NotPermitted, Stale
from perf.core.rules import load_pack
from perf.core.terms import Action, FundSource, Kind, Role, Status
from perf.models import LedgerEntry, Period, Remark, SelfEvaluation, Snapshot, Submission
from perf.queries.submissions import Quarter, quarter_to_change, quarter_visible_to
from perf.services.entries import ExecutedEntry, record_entries
from perf.services.entry_figures import Entry
from perf.services.evaluations import begin_self_evaluation
from perf.services.evidence import attach_evidence
from perf.services.evidence_files import StoredFile
from perf.services.submissions import (
    content_of_submission,
    missing_of,
    open_submission,
    step_submission,
    why_closed,
)
from tests.factories import make_plan, make_unit, make_user, make_year
from tests.queries import count_queries
from tests.reported import make_reported_plan

ROWS = [
    ("产出指标", "受理案件数", "≥100件", "50"),
    ("产出指标", "办理时限", "≤7天", "30"),
    ("满意度指标", "群众满意度", "≥80%", "10"),
]


@pytest.fixture
def world(session):
    """An approved plan of three indicators in an open year."""
    unit = make_unit(session)
    staff, supervisor = (make_user(session, role, unit) for role in (Role.STAFF, Role.SUPERVISOR))
    make_year(session)
    plan = make_plan(session, unit, ROWS, status=Status.APPROVED, people=(staff, supervisor))
    plan.indicators[0].kind = Kind.CUMULATIVE
    session.flush()
    return SimpleNamespace(
        session=session,
        staff=staff,
        supervisor=supervisor,
        plan=plan,
        ids={row.name: row.id for row in plan.indicators},
    )


def period(world, code="2022-Q3") -> Period:
    return world.session.scalars(select(Period).where(Period.code == code)).one()


def opened(world, code="2022-Q3") -> Submission:
    return open_submission(world.session(), world.staff.actor, world.plan, period(world, code))


def quarter(world, code="2022-Q3") -> Quarter:
    return quarter_to_change(world.session(), world.staff.actor, world.plan.id, code)


def fill(world, submission, *, executed="8", **changes) -> None:
    """Fill in a whole quarter; `changes` replaces the rows of cases, days and satisfaction."""
    cells = {
        "cases": {"value": "80"},
        "days": {"value": "6"},
        "satisfaction": {"value": "85"},
        **changes,
    }
    entries = [
        Entry(key, 0, **typed)
        for key, typed in zip(world.ids.values(), cells.values(), strict=True)
    ]
    money = [] if executed is None else [ExecutedEntry(FundSource.FISCAL, 0, executed)]
    outcome = record_entries(
        world.session(),
        world.staff.actor,
        submission,
        entries,
        money,
        load_pack(world.plan.pack_id),
    )
    assert outcome.is_clean


def step(world, submission, action, *, by=None, version=None, previous=None, **said) -> None:
    step_submission(
        world.session(),
        (by or world.staff).actor,
        submission,
        action,
        version=submission.version if version is None else version,
        previous=previous or {},
        **said,
    )


def submitted(world, code="2022-Q3", **changes) -> Submission:
    submission = opened(world, code)
    fill(world, submission, **changes)
    step(world, submission, Action.SUBMIT)
    return submission


# Opening


def test_a_quarter_is_made_once_and_told_once(world) -> None:
    assert opened(world) is opened(world)
    told = select(func.count()).where(LedgerEntry.action == "open_submission")
    assert world.session.scalar(told) == 1


@pytest.mark.parametrize(
    ("close", "sentence"),
    [
        (lambda plan, period: setattr(plan, "status", Status.REOPENED), "尚未批复"),
        (lambda plan, period: setattr(period, "locked_at", clock.now()), "已由管理员锁定"),
        (lambda plan, period: setattr(period, "opens_on", date(2022, 10, 10)), "2022-10-10 起"),
    ],
)
def test_a_closed_quarter_says_why(world, close, sentence) -> None:
    quarter = period(world)
    quarter.due_on = date(2022, 10, 15)
    close(world.plan, quarter)
    world.session.flush()
    with clock.set_to(datetime(2022, 10, 9, 3, tzinfo=UTC)):
        with pytest.raises(Locked, match=sentence):
            opened(world)
        assert sentence in why_closed(world.plan, quarter)


def test_a_quarter_opens_on_its_day_in_shanghai(world) -> None:
    quarter = period(world)
    quarter.opens_on, quarter.due_on = date(2022, 10, 10), date(2022, 10, 15)
    world.session.flush()
    with clock.set_to(datetime(2022, 10, 9, 16, tzinfo=UTC)):
        assert opened(world).status is Status.DRAFT


def test_the_years_self_evaluation_is_no_quarter(world) -> None:
    with pytest.raises(Locked, match="自评"):
        opened(world, "2022-FY")


def test_only_staff_of_the_unit_open_a_quarter(world) -> None:
    stranger = make_user(world.session, Role.STAFF, make_unit(world.session))
    with pytest.raises(NotFound):
        open_submission(world.session(), stranger.actor, world.plan, period(world))
    with pytest.raises(NotPermitted):
        open_submission(world.session(), world.supervisor.actor, world.plan, period(world))


# What is missing


def test_a_blank_quarter_lacks_every_figure_and_the_money(world) -> None:
    submission = opened(world)
    keys = [f"actual-{key}" for key in world.ids.values()]
    assert list(missing_of(submission, {})) == [*keys, "executed-fiscal"]
    version = submission.version
    with pytest.raises(InvalidInput) as refused:
        step(world, submission, Action.SUBMIT)
    assert list(refused.value.fields) == [*keys, "executed-fiscal"]
    assert (submission.status, submission.version) == (Status.DRAFT, version)


@pytest.mark.parametrize(
    ("changes", "lacks"),
    [
        ({}, None),
        ({"cases": {"value": "0"}}, "应完成 75%，已完成 0%"),
        ({"cases": {"value": "45"}}, None),
        ({"cases": {"is_no_data": True}}, "本期无数据"),
        ({"cases": {"value": "80", "likelihood": "possible"}}, "有可能"),
        ({"cases": {"value": "80", "likelihood": "impossible"}}, "完全不可能"),
        ({"cases": {"value": "80", "likelihood": "certain"}}, None),
        ({"cases": {"value": "80", "likelihood": "possible", "deviation_kind": "staff"}}, "有可能"),
        (
            {"cases": {"value": "80", "likelihood": "possible", "deviation_reason": "借调"}},
            "有可能",
        ),
        (
            {
                "cases": {
                    "is_no_data": True,
                    "deviation_kind": "other",
                    "deviation_reason": "年底统计",
                }
            },
            None,
        ),
    ],
)
def test_a_reason_with_its_kind_is_demanded_where_it_should(world, changes, lacks) -> None:
    submission = opened(world)
    fill(world, submission, **changes)
    missing = missing_of(submission, {})
    if lacks is None:
        assert missing == {}
    else:
        (sentence,) = missing.values()
        assert list(missing) == [f"reason-{world.ids['受理案件数']}"]
        assert lacks in sentence


def test_an_exceeded_limit_demands_a_reason(world) -> None:
    submission = opened(world)
    fill(world, submission, days={"value": "11"})
    assert "已超过指标值 ≤7天" in missing_of(submission, {})[f"reason-{world.ids['办理时限']}"]


def test_a_falling_total_demands_a_reason_by_the_last_figure_reported(world) -> None:
    submitted(world, "2022-Q1", cases={"value": "85"})
    second = opened(world, "2022-Q2")
    fill(
        world,
        second,
        cases={"is_no_data": True, "deviation_kind": "other", "deviation_reason": "停机"},
    )
    third = opened(world)
    fill(world, third)
    previous = quarter(world).previous
    assert previous[world.ids["受理案件数"]].actual == Decimal(85)
    assert list(missing_of(third, previous)) == [f"reason-{world.ids['受理案件数']}"]


def test_money_spent_without_a_budget_is_named(world) -> None:
    world.plan.budget_lines[0].initial = Decimal(0)
    submission = opened(world)
    fill(world, submission, executed="1")
    assert "全年预算数为 0" in missing_of(submission, {})["executed-fiscal"]


def test_nothing_spent_without_a_budget_is_fine(world) -> None:
    world.plan.budget_lines[0].initial = Decimal(0)
    submission = opened(world)
    fill(world, submission, executed="0")
    assert missing_of(submission, {}) == {}


# Steps


def test_submitting_locks_and_keeps_what_was_said(world) -> None:
    submission = submitted(world)
    assert submission.status is Status.SUBMITTED
    (snapshot,) = world.session.scalars(select(Snapshot))
    assert snapshot.content["rows"][0]["fields"]["实际完成值"] == "80 件"
    with pytest.raises(Locked, match="待审核"):
        opened(world)


def test_a_stale_page_submits_nothing(world) -> None:
    submission = opened(world)
    fill(world, submission)
    with pytest.raises(Stale):
        step(world, submission, Action.SUBMIT, version=submission.version - 1)
    assert submission.status is Status.DRAFT


def test_returning_with_a_remark_on_one_indicator_lets_the_recorder_correct_it(world) -> None:
    submission = submitted(world)
    key = world.ids["办理时限"]
    step(world, submission, Action.RETURN, by=world.supervisor, remarks={key: "请附台账。"})
    (remark,) = world.session.scalars(select(Remark))
    assert (remark.indicator_id, remark.text, submission.status) == (
        key,
        "请附台账。",
        Status.RETURNED,
    )
    assert opened(world) is submission


def test_nobody_approves_what_they_submitted(world) -> None:
    submission = submitted(world)
    world.supervisor.id, submission.submitted_by_id = world.supervisor.id, world.supervisor.id
    with pytest.raises(Conflict, match="本人提交"):
        step(world, submission, Action.APPROVE, by=world.supervisor)


@pytest.mark.parametrize("action", [Action.SUBMIT, Action.WITHDRAW, Action.REOPEN])
def test_a_locked_period_stays_as_it_is(world, action) -> None:
    submission = submitted(world)
    if action is Action.SUBMIT:
        step(world, submission, Action.WITHDRAW)
    elif action is Action.REOPEN:
        step(world, submission, Action.APPROVE, by=world.supervisor)
    period(world).locked_at = clock.now()
    world.session.flush()
    by = world.supervisor if action is Action.REOPEN else world.staff
    with pytest.raises(Locked, match="锁定"):
        step(world, submission, action, by=by, reason="更正")


def test_a_submitted_quarter_of_a_locked_period_can_still_be_decided(world) -> None:
    submission = submitted(world)
    period(world).locked_at = clock.now()
    world.session.flush()
    step(world, submission, Action.APPROVE, by=world.supervisor)
    assert submission.status is Status.APPROVED


# The self-evaluation that hangs on it


@pytest.fixture
def year_end(world):
    """A plan with four approved quarters and its self-evaluation begun."""
    people = world.staff, world.supervisor
    plan = make_reported_plan(world.session, people)
    evaluation = begin_self_evaluation(world.session(), world.staff.actor, plan)
    fourth = quarter_to_change(world.session(), world.staff.actor, plan.id, "2022-Q4").submission
    return SimpleNamespace(plan=plan, evaluation=evaluation, fourth=fourth)


def test_a_quarter_is_not_reopened_under_a_submitted_self_evaluation(world, year_end) -> None:
    year_end.evaluation.status = Status.SUBMITTED
    world.session.flush()
    with pytest.raises(Conflict, match="请先退回或重新打开自评"):
        step(world, year_end.fourth, Action.REOPEN, by=world.supervisor, reason="更正")


def test_approving_a_corrected_quarter_rescores_the_draft_self_evaluation(world, year_end) -> None:
    total = year_end.evaluation.total
    step(world, year_end.fourth, Action.REOPEN, by=world.supervisor, reason="更正")
    row = next(
        one for one in year_end.fourth.actuals if one.indicator_id == year_end.plan.indicators[0].id
    )
    record_entries(
        world.session(),
        world.staff.actor,
        year_end.fourth,
        [Entry(row.indicator_id, row.version, value="80")],
        [],
        load_pack(year_end.plan.pack_id),
    )
    previous = quarter_visible_to(
        world.session(), world.staff.actor, year_end.plan.id, "2022-Q4"
    ).previous
    step(world, year_end.fourth, Action.SUBMIT, previous=previous)
    step(world, year_end.fourth, Action.APPROVE, by=world.supervisor)
    world.session.expire_all()
    evaluation = world.session.scalars(select(SelfEvaluation)).one()
    assert evaluation.total == total - 10


# What it says


def test_the_content_names_every_cell_and_tells_files_of_one_name_apart(world) -> None:
    submission = opened(world)
    fill(
        world,
        submission,
        cases={
            "value": "80",
            "expected": "95",
            "likelihood": "possible",
            "deviation_kind": "staff",
            "deviation_reason": "借调",
        },
    )
    indicator = world.plan.indicators[0]
    for digest in ("a" * 64, "b" * 64):
        stored = StoredFile(digest, 5, "application/pdf")
        attach_evidence(
            world.session(), world.staff.actor, submission, indicator, stored, "台账.pdf"
        )
    content = content_of_submission(submission)
    assert content["fields"] == {"财政拨款累计执行数（元）": "80000"}
    assert content["rows"][0]["fields"] == {
        "实际完成值": "80 件",
        "监控预警": "关注",
        "预计全年": "95 件",
        "完成目标可能性": "有可能",
        "偏差原因类别": "人员保障",
        "偏差原因": "借调",
        "佐证材料": "台账.pdf（aaaaaaaa）、台账.pdf（bbbbbbbb）",
    }


# Reading it


def test_a_quarter_is_loaded_with_its_last_figures_and_since_when(world) -> None:
    submitted(world, "2022-Q1", executed="2")
    submitted(world, "2022-Q2", executed="5", cases={"value": "85"})
    found = quarter(world)
    key = world.ids["受理案件数"]
    assert found.submission is None
    assert (found.previous[key].actual, found.since[key]) == (Decimal(85), "二季度")
    assert found.executed_before == {FundSource.FISCAL: Decimal("50000.00")}
    assert [one.name for one in found.quarters] == ["一季度", "二季度", "三季度", "四季度"]


def test_the_first_quarter_has_no_last_figures(world) -> None:
    submitted(world, "2022-Q2")
    found = quarter(world, "2022-Q1")
    assert (found.previous, found.executed_before) == ({}, {})


@pytest.mark.parametrize("code", ["2022-FY", "2021-Q3", "nonsense"])
def test_what_is_no_quarter_of_the_plans_year_is_not_found(world, code) -> None:
    with pytest.raises(NotFound):
        quarter(world, code)


def test_another_units_quarter_is_not_found(world) -> None:
    stranger = make_user(world.session, Role.SUPERVISOR, make_unit(world.session))
    with pytest.raises(NotFound):
        quarter_visible_to(world.session(), stranger.actor, world.plan.id, "2022-Q3")


def test_loading_a_quarter_takes_the_same_queries_for_few_and_many_indicators(world) -> None:
    counts = []
    for size in (5, 60):
        rows = [("产出指标", f"指标{n}", "≥100件", "1") for n in range(size)]
        world.plan = make_plan(
            world.session,
            world.staff.unit,
            rows,
            status=Status.APPROVED,
            people=(world.staff, world.supervisor),
        )
        ids = [row.id for row in world.plan.indicators]
        for code in ("2022-Q2", "2022-Q3"):
            record_entries(
                world.session(),
                world.staff.actor,
                opened(world, code),
                [Entry(key, 0, value="5") for key in ids],
                [],
                load_pack(world.plan.pack_id),
            )
        world.session.flush()
        world.session.expunge_all()
        with count_queries(world.session.get_bind()) as sent:
            found = quarter_visible_to(world.session(), world.staff.actor, world.plan.id, "2022-Q3")
            content_of_submission(found.submission)
            assert len(found.actuals) == size
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 16
