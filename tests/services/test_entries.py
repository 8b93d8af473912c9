"""Recording a quarter's figures cell by cell: what is taken, what is refused, what is in conflict."""

from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from perf import clock
from perf.core.actuals import TierChoice
from perf.core.errors import Locked, NotFound, NotPermitted
from perf.core.rules import load_pack
from perf.core.terms import DeviationKind, FundSource, Likelihood, Role, Status, Tier
from perf.models import Actual, LedgerEntry, Period
from perf.services.entries import ExecutedEntry, record_entries, stored_ratio
from perf.services.entry_figures import Entry
from perf.services.outcome import Outcome
from perf.services.submissions import open_submission
from tests.factories import make_plan, make_unit, make_user, make_year, mark

ROWS = [
    ("产出指标", "受理案件数", "≥100件", "20"),
    ("产出指标", "办理时限", "≤7天", "20"),
    ("产出指标", "完成时间", "2022年12月31日前", "20"),
    ("产出指标", "宣传期间", "2022年1月--2022年11月", "10"),
    ("效益指标", "促进和谐", "明显", "10"),
    ("满意度指标", "群众满意度", "≥80%", "10"),
]


@pytest.fixture
def world(session):
    """An approved plan with its third quarter opened by `staff`."""
    unit = make_unit(session)
    staff, supervisor = (make_user(session, role, unit) for role in (Role.STAFF, Role.SUPERVISOR))
    make_year(session)
    plan = make_plan(session, unit, ROWS, status=Status.APPROVED, people=(staff, supervisor))
    period = session.scalars(select(Period).where(Period.code == "2022-Q3")).one()
    submission = open_submission(session(), staff.actor, plan, period)
    ids = {row.name: row.id for row in plan.indicators}
    return SimpleNamespace(
        session=session,
        staff=staff,
        supervisor=supervisor,
        plan=plan,
        submission=submission,
        ids=ids,
    )


def record(world, *entries, executed=(), actor=None) -> Outcome:
    return record_entries(
        world.session(),
        actor or world.staff.actor,
        world.submission,
        entries,
        executed,
        load_pack(world.plan.pack_id),
    )


def row_of(world, name) -> Actual | None:
    return next((r for r in world.submission.actuals if r.indicator_id == world.ids[name]), None)


def ledger(world) -> list[LedgerEntry]:
    query = select(LedgerEntry).where(LedgerEntry.subject == "actual").order_by(LedgerEntry.id)
    return list(world.session.scalars(query))


@pytest.mark.parametrize(
    ("name", "typed", "stored", "ratio", "is_met"),
    [
        ("受理案件数", {"value": "55"}, Decimal(55), "0.55", False),
        ("受理案件数", {"value": "１，２３４件"}, Decimal(1234), "12.34", True),
        ("受理案件数", {"value": "0"}, Decimal(0), "0", False),
        ("受理案件数", {"value": "5\x005"}, Decimal(55), "0.55", False),
        ("办理时限", {"value": "10"}, Decimal(10), "0.7", False),
        ("办理时限", {"value": "6.5"}, Decimal("6.5"), "1", True),
        ("完成时间", {"value": "2022年6月30日"}, date(2022, 6, 30), "1", True),
        ("完成时间", {"value": "2023-01-01"}, date(2023, 1, 1), "0", False),
        ("宣传期间", {"value": "2022-11-30"}, date(2022, 11, 30), "1", True),
        (
            "宣传期间",
            {"value": "部分达成（70%）"},
            TierChoice(Tier.PARTIAL, Decimal(70)),
            "0.7",
            False,
        ),
        (
            "促进和谐",
            {"tier": "achieved", "rate": "95.25"},
            TierChoice(Tier.ACHIEVED, Decimal("95.25")),
            "0.9525",
            True,
        ),
    ],
)
def test_a_figure_is_stored_with_its_attainment(world, name, typed, stored, ratio, is_met) -> None:
    outcome = record(world, Entry(world.ids[name], 0, **typed))
    assert (outcome.is_clean, outcome.saved) == (True, 1)
    world.session.expire_all()
    row = row_of(world, name)
    assert (row.actual, row.ratio, row.is_met) == (stored, Decimal(ratio), is_met)
    assert row.updated_by_id == world.staff.id


@pytest.mark.parametrize(
    ("name", "typed", "cell", "sentence"),
    [
        ("受理案件数", {"value": "1oo"}, "actual", "不是数字"),
        ("受理案件数", {"value": "NaN"}, "actual", "不是数字"),
        ("受理案件数", {"value": "1e400"}, "actual", "不是数字"),
        ("受理案件数", {"value": "9" * 13}, "actual", "数字太大"),
        ("受理案件数", {"value": "1.1234567"}, "actual", "小数太长"),
        ("受理案件数", {"value": "2022-06-30"}, "actual", "不是日期"),
        ("受理案件数", {"value": "9" * 5000}, "actual", "内容太长"),
        ("完成时间", {"value": "12"}, "actual", "要填日期"),
        ("完成时间", {"value": "2022-02-30"}, "actual", "没有这样的日期"),
        ("促进和谐", {"tier": "achieved", "rate": "70"}, "actual", "80% 至 100%"),
        ("促进和谐", {"tier": "achieved"}, "actual", "请填完成率"),
        ("促进和谐", {"rate": "90"}, "actual", "请先选择等级"),
        ("促进和谐", {"tier": "nonsense", "rate": "90"}, "actual", "没有这个等级"),
        ("促进和谐", {"tier": "achieved", "rate": "90.123"}, "actual", "最多 2 位小数"),
        ("宣传期间", {"value": "达成（90.123%）"}, "actual", "最多 2 位小数"),
        ("受理案件数", {"value": "5", "is_no_data": True}, "actual", "本期无数据"),
        ("受理案件数", {"expected": "许多"}, "expected", "不是数字"),
        ("促进和谐", {"expected": "nonsense"}, "expected", "请从列表中选择"),
        ("受理案件数", {"likelihood": "nonsense"}, "likelihood", "请从列表中选择"),
        ("受理案件数", {"deviation_kind": "nonsense"}, "kind", "请从列表中选择"),
        ("受理案件数", {"deviation_reason": "长" * 4001}, "reason", "最多 4000 字，现有 4001 字"),
    ],
)
def test_a_bad_cell_gets_its_sentence_and_is_not_stored(world, name, typed, cell, sentence) -> None:
    outcome = record(world, Entry(world.ids[name], 0, **typed))
    assert list(outcome.errors) == [f"{cell}-{world.ids[name]}"]
    assert sentence in outcome.errors[f"{cell}-{world.ids[name]}"]
    assert row_of(world, name) is None
    assert ledger(world) == []


def test_the_good_cells_of_a_row_with_a_bad_one_are_stored(world) -> None:
    key = world.ids["受理案件数"]
    record(world, Entry(key, 0, value="55"))
    outcome = record(world, Entry(key, 1, value="55x", expected="90", likelihood="possible"))
    assert list(outcome.errors) == [f"actual-{key}"]
    row = row_of(world, "受理案件数")
    assert (row.actual, row.expected_value, row.likelihood) == (
        Decimal(55),
        Decimal(90),
        Likelihood.POSSIBLE,
    )


def test_everything_of_a_row_is_stored_and_can_be_taken_back(world) -> None:
    key = world.ids["受理案件数"]
    entry = Entry(
        key,
        0,
        value="55",
        deviation_kind="staff",
        deviation_reason=" 借调\x00两人\r\n十月补 ",
        expected="90",
        likelihood="impossible",
    )
    record(world, entry)
    row = row_of(world, "受理案件数")
    assert (row.deviation_kind, row.deviation_reason) == (DeviationKind.STAFF, "借调两人\n十月补")
    record(world, Entry(key, row.version))
    assert (row.actual, row.deviation_kind, row.deviation_reason, row.expected_value) == (
        None,
        None,
        "",
        None,
    )
    assert (row.ratio, row.is_met, row.likelihood) == (None, None, None)


@pytest.mark.parametrize(
    ("name", "text", "column", "value"),
    [
        ("完成时间", "2022-12-01", "expected_on", date(2022, 12, 1)),
        ("促进和谐", "partial", "expected_tier", Tier.PARTIAL),
        ("宣传期间", "达成年度指标", "expected_tier", Tier.ACHIEVED),
        ("宣传期间", "2022-11-30", "expected_on", date(2022, 11, 30)),
    ],
)
def test_the_outlook_is_of_the_targets_own_kind(world, name, text, column, value) -> None:
    assert record(world, Entry(world.ids[name], 0, expected=text)).is_clean
    assert getattr(row_of(world, name), column) == value


def test_no_data_is_a_choice_and_not_a_zero(world) -> None:
    record(world, Entry(world.ids["受理案件数"], 0, is_no_data=True))
    row = row_of(world, "受理案件数")
    assert (row.is_no_data, row.actual, row.ratio, row.is_met) == (True, None, None, None)


def test_the_database_too_refuses_a_figure_beside_no_data(world) -> None:
    record(world, Entry(world.ids["受理案件数"], 0, is_no_data=True))
    row_of(world, "受理案件数").value = Decimal(1)
    with pytest.raises(IntegrityError):
        world.session.flush()


def test_an_untouched_row_is_left_whatever_it_carries(world) -> None:
    outcome = record(world, Entry(world.ids["受理案件数"], 0, value="5", is_touched=False))
    assert (outcome.saved, row_of(world, "受理案件数")) == (0, None)


def test_a_row_of_another_plan_is_left_aside(world) -> None:
    foreign = make_plan(world.session, make_unit(world.session)).indicators[0].id
    assert record(world, Entry(foreign, 0, value="5")).saved == 0
    assert world.session.scalar(select(func.count()).select_from(Actual)) == 0


def test_the_same_figures_again_change_neither_version_nor_ledger(world) -> None:
    entry = Entry(world.ids["受理案件数"], 0, value="55")
    record(world, entry)
    row, version = row_of(world, "受理案件数"), world.submission.version
    assert record(world, entry).saved == 0
    assert (row.version, world.submission.version, len(ledger(world))) == (1, version, 1)


def test_a_change_is_told_as_old_and_new(world) -> None:
    key = world.ids["受理案件数"]
    record(world, Entry(key, 0, value="55"))
    record(world, Entry(key, 1, value="60"))
    told = ledger(world)[-1]
    assert told.changes["value"] == ["55", "60"]
    assert told.changes["ratio"] == ["0.55", "0.6"]
    assert (told.subject_name, told.actor_name, told.plan_id) == (
        "受理案件数",
        world.staff.display_name,
        world.plan.id,
    )


def test_every_save_counts_in_the_quarters_version_even_within_one_tick(world) -> None:
    key = world.ids["受理案件数"]
    with clock.set_to(datetime(2022, 10, 9, 6, tzinfo=UTC)):
        record(world, Entry(key, 0, value="55"))
        version = world.submission.version
        record(world, Entry(key, 1, value="56"))
    assert world.submission.version == version + 1


def test_a_stale_row_is_a_conflict_and_the_others_are_saved(world) -> None:
    key, other = world.ids["受理案件数"], world.ids["办理时限"]
    record(world, Entry(key, 0, value="55"))
    outcome = record(world, Entry(key, 0, value="70"), Entry(other, 0, value="6"))
    assert list(outcome.conflicts) == [key]
    assert outcome.conflicts[key].actual == Decimal(55)
    assert (row_of(world, "受理案件数").actual, row_of(world, "办理时限").actual) == (55, 6)


def executed(world, text, version=0, source=FundSource.FISCAL) -> Outcome:
    return record(world, executed=[ExecutedEntry(source, version, text)])


def test_the_executed_budget_is_stored_in_yuan_and_told(world) -> None:
    assert executed(world, "8.5").saved == 1
    (row,) = world.submission.executions
    assert (row.executed, row.source) == (Decimal("85000.00"), FundSource.FISCAL)
    told = world.session.scalars(select(LedgerEntry).order_by(LedgerEntry.id.desc())).first()
    assert (told.action, told.changes["executed"]) == ("record_executed", [None, "85000"])
    assert executed(world, "8.50").saved == 0
    assert executed(world, "9", version=0).executed_conflicts == {FundSource.FISCAL: row}
    assert executed(world, "9", version=row.version).saved == 1


def test_money_from_a_source_that_the_plan_has_not_is_left_aside(world) -> None:
    assert executed(world, "1", source=FundSource.OTHER).saved == 0


def test_a_bad_amount_is_named_by_its_source(world) -> None:
    outcome = executed(world, "一百")
    assert list(outcome.errors) == ["executed-fiscal"]
    assert world.submission.executions == []


def test_a_ratio_beyond_its_column_is_kept_at_the_columns_end() -> None:
    assert stored_ratio(Decimal(10) ** 15) == Decimal(999_999_999_999)
    assert stored_ratio(Decimal(2) / Decimal(3)) == Decimal("0.666667")


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.FINANCE, Role.AUDITOR, Role.ADMIN])
def test_only_staff_record(world, role) -> None:
    unit = world.staff.unit if role is Role.SUPERVISOR else None
    with pytest.raises(NotPermitted):
        record(world, actor=make_user(world.session, role, unit).actor)


def test_staff_of_another_unit_find_nothing(world) -> None:
    stranger = make_user(world.session, Role.STAFF, make_unit(world.session))
    with pytest.raises(NotFound):
        record(world, actor=stranger.actor)


@pytest.mark.parametrize("status", [Status.SUBMITTED, Status.APPROVED])
def test_what_is_submitted_is_locked(world, status) -> None:
    mark(world.submission, status, world.staff, world.supervisor)
    with pytest.raises(Locked, match=status.label):
        record(world, Entry(world.ids["受理案件数"], 0, value="5"))
