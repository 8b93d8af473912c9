"""Target revisions: written, refused, approved into the plan, and what they leave behind."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from perf import clock
from perf.core.errors import Conflict, InvalidInput, Locked, NotFound, NotPermitted, Stale
from perf.core.revisions import TargetChange
from perf.core.targets import parse_target
from perf.core.terms import Action, Role, Sense, Status
from perf.models import (
    LedgerEntry,
    Plan,
    RevisedTarget,
    Score,
    SelfEvaluation,
    Snapshot,
    Submission,
    TargetRevision,
)
from perf.queries.revisions import (
    history_of,
    indicator_visible_to,
    revision_to_change,
    revision_visible_to,
)
from perf.services.evaluation_content import content_of_self_evaluation
from perf.services.evaluation_scores import approved_quarters
from perf.services.evaluations import begin_self_evaluation
from perf.services.indicators import save_indicators
from perf.services.plans import step_plan
from perf.services.revision_entries import RevisionEntry
from perf.services.revisions import (
    cancel_revision,
    create_revision,
    save_revision,
    step_revision,
)
from perf.services.sheets import IndicatorEntry
from perf.services.target_record import target_records
from tests.factories import make_unit, make_user, mark
from tests.reported import make_reported_plan

pytestmark = pytest.mark.slow

SUMMER = datetime(2022, 7, 1, 2, tzinfo=UTC)
AUTUMN = datetime(2022, 10, 1, 2, tzinfo=UTC)


class World:
    """An approved plan in the summer of its year, with the quarters that `quarters` says."""

    def __init__(self, session, quarters: int = 2) -> None:
        self.session = session
        unit = make_unit(session)
        self.people = (
            make_user(session, Role.STAFF, unit),
            make_user(session, Role.SUPERVISOR, unit),
        )
        self.staff, self.chief = self.people[0].actor, self.people[1].actor
        self.plan = make_reported_plan(session, self.people, quarters=quarters)
        self.ids = {row.name: row.id for row in self.plan.indicators}

    def entry(self, targets: Mapping[str, str], **fields: str) -> RevisionEntry:
        texts = {"document": "信访发〔2022〕8号", "dated_on": "2022-06-30", "reason": "任务减少。"}
        typed = {self.ids[name]: text for name, text in targets.items()}
        return RevisionEntry(**(texts | fields), targets=typed)

    def create(self, targets: Mapping[str, str], **fields: str) -> TargetRevision:
        return create_revision(self.session, self.staff, self.plan, self.entry(targets, **fields))

    def step(self, revision: TargetRevision, action: Action, actor=None, **more) -> None:
        if actor is None:
            actor = self.chief if action in {Action.APPROVE, Action.RETURN} else self.staff
        step_revision(self.session, actor, revision, action, version=revision.version, **more)

    def approve(self, targets: Mapping[str, str], **fields: str) -> TargetRevision:
        revision = self.create(targets, **fields)
        self.step(revision, Action.SUBMIT)
        self.step(revision, Action.APPROVE)
        return revision

    def row(self, name: str):
        return next(row for row in self.plan.indicators if row.name == name)

    def quarter(self) -> Submission:
        query = select(Submission).where(Submission.plan_id == self.plan.id)
        return self.session.scalars(query.order_by(Submission.id.desc())).first()


@pytest.fixture
def world(session):
    with clock.set_to(SUMMER):
        yield World(session)


def test_an_approved_revision_changes_the_plan_and_keeps_what_was_before(session, world) -> None:
    revision = world.approve({"受理案件数": "≥80件", "及时受理率": "≥95%"})
    row = world.row("受理案件数")
    assert (row.target_text, row.initial.text) == ("≥80件", "≥100件")
    assert row.revision_document == "信访发〔2022〕8号"
    assert world.plan.status is Status.APPROVED
    changes = {one.indicator.name: one.change for one in revision.targets}
    assert changes == {"受理案件数": TargetChange.LOWERED, "及时受理率": TargetChange.RAISED}
    assert not any(one.is_open for one in revision.targets)
    last = session.scalars(
        select(Snapshot).where(Snapshot.plan_id == world.plan.id).order_by(Snapshot.id.desc())
    ).first()
    assert last.content["data"]["indicators"][0]["target"] == "≥80件"
    told = session.scalars(select(LedgerEntry).where(LedgerEntry.action == "revise_target")).all()
    assert [one.changes["target_text"] for one in told] == [
        ["≥100件", "≥80件"],
        ["≥90%", "≥95%"],
    ]
    assert told[0].reason == "信访发〔2022〕8号：任务减少。"


def test_a_second_revision_keeps_the_first_target_of_the_year(world) -> None:
    world.approve({"受理案件数": "≥80件"})
    world.approve({"受理案件数": "≥90件"}, document="信访发〔2022〕9号")
    row = world.row("受理案件数")
    assert (row.target_text, row.initial.text) == ("≥90件", "≥100件")
    assert row.revision_document == "信访发〔2022〕9号"
    world.approve({"受理案件数": "≥100件"}, document="信访发〔2022〕10号")
    assert (row.initial, row.revision_document) == (None, "")


REFUSED = [
    ("≥80件", {"document": " "}, "document", "文号"),
    ("≥80件", {"reason": ""}, "reason", "调整原因"),
    ("≥80件", {"dated_on": "2022-07-02"}, "dated_on", "不能晚于今天"),
    ("≥80件", {"dated_on": "2021-12-31"}, "dated_on", "不能早于"),
    ("≥80件", {"dated_on": "六月"}, "dated_on", "完整的文件日期"),
    ("≥ 100 件", {}, "", "相同"),
    ("≥80%", {}, "", "计量方式不同"),
    ("大幅提升", {}, "", "计量方式不同"),
]


def test_what_cannot_be_taken_is_said_at_its_field(session, world) -> None:
    key = f"target-{world.ids['受理案件数']}"
    for text, fields, field, word in REFUSED:
        with pytest.raises(InvalidInput) as refused:
            world.create({"受理案件数": text}, **fields)
        assert list(refused.value.fields) == [field or key], text
        assert word in refused.value.fields[field or key]
    with pytest.raises(InvalidInput, match="没有调整任何指标值"):
        world.create({})
    assert session.scalar(select(TargetRevision.id)) is None


def test_an_equal_target_keeps_the_side_that_counted(session, world) -> None:
    row = world.row("受理案件数")
    row.target = replace(parse_target("100件"), sense=Sense.EXACTLY)
    session.flush()
    world.approve({"受理案件数": "85件"})
    assert (row.target_text, row.sense) == ("85件", Sense.EXACTLY)


def test_an_indicator_has_one_open_revision_at_a_time(session, world) -> None:
    first = world.create({"受理案件数": "≥80件"})
    with pytest.raises(InvalidInput) as refused:
        world.create({"受理案件数": "≥70件"}, document="二号")
    assert "信访发〔2022〕8号" in refused.value.fields[f"target-{world.ids['受理案件数']}"]
    save_revision(
        session, world.staff, first, world.entry({"及时受理率": "≥80%"}), version=first.version
    )
    world.create({"受理案件数": "≥70件"}, document="二号")
    # The database holds it too, whoever writes.
    stored = session.scalars(select(RevisedTarget)).first()
    session.add(
        RevisedTarget(
            unit_id=stored.unit_id,
            revision_id=first.id,
            indicator_id=world.ids["受理案件数"],
            old_target={},
            new_target={},
        )
    )
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


def test_given_up_it_frees_its_indicators_and_stays_as_it_was(session, world) -> None:
    first = world.create({"受理案件数": "≥80件"})
    world.step(first, Action.SUBMIT)
    with pytest.raises(Locked):
        cancel_revision(session, world.staff, first, version=first.version)
    world.step(first, Action.RETURN, reason="依据不足。")
    cancel_revision(session, world.staff, first, version=first.version)
    with pytest.raises(Conflict, match="已作废"):
        world.step(first, Action.SUBMIT)
    with pytest.raises(Locked, match="已作废"):
        save_revision(session, world.staff, first, world.entry({}), version=first.version)
    world.create({"受理案件数": "≥70件"}, document="二号")
    assert [one.new.text for one in first.targets] == ["≥80件"]


def test_nobody_decides_their_own_and_nothing_stale_is_done(session, world) -> None:
    revision = world.create({"受理案件数": "≥80件"})
    world.step(revision, Action.SUBMIT)
    with pytest.raises(NotPermitted):
        world.step(revision, Action.APPROVE, actor=world.staff)
    revision.submitted_by_id = world.chief.id
    with pytest.raises(Conflict, match="本人"):
        world.step(revision, Action.APPROVE)
    revision.submitted_by_id = world.staff.id
    with pytest.raises(Stale):
        step_revision(session, world.chief, revision, Action.APPROVE, version=revision.version - 1)
    world.step(revision, Action.WITHDRAW)
    with pytest.raises(Stale):
        save_revision(session, world.staff, revision, world.entry({}), version=1)
    with pytest.raises(NotPermitted):
        create_revision(session, world.chief, world.plan, world.entry({}))
    stranger = make_user(session, Role.STAFF, make_unit(session)).actor
    with pytest.raises(NotFound):
        create_revision(session, stranger, world.plan, world.entry({}))
    for load in (revision_to_change, revision_visible_to):
        with pytest.raises(NotFound):
            load(session, stranger, revision.id)


def test_an_approved_one_is_settled(session, world) -> None:
    revision = world.approve({"受理案件数": "≥80件"})
    with pytest.raises(Conflict, match="另立一份"):
        world.step(revision, Action.REOPEN, actor=world.chief, reason="改错了。")
    with pytest.raises(Locked):
        save_revision(session, world.staff, revision, world.entry({}), version=revision.version)
    with pytest.raises(Locked):
        cancel_revision(session, world.staff, revision, version=revision.version)


def test_what_is_judged_by_the_old_targets_is_decided_first(session, world) -> None:
    revision = world.create({"受理案件数": "≥80件"})
    mark(world.quarter(), Status.SUBMITTED, *world.people)
    with pytest.raises(Conflict, match="二季度的填报待审核"):
        world.step(revision, Action.SUBMIT)
    mark(world.quarter(), Status.APPROVED, *world.people)
    world.step(revision, Action.SUBMIT)
    world.plan.status = Status.REOPENED
    with pytest.raises(Conflict, match="重新打开"):
        world.step(revision, Action.APPROVE)
    with pytest.raises(Locked, match="请直接修改目标"):
        world.create({"及时受理率": "≥80%"}, document="二号")


def test_a_plan_that_changed_meanwhile_is_looked_at_again(session, world) -> None:
    session.add(
        Snapshot(
            unit_id=world.plan.unit_id,
            plan_id=world.plan.id,
            action=Action.APPROVE,
            taken_at=clock.now(),
            content={"fields": {}, "rows": [], "data": {}},
        )
    )
    revision = world.create({"受理案件数": "≥80件"})
    world.step(revision, Action.SUBMIT)
    edit_target(world, "受理案件数", "≥120件")
    with pytest.raises(Conflict, match="已改为“≥120件”"):
        world.step(revision, Action.APPROVE)
    world.step(revision, Action.WITHDRAW)
    save_revision(
        session,
        world.staff,
        revision,
        world.entry({"受理案件数": "≥80件"}),
        version=revision.version,
    )
    assert revision.targets[0].old.text == "≥120件"
    assert world.row("受理案件数").revision_document == ""


def edit_target(world, name: str, text: str) -> None:
    """Change a target by way of reopening the plan."""
    plan, row = world.plan, world.row(name)
    plan.status = Status.REOPENED
    weight = str(row.weight)
    entry = IndicatorEntry("1", row.id, row.level1, "", name, text, weight=weight)
    save_indicators(world.session, world.staff, plan, [entry], version=plan.version)
    mark(plan, Status.APPROVED, *world.people)
    world.session.flush()


def test_an_indicator_of_a_revision_is_not_deleted(session, world) -> None:
    world.create({"受理案件数": "≥80件"})
    world.plan.status = Status.REOPENED
    entry = IndicatorEntry("1", world.ids["受理案件数"], is_removed=True)
    with pytest.raises(Conflict, match="目标调整单"):
        save_indicators(session, world.staff, world.plan, [entry], version=world.plan.version)


@pytest.mark.parametrize("is_edited", [False, True], ids=["revision", "reopened plan"])
def test_a_target_lowered_in_the_last_quarter_is_marked(session, world, is_edited) -> None:
    world.approve({"受理案件数": "≥80件"})
    assert not world.row("受理案件数").is_lowered_late
    with clock.set_to(AUTUMN):
        if is_edited:
            edit_target(world, "受理案件数", "≥70件")
        else:
            world.approve({"受理案件数": "≥70件"}, document="二号")
        row = world.row("受理案件数")
        assert row.is_lowered_late
        assert row.initial.text == "≥100件"
        # What is asked for again is no longer less than the last quarter began with.
        world.approve({"受理案件数": "≥80件"}, document="三号")
        assert not row.is_lowered_late
        world.approve({"受理案件数": "≥90件"}, document="四号")
        assert not row.is_lowered_late


def test_the_history_tells_edits_and_revisions_in_order(session, world) -> None:
    world.approve({"受理案件数": "≥80件"})
    with clock.set_to(AUTUMN):
        edit_target(world, "受理案件数", "≥75件")
    with clock.set_to(datetime(2022, 11, 1, 2, tzinfo=UTC)):
        world.approve({"受理案件数": "≥60件"}, document="二号", reason="人手不足。")
        indicator = indicator_visible_to(session, world.staff, world.ids["受理案件数"])
        steps = history_of(session, indicator)
    assert [(one.old, one.new, one.revision and one.revision.document) for one in steps] == [
        ("≥100件", "≥80件", "信访发〔2022〕8号"),
        ("≥80件", "≥75件", None),
        ("≥75件", "≥60件", "二号"),
    ]
    assert [one.is_late for one in steps] == [False, False, True]
    with pytest.raises(NotFound):
        indicator_visible_to(
            session, make_user(session, Role.STAFF, make_unit(session)).actor, indicator.id
        )


def test_a_self_evaluation_is_scored_anew_and_says_what_was_done(session) -> None:
    with clock.set_to(AUTUMN):
        world = World(session, quarters=4)
        evaluation = begin_self_evaluation(session, world.staff, world.plan)
        before = score(session, evaluation, world.ids["及时受理率"])
        earned_before = before.points
        assert earned_before < before.weight
        world.approve({"及时受理率": "≥80%"})
        after = score(session, evaluation, world.ids["及时受理率"])
        assert after.points == after.weight
        assert after.initial_points == earned_before
        content = content_of_self_evaluation(evaluation, approved_quarters(session, world.plan))
        row = next(one for one in content["data"]["rows"] if one["name"] == "及时受理率")
        assert row["initial_target"] == "≥90%"
        assert row["revision_document"] == "信访发〔2022〕8号"
        assert row["is_lowered_late"] is True
        record = target_records(session, [world.plan])[0]["rows"][1]
        assert (record["initial_target"], record["revision_document"]) == (
            "≥90%",
            "信访发〔2022〕8号",
        )
        assert record["is_lowered_late"] is True
        revision = world.create({"受理案件数": "≥80件"}, document="二号")
        mark(evaluation, Status.SUBMITTED, *world.people)
        session.flush()
        with pytest.raises(Conflict, match="绩效自评待审核"):
            world.step(revision, Action.SUBMIT)


def score(session, evaluation: SelfEvaluation, indicator_id: int) -> Score:
    return next(row for row in evaluation.scores if row.indicator_id == indicator_id)


def test_a_plan_can_be_reopened_beside_a_revision(session, world) -> None:
    """What waits for the plan's own workflow does not hinder it."""
    world.create({"受理案件数": "≥80件"})
    plan: Plan = world.plan
    for quarter in session.scalars(select(Submission).where(Submission.plan_id == plan.id)):
        quarter.status = Status.REOPENED
    step_plan(session, world.chief, plan, Action.REOPEN, version=plan.version, reason="另有更正。")
    assert plan.status is Status.REOPENED
