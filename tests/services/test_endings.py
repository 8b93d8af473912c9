"""Endings: written, refused, approved, and what they close behind them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from perf import clock
from perf.core.endings import is_demanded as is_owed
from perf.core.errors import Conflict, InvalidInput, Locked, NotFound, NotPermitted, Stale
from perf.core.periods import parse_period
from perf.core.permissions import Actor
from perf.core.terms import (
    Action,
    EndingKind,
    Light,
    PlanKind,
    RecordSource,
    RectificationState,
    Role,
    Status,
)
from perf.models import (
    FiscalYear,
    LedgerEntry,
    Period,
    Plan,
    PlanEnding,
    Rectification,
    Snapshot,
    Submission,
)
from perf.queries.calendar import due_periods
from perf.queries.demanded import is_demanded, periods_demanded
from perf.queries.endings import (
    ending_to_change,
    ending_visible_to,
    endings_about,
    kept_ending_of,
)
from perf.queries.items import ItemKind
from perf.queries.overview import units_standing
from perf.queries.own_records import record_counts, unsigned_projects
from perf.queries.reminders import missing_rows
from perf.queries.review import count_waiting
from perf.queries.totals import totals_of
from perf.queries.workbench import outstanding_items
from perf.services.ending_entries import EndingEntry
from perf.services.endings import cancel_ending, create_ending, save_ending, step_ending
from perf.services.entries import why_closed
from perf.services.evaluations import begin_self_evaluation
from perf.services.plan_content import content_of_plan
from perf.services.plan_details import PlanDetails, read_details
from perf.services.plans import create_plan, step_plan
from perf.services.revision_entries import RevisionEntry
from perf.services.revisions import create_revision
from perf.services.submissions import open_submission
from tests.factories import make_plan, make_unit, make_user, mark
from tests.reported import make_people, make_reported_plan

pytestmark = pytest.mark.slow

AUGUST = datetime(2022, 8, 20, 2, tzinfo=UTC)
FINANCE = Actor(None, "财政", Role.FINANCE)


class World:
    """A project with two approved quarters in August, and another one of the unit."""

    def __init__(self, session) -> None:
        self.session = session
        self.people = make_people(session)
        self.staff, self.chief = self.people[0].actor, self.people[1].actor
        self.plan = make_reported_plan(session, self.people, quarters=2, name="老项目")
        self.other = make_plan(
            session, self.people[0].unit, name="新项目", status=Status.APPROVED, people=self.people
        )

    def entry(self, **fields: str) -> EndingEntry:
        typed = {
            "kind": "cancelled",
            "document": "财预〔2022〕18号",
            "dated_on": "2022-07-15",
            "holds_from": "2022-07-01",
            "reason": "政策调整。",
            "money_note": "由财政收回。",
            "returned": "6",
        }
        return EndingEntry(**typed | fields)

    def create(self, **fields: str) -> PlanEnding:
        return create_ending(self.session, self.staff, self.plan, self.entry(**fields))

    def step(self, ending: PlanEnding, action: Action, actor=None) -> None:
        if actor is None:
            actor = self.chief if action in {Action.APPROVE, Action.RETURN} else self.staff
        reason = "请补充。" if action is Action.RETURN else ""
        step_ending(self.session, actor, ending, action, version=ending.version, reason=reason)

    def end(self, **fields: str) -> PlanEnding:
        ending = self.create(**fields)
        self.step(ending, Action.SUBMIT)
        self.step(ending, Action.APPROVE)
        return ending

    def period(self, code: str) -> Period:
        return self.session.scalars(select(Period).where(Period.code == code)).one()

    def owed(self) -> list[str]:
        query = (
            select(Period.code)
            .join(Plan, is_demanded())
            .where(Plan.id == self.plan.id)
            .order_by(Period.code)
        )
        return list(self.session.scalars(query))


@pytest.fixture
def world(session):
    with clock.set_to(AUGUST):
        yield World(session)


def test_an_approved_ending_closes_what_comes_later_and_keeps_what_was_there(session, world):
    draft = open_submission(session, world.staff, world.plan, world.period("2022-Q3"))
    world.end()
    plan = world.plan
    assert (plan.status, plan.ended_on, plan.owed_until) == (Status.APPROVED, date(2022, 7, 1), 6)
    assert world.owed() == ["2022-Q1", "2022-Q2"]
    assert session.get(Submission, draft.id) is draft
    for code in ("2022-Q3", "2022-Q4"):
        assert "起终止" in why_closed(plan, world.period(code))
        with pytest.raises(Locked, match="起终止"):
            open_submission(session, world.staff, plan, world.period(code))
    told = session.scalars(
        select(LedgerEntry.action).where(LedgerEntry.subject == "plan").order_by(LedgerEntry.id)
    ).all()
    assert told == ["end_plan"]
    kept = select(Snapshot).where(Snapshot.plan_id == plan.id)
    assert session.scalars(kept).one().content["fields"]["终止之日"] == "2022-07-01"


def test_the_period_in_which_it_ended_is_still_reported(session, world):
    world.end(holds_from="2022-07-20")
    assert world.owed() == ["2022-Q1", "2022-Q2", "2022-Q3"]
    open_submission(session, world.staff, world.plan, world.period("2022-Q3"))
    assert "起终止" in why_closed(world.plan, world.period("2022-Q4"))


def test_lists_leave_out_what_an_ended_plan_does_not_owe(session, world):
    third, year = world.period("2022-Q3"), world.period("2022-FY")
    today = clock.today()

    def asked_of_plan() -> tuple[set[str | None], bool, bool]:
        items = outstanding_items(session, world.staff, today)
        return (
            {one.period_code for one in items if one.plan_id == world.plan.id},
            any(one.plan_id == world.plan.id for one in missing_rows(session, FINANCE, third)),
            any(one.plan_id == world.plan.id for one in missing_rows(session, FINANCE, year)),
        )

    assert asked_of_plan() == ({"2022-Q3", "2022-Q4"}, True, True)
    assert unsigned_projects(session, world.plan) == ["新项目", "老项目"]
    world.end()
    assert asked_of_plan() == (set(), False, False)
    assert unsigned_projects(session, world.plan) == ["新项目"]


def test_an_ending_goes_through_the_review_queue(session, world):
    ending = world.create()
    world.step(ending, Action.SUBMIT)
    assert count_waiting(session, world.chief)[ItemKind.ENDING] == 1
    with pytest.raises(NotPermitted):
        world.step(ending, Action.APPROVE, world.staff)
    world.step(ending, Action.RETURN)
    save_ending(
        session, world.staff, ending, world.entry(reason="任务取消。"), version=ending.version
    )
    world.step(ending, Action.SUBMIT)
    world.step(ending, Action.APPROVE)
    assert (ending.status, ending.reason) == (Status.APPROVED, "任务取消。")
    for action in (Action.REOPEN, Action.SUBMIT):
        with pytest.raises(Conflict):
            world.step(ending, action, world.chief)


def test_one_who_submitted_an_ending_cannot_have_approved_it(session, world):
    ending = world.create()
    mark(ending, Status.APPROVED, world.people[0], world.people[0])
    with pytest.raises(IntegrityError, match="approval_is_complete"):
        session.flush()


def test_rectifications_end_with_their_project_on_the_submitters_report(session, world):
    quarter = session.scalars(select(Submission).order_by(Submission.id)).first()
    row = Rectification(
        unit_id=world.plan.unit_id,
        plan_id=world.plan.id,
        indicator_id=world.plan.indicators[0].id,
        submission_id=quarter.id,
        light=Light.RED,
        cause="滞后",
        owner_id=world.staff.id,
        due_on=clock.today(),
        measure="已加派人手。",
        opened_at=clock.now(),
        updated_at=clock.now(),
    )
    session.add(row)
    session.flush()
    world.end()
    assert row.state is RectificationState.CLOSED
    assert (row.reported_by_id, row.closed_by_id) == (world.staff.id, world.chief.id)
    assert row.measure == "已加派人手。"
    assert "终止（财预〔2022〕18号）" in row.outcome


def test_a_merged_project_says_into_which_one_it_went(session, world):
    ending = world.end(kind="merged", merged_into=str(world.other.id), returned="", moved="5.5")
    assert (ending.kind, ending.merged_into.name) == (EndingKind.MERGED, "新项目")
    assert ending.moved == Decimal(55000)
    assert [one.plan.name for one in endings_about(session, world.other)[1]] == ["老项目"]
    assert world.other.budget_lines[0].adjusted == Decimal(100000)


REFUSED: list[tuple[dict[str, str], set[str]]] = [
    ({"kind": ""}, {"kind"}),
    ({"kind": "merged"}, {"merged_into"}),
    ({"kind": "merged", "merged_into": "999"}, {"merged_into"}),
    ({"document": " ", "reason": "", "money_note": ""}, {"document", "reason", "money_note"}),
    ({"dated_on": "2022-09-01"}, {"dated_on"}),
    ({"holds_from": "2022-08-21"}, {"holds_from"}),
    ({"holds_from": "2021-12-31"}, {"holds_from"}),
    # The second quarter is approved and begins on that day.
    ({"holds_from": "2022-04-01"}, {"holds_from"}),
    # 10 万元 in the budget, 4 万元 executed by the second quarter.
    ({"returned": "6.000001"}, {"returned"}),
    ({"returned": "-1"}, {"returned"}),
    ({"moved": "1"}, {"moved"}),
]


def test_what_cannot_be_is_refused_by_its_field(world):
    for fields, wrong in REFUSED:
        with pytest.raises(InvalidInput) as refused:
            world.create(**fields)
        assert set(refused.value.fields) == wrong, fields


def test_a_plan_has_one_ending_at_a_time_and_one_given_up_leaves_it_going_on(session, world):
    ending = world.create()
    with pytest.raises(Conflict, match="已有一份"):
        world.create()
    with pytest.raises(Stale):
        cancel_ending(session, world.staff, ending, version=ending.version + 1)
    cancel_ending(session, world.staff, ending, version=ending.version)
    assert kept_ending_of(session, world.plan) is None
    with pytest.raises(Locked, match="作废"):
        save_ending(session, world.staff, ending, world.entry(), version=ending.version)
    with pytest.raises(Conflict, match="作废"):
        world.step(ending, Action.SUBMIT)
    assert world.end().id != ending.id


def test_what_moved_on_since_it_was_written_keeps_it_from_being_approved(session, world):
    ending = world.create(kind="merged", merged_into=str(world.other.id), returned="", moved="1")
    world.step(ending, Action.SUBMIT)
    third = open_submission(session, world.staff, world.plan, world.period("2022-Q3"))
    mark(third, Status.SUBMITTED, *world.people)
    session.flush()
    with pytest.raises(Conflict, match="三季度的填报待审核"):
        world.step(ending, Action.APPROVE)
    third.status = Status.DRAFT
    world.other.ended_on = date(2022, 8, 1)
    session.flush()
    with pytest.raises(Conflict, match="已不在执行"):
        world.step(ending, Action.APPROVE)


def test_only_projects_that_go_on_can_be_ended(session, world):
    department = make_plan(
        session,
        world.people[0].unit,
        kind=PlanKind.DEPARTMENT,
        pack_id="department-overall",
        status=Status.APPROVED,
        people=world.people,
    )
    with pytest.raises(Conflict, match="只有项目"):
        create_ending(session, world.staff, department, world.entry())
    world.end()
    with pytest.raises(Locked, match="起终止"):
        world.create()
    with pytest.raises(Conflict, match="不能重新打开"):
        step_plan(
            session,
            world.chief,
            world.plan,
            Action.REOPEN,
            version=world.plan.version,
            reason="更正。",
        )
    with pytest.raises(Locked, match="不再调整"):
        create_revision(session, world.staff, world.plan, RevisionEntry())


def test_another_units_ending_is_out_of_sight(session, world):
    ending = world.create()
    stranger = make_user(session, Role.STAFF, make_unit(session)).actor
    for find in (ending_visible_to, ending_to_change):
        with pytest.raises(NotFound):
            find(session, stranger, ending.id)
    with pytest.raises(NotFound):
        create_ending(session, stranger, world.plan, world.entry())
    assert ending_to_change(session, world.staff, ending.id) is ending


def test_sql_and_core_agree_on_what_is_owed(session, world):
    for begins_on, until in [(None, 12), (date(2022, 5, 3), 9), (date(2022, 12, 1), 12), (None, 0)]:
        world.plan.begins_on, world.plan.owed_until = begins_on, until
        world.plan.added_on = begins_on
        world.plan.added_by = "文号" if begins_on else ""
        world.plan.ended_on = None if until == 12 else date(2022, 8, 1)
        session.flush()
        codes = [f"2022-Q{n}" for n in range(1, 5)]
        wanted = [one for one in codes if is_owed(parse_period(one).months, begins_on, until)]
        assert world.owed() == wanted


def test_a_project_that_was_added_within_the_year_owes_from_its_own_period_on(session, world):
    details = PlanDetails(
        name="追加项目", begins_on="2022-05-10", added_by="财预〔2022〕9号", added_on="2022-05-08"
    )
    unit = world.people[0].unit
    plan = create_plan(
        session, world.staff, year=2022, unit=unit, kind=PlanKind.PROJECT, details=details
    )
    assert [one.code for one in periods_demanded(session, plan)] == [
        "2022-Q2",
        "2022-Q3",
        "2022-Q4",
    ]
    mark(plan, Status.APPROVED, *world.people)
    assert "起追加" in why_closed(plan, world.period("2022-Q1"))
    assert why_closed(plan, world.period("2022-Q2")) == ""
    assert content_of_plan(plan)["fields"]["追加文件"] == "财预〔2022〕9号（2022-05-08）"


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"begins_on": ""}, {"begins_on"}),
        ({"begins_on": "2023-01-01"}, {"begins_on"}),
        ({"added_by": " "}, {"added_by"}),
        ({"added_on": "2022-08-21"}, {"added_on"}),
        ({"added_on": "五月"}, {"added_on"}),
    ],
)
def test_an_addition_has_its_day_and_its_document(fields, wrong):
    typed = {"begins_on": "2022-05-10", "added_by": "财预〔2022〕9号", "added_on": "2022-05-08"}
    with clock.set_to(AUGUST), pytest.raises(InvalidInput) as refused:
        read_details(PlanDetails(name="追加项目", **typed | fields), PlanKind.PROJECT, 2022)
    assert set(refused.value.fields) == wrong


def test_an_ended_plan_may_be_evaluated_over_what_it_owed(session, world):
    counts = record_counts(session, world.plan)
    assert counts == {RecordSource.MONITORING: (0, 2), RecordSource.SELF_EVALUATION: (0, 2)}
    with pytest.raises(Conflict, match="还差三季度、四季度"):
        begin_self_evaluation(session, world.staff, world.plan)
    world.end()
    counts = record_counts(session, world.plan)
    assert counts == {RecordSource.MONITORING: (1, 2), RecordSource.SELF_EVALUATION: (0, 1)}
    evaluation = begin_self_evaluation(session, world.staff, world.plan)
    assert evaluation.executed == 40000
    assert {row.indicator.name: row.value for row in evaluation.scores} == {
        "受理案件数": 45,
        "及时受理率": 92,
        "群众满意度": 90,
    }
    # Once it is begun, the department waits for it like for any other.
    assert unsigned_projects(session, world.plan) == ["新项目", "老项目"]
    # Nobody is reminded of what need not be.
    found = outstanding_items(session, world.staff, clock.today())
    assert ItemKind.SELF_EVALUATION not in {one.kind for one in found}


def test_totals_expect_of_a_period_what_is_owed_for_it(session, world):
    def expected() -> tuple[list[int], int, int]:
        found = totals_of(session, FINANCE, 2022)
        page = units_standing(session, FINANCE, session.get(FiscalYear, 2022), date(2023, 4, 1))
        due = {one.period.code: one.plans for one in due_periods(session, FINANCE, clock.today())}
        return [one.owed for one in found.periods], page.rows[0].overdue, due["2022-Q4"]

    # Two plans owe four quarters and a self-evaluation; two quarters of one are approved.
    assert expected() == ([2, 2, 2, 2, 2], 8, 2)
    world.end()
    assert expected() == ([2, 2, 1, 1, 1], 5, 1)
    world.other.begins_on = world.other.added_on = date(2022, 5, 10)
    world.other.added_by = "文号"
    session.flush()
    assert expected() == ([1, 2, 1, 1, 1], 4, 1)
