"""The migrations: up to what the models say, and down and up again with rows in every table."""

import re
from decimal import Decimal

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade
from sqlalchemy import CheckConstraint, func, inspect, select, text

from perf import clock
from perf.core.terms import (
    Action,
    EndingKind,
    FundSource,
    Light,
    QuantityKind,
    RecommendationKind,
    Role,
    Status,
    ThreadStep,
    WorkKind,
)
from perf.models import (
    Actual,
    Archive,
    Base,
    BudgetAdjustment,
    BudgetExecution,
    Delegation,
    Evidence,
    HandedOver,
    HandIn,
    Handover,
    ImportDraft,
    InternalDue,
    LocalPack,
    Message,
    Office,
    Period,
    PlanEnding,
    Quantity,
    QuantityValue,
    Recommendation,
    Rectification,
    Remark,
    RemarkEntry,
    RevisedTarget,
    Score,
    SelfEvaluation,
    SignedCopy,
    Submission,
    TargetRevision,
    Task,
)
from perf.models.triggers import APPEND_ONLY
from perf.services.ledger import record_change
from perf.services.snapshots import Content, take_snapshot
from tests.factories import SYSTEM, make_plan, make_unit, make_user, make_year

pytestmark = pytest.mark.slow


def fill_every_table(session) -> None:
    unit = make_unit(session)
    make_year(session)
    staff = make_user(session, Role.STAFF, unit)
    supervisor = make_user(session, Role.SUPERVISOR, unit)
    plan = make_plan(session, unit, status=Status.APPROVED, people=(staff, supervisor))
    owned = {"unit_id": unit.id}
    indicator = plan.indicators[0]
    session.add(Task(**owned, plan_id=plan.id, ordinal=1, name="任务", content="内容"))
    session.add(
        BudgetAdjustment(
            **owned,
            budget_line_id=plan.budget_lines[0].id,
            amount=Decimal("-1.00"),
            on=clock.today(),
            document="文号",
        )
    )
    period = session.scalars(select(Period).where(Period.code == "2022-Q1")).one()
    submission = Submission(**owned, plan_id=plan.id, period_id=period.id, updated_at=clock.now())
    session.add(submission)
    session.flush()
    session.add_all(
        [
            Actual(
                **owned,
                submission_id=submission.id,
                indicator_id=indicator.id,
                value=Decimal("1.5"),
                updated_at=clock.now(),
            ),
            BudgetExecution(
                **owned,
                submission_id=submission.id,
                source=FundSource.FISCAL,
                executed=Decimal("1.00"),
            ),
            Evidence(
                **owned,
                submission_id=submission.id,
                sha256="0" * 64,
                name="台账.pdf",
                media_type="application/pdf",
                size=1,
                created_at=clock.now(),
            ),
            Rectification(
                **owned,
                plan_id=plan.id,
                indicator_id=indicator.id,
                submission_id=submission.id,
                light=Light.RED,
                cause="完成 1.5%",
                owner_id=staff.id,
                due_on=clock.today(),
                opened_at=clock.now(),
                updated_at=clock.now(),
            ),
            Remark(
                **owned,
                submission_id=submission.id,
                text="意见",
                created_at=clock.now(),
                entries=[
                    RemarkEntry(
                        **owned, step=ThreadStep.ANSWER, text="答复", created_at=clock.now()
                    )
                ],
            ),
            LocalPack(
                pack_id="local",
                pack_version=1,
                name="本地办法",
                based_on="cn-project-2021 第 1 版",
                content="",
                updated_at=clock.now(),
            ),
            Archive(
                unit_id=unit.id,
                year=2022,
                formats="pdf",
                asked_by_id=staff.id,
                asked_at=clock.now(),
            ),
            Message(user_id=staff.id, day=clock.today(), lines=[], made_at=clock.now()),
            ImportDraft(
                created_by_id=staff.id,
                created_at=clock.now(),
                file_name="预算.txt",
                sha256="0" * 64,
                content={},
            ),
        ]
    )
    revision = TargetRevision(
        **owned,
        plan_id=plan.id,
        document="文号",
        dated_on=clock.today(),
        reason="任务调整",
        updated_at=clock.now(),
    )
    ending = PlanEnding(
        **owned,
        plan_id=plan.id,
        kind=EndingKind.CANCELLED,
        document="文号",
        dated_on=clock.today(),
        holds_from=clock.today(),
        reason="政策调整",
        updated_at=clock.now(),
    )
    session.add_all([revision, ending])
    session.flush()
    session.add(
        RevisedTarget(
            **owned,
            revision_id=revision.id,
            indicator_id=indicator.id,
            old_target={},
            new_target={},
        )
    )
    quantity = Quantity(**owned, plan_id=plan.id, name="预算数", kind=QuantityKind.STOCK)
    session.add(quantity)
    session.flush()
    session.add(
        QuantityValue(
            **owned,
            submission_id=submission.id,
            quantity_id=quantity.id,
            value=Decimal("1.5"),
        )
    )
    evaluation = SelfEvaluation(
        **owned,
        plan_id=plan.id,
        pack_id=plan.pack_id,
        pack_version=1,
        updated_at=clock.now(),
    )
    session.flush()
    session.add(evaluation)
    session.add(Remark(**owned, plan_ending_id=ending.id, text="意见", created_at=clock.now()))
    record_change(session, SYSTEM, "begin_self_evaluation", evaluation)
    session.add(
        Score(
            **owned,
            self_evaluation_id=evaluation.id,
            indicator_id=indicator.id,
            weight=Decimal("50.00"),
        )
    )
    session.flush()
    content = Content(fields={}, rows=[], data={})
    take_snapshot(session, SYSTEM, ending, Action.SUBMIT, content)
    snapshot = take_snapshot(session, SYSTEM, evaluation, Action.SUBMIT, content)
    session.flush()
    session.add_all(
        [
            Recommendation(
                **owned,
                plan_id=plan.id,
                self_evaluation_id=evaluation.id,
                kind=RecommendationKind.TARGETS,
                text="细化指标",
                due_on=clock.today(),
                made_at=clock.now(),
                made_by_id=supervisor.id,
                updated_at=clock.now(),
            ),
            SignedCopy(
                **owned,
                plan_id=plan.id,
                snapshot_id=snapshot.id,
                sha256="0" * 64,
                name="自评表.pdf",
                media_type="application/pdf",
                size=1,
                signed_on=clock.today(),
                created_at=clock.now(),
            ),
        ]
    )
    fill_people(session, staff, supervisor, submission)
    session.commit()


def fill_people(session, staff, supervisor, submission) -> None:
    owned, today = {"unit_id": staff.unit_id}, clock.today()
    office = Office(**owned, name="业务科")
    handover = Handover(
        **owned,
        giver_id=staff.id,
        taker_id=supervisor.id,
        handed_on=today,
        reason="调离",
        made_at=clock.now(),
    )
    session.add_all([office, handover])
    session.flush()
    session.add_all(
        [
            InternalDue(**owned, period_id=submission.period_id, due_on=today),
            HandIn(**owned, submission_id=submission.id, office_id=office.id),
            Delegation(
                **owned,
                delegator_id=supervisor.id,
                delegate_id=staff.id,
                starts_on=today,
                ends_on=today,
                made_at=clock.now(),
            ),
            HandedOver(
                **owned,
                handover_id=handover.id,
                kind=WorkKind.OFFICE,
                subject_id=office.id,
                title="业务科",
            ),
        ]
    )
    session.flush()


def counts(session) -> dict[str, int]:
    return {
        table.name: session.scalar(select(func.count()).select_from(table))
        for table in Base.metadata.sorted_tables
    }


def test_the_migrated_database_is_what_the_models_say(session):
    context = MigrationContext.configure(session.connection(), opts={"compare_type": True})
    assert compare_metadata(context, Base.metadata) == []


def test_every_table_keeps_its_rows_where_an_upgrade_has_nothing_to_do(session):
    fill_every_table(session)
    before = counts(session)
    assert [name for name, count in before.items() if not count] == []
    session.remove()
    upgrade()
    assert counts(session) == before


def test_down_and_up_again_gives_the_same_schema_and_an_empty_database(session):
    fill_every_table(session)
    session.remove()
    downgrade(revision="base")
    left = set(inspect(session.connection()).get_table_names())
    assert left <= {"alembic_version"}
    session.remove()
    upgrade()
    context = MigrationContext.configure(session.connection(), opts={"compare_type": True})
    assert compare_metadata(context, Base.metadata) == []
    assert set(counts(session).values()) == {0}


def checks(session) -> dict[str, dict[str, str]]:
    """Every check constraint by table and name, without the spelling of one database."""
    inspector = inspect(session.connection())
    return {
        table: {
            each["name"]: re.sub(r"[\s()]|::\w+( varying)?(\[\])?", "", each["sqltext"])
            for each in inspector.get_check_constraints(table)
        }
        for table in inspector.get_table_names()
    }


def test_each_check_constraint_is_the_one_that_a_model_names(session):
    named = {
        table.name: {
            str(each.name) for each in table.constraints if isinstance(each, CheckConstraint)
        }
        for table in Base.metadata.sorted_tables
    }
    found = {table: set(each) for table, each in checks(session).items()}
    assert {table: names for table, names in found.items() if names} == {
        table: names for table, names in named.items() if names
    }


def test_one_revision_down_and_up_keeps_every_row_and_every_check(session):
    fill_every_table(session)
    rows, constraints = counts(session), checks(session)
    session.remove()
    downgrade(revision="0001")
    session.remove()
    upgrade()
    # A history that begins anew says only since when.
    rows["row_history"] = 1
    gone = {"archive", "local_pack", "quantity", "quantity_value", "rectification"}
    gone |= {"message", "recommendation", "remark_entry", "revised_target", "signed_copy"}
    gone |= {"plan_ending", "target_revision"}
    gone |= {"delegation", "hand_in", "handed_over", "handover", "internal_due", "office"}
    # What was said and kept of an ending goes with it.
    left = rows | {"remark": rows["remark"] - 1, "snapshot": rows["snapshot"] - 1}
    assert counts(session) == {name: 0 if name in gone else n for name, n in left.items()}
    assert checks(session) == constraints


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_what_is_append_only_stays_so_after_going_down_and_up(session, table, statement):
    session.remove()
    downgrade(revision="base")
    upgrade()
    fill_every_table(session)
    with pytest.raises(Exception, match="append-only"):
        session.execute(text(statement.format(table)))
    session.rollback()
