"""A locked figure is locked on every way in: page, service, command and import.

Each state of a plan, a quarter, a period and a self-evaluation names what it locks; every way of
writing that is locked is tried, and no row but the ledger's may differ afterwards.
"""

import io
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from perf import clock
from perf.core.drafts import Draft
from perf.core.errors import PerfError
from perf.core.rules import load_pack
from perf.core.terms import FundSource, Role, Status
from perf.database import begin_writing
from perf.extensions import db
from perf.models import Base, Evidence, Period, Plan, SelfEvaluation, Submission, User
from perf.services.budgets import adjust_budget, set_budget
from perf.services.entries import ExecutedEntry, record_entries
from perf.services.entry_figures import Entry
from perf.services.evaluations import (
    Reason,
    begin_self_evaluation,
    rescore,
    save_self_evaluation,
)
from perf.services.evidence import attach_evidence, remove_evidence
from perf.services.evidence_files import StoredFile
from perf.services.imports import import_draft
from perf.services.indicators import save_indicators
from perf.services.plan_content import draft_of_plan
from perf.services.plan_details import PlanDetails
from perf.services.plans import delete_plan, update_plan
from perf.services.submissions import open_submission
from perf.web.plans.forms import values_of
from perf.web.plans.sheet_rows import entry_of
from tests.factories import SYSTEM, make_unit, make_user, mark
from tests.reported import make_reported_plan

pytestmark = pytest.mark.slow

UNTOUCHED = [table for table in Base.metadata.sorted_tables if not table.name.startswith("ledger_")]


@pytest.fixture
def world(app):
    """A plan whose four quarters are approved, with evidence, its self-evaluation begun."""
    with app.app_context():
        session = db.session
        unit = make_unit(session, "本单位", "106")
        staff = make_user(session, Role.STAFF, unit, "staff")
        chief = make_user(session, Role.SUPERVISOR, unit, "chief")
        plan = make_reported_plan(session, (staff, chief), name="锁定的项目")
        session.flush()
        quarter = session.scalars(
            select(Submission).join(Submission.period).where(Period.code == "2022-Q1")
        ).one()
        evidence = Evidence(
            unit_id=unit.id,
            submission_id=quarter.id,
            sha256="a" * 64,
            name="台账.pdf",
            media_type="application/pdf",
            size=1,
            created_at=clock.now(),
        )
        session.add(evidence)
        session.flush()
        evaluation = begin_self_evaluation(session(), staff.actor, plan)
        session.flush()
        found = SimpleNamespace(
            app=app,
            plan_id=plan.id,
            quarter_id=quarter.id,
            evaluation_id=evaluation.id,
            evidence_id=evidence.id,
            indicators=[row.id for row in plan.indicators],
        )
        session.commit()
    return found


class Place:
    """The world's objects in one session, as a writer finds them."""

    def __init__(self, world: Any) -> None:
        self.world = world
        self.session = db.session()
        self.staff = self.session.scalars(select(User).where(User.username == "staff")).one()
        self.chief = self.session.scalars(select(User).where(User.username == "chief")).one()
        self.actor = self.staff.actor
        self.plan = self.session.get_one(Plan, world.plan_id)
        self.quarter = self.session.get_one(Submission, world.quarter_id)
        self.evaluation = self.session.get_one(SelfEvaluation, world.evaluation_id)


# What a state is, and what it locks


def reopen_quarter(place: Place) -> None:
    place.quarter.status = Status.REOPENED


def submit_plan(place: Place) -> None:
    reopen_quarter(place)
    mark(place.plan, Status.SUBMITTED, place.staff, place.chief)


def submit_quarter(place: Place) -> None:
    place.quarter.status = Status.SUBMITTED


def lock_period(place: Place) -> None:
    reopen_quarter(place)
    place.quarter.period.locked_at = clock.now()


def open_period_later(place: Place) -> None:
    reopen_quarter(place)
    place.quarter.period.opens_on = place.quarter.period.due_on = date(2999, 1, 1)


def submit_evaluation(place: Place) -> None:
    mark(place.evaluation, Status.SUBMITTED, place.staff, place.chief)


def sign_evaluation(place: Place) -> None:
    mark(place.evaluation, Status.APPROVED, place.staff, place.chief)


def lock_year(place: Place) -> None:
    period = place.session.scalars(select(Period).where(Period.code == "2022-FY")).one()
    period.locked_at = clock.now()


# The ways in


def change_plan(place: Place) -> None:
    version = place.plan.version
    update_plan(
        place.session,
        place.actor,
        place.plan,
        version=version,
        details=PlanDetails(name="改名", objective="改过"),
    )


def change_sheet(place: Place) -> None:
    entries = [replace(entry_of(row), target="≥1件") for row in place.plan.indicators]
    save_indicators(place.session, place.actor, place.plan, entries, version=place.plan.version)


def change_budget(place: Place) -> None:
    set_budget(place.session, place.actor, place.plan, {FundSource.FISCAL: Decimal("1.00")})


def drop_plan(place: Place) -> None:
    delete_plan(place.session, place.actor, place.plan, version=place.plan.version)


def record(place: Place) -> None:
    rows = {row.indicator_id: row.version for row in place.quarter.actuals}
    entries = [Entry(key, rows[key], value="1") for key in place.world.indicators]
    versions = {row.source: row.version for row in place.quarter.executions}
    executed = [ExecutedEntry(source, version, "1") for source, version in versions.items()]
    pack = load_pack(place.plan.pack_id)
    record_entries(place.session, place.actor, place.quarter, entries, executed, pack)


def open_again(place: Place) -> None:
    open_submission(place.session, place.actor, place.plan, place.quarter.period)
    record(place)


def attach(place: Place) -> None:
    stored = StoredFile("b" * 64, 1, "application/pdf")
    attach_evidence(place.session, place.actor, place.quarter, None, stored, "新的.pdf")


def remove(place: Place) -> None:
    remove_evidence(place.session, place.actor, place.quarter, place.world.evidence_id)


def explain(place: Place) -> None:
    save_self_evaluation(
        place.session,
        place.actor,
        place.evaluation,
        version=place.evaluation.version,
        objective_actual="改过的话",
        execution_reason="",
        reasons={key: Reason("改过的原因") for key in place.world.indicators},
    )


def score_again(place: Place) -> None:
    place.plan.indicators[0].weight = Decimal(1)
    rescore(place.session, SYSTEM, place.evaluation)


def adjust(place: Place) -> None:
    adjust_budget(
        place.session,
        place.actor,
        place.plan,
        version=place.plan.version,
        source=FundSource.FISCAL,
        amount="10",
        on="2022-06-30",
        document="文号",
    )


def import_again(place: Place) -> None:
    draft = replace(draft_of_plan(place.plan), objective="文件里的另一个目标", indicators=[])
    document = Draft(unit_code="106", unit_name="本单位", fiscal_year=2022, projects=[draft])
    import_draft(place.session, SYSTEM, document)


Way = Callable[[Place], None]
PLAN: list[Way] = [change_plan, change_sheet, change_budget, drop_plan]
QUARTER: list[Way] = [record, open_again, attach, remove]
EVALUATION: list[Way] = [explain, score_again, adjust]
LOCKED: dict[Way, list[Way]] = {
    submit_plan: [*PLAN, *QUARTER, adjust],
    reopen_quarter: PLAN,
    submit_quarter: [*PLAN, *QUARTER],
    lock_period: [*PLAN, *QUARTER],
    open_period_later: [*PLAN, *QUARTER],
    submit_evaluation: [*PLAN, *QUARTER, *EVALUATION],
    sign_evaluation: [*PLAN, *QUARTER, *EVALUATION],
    lock_year: [*PLAN, *QUARTER, explain],
}
CASES = [(state, way) for state, ways in LOCKED.items() for way in [*ways, import_again]]


def put(world: Any, state: Callable[[Place], None]) -> None:
    with world.app.app_context():
        state(Place(world))
        db.session.commit()


def rows(world: Any) -> dict[str, list[Any]]:
    """Every row of every table but the ledger's."""
    with world.app.app_context():
        return {
            table.name: [tuple(row) for row in db.session.execute(select(table).order_by("id"))]
            for table in UNTOUCHED
        }


@pytest.mark.parametrize(
    ("state", "way"), CASES, ids=[f"{state.__name__}-{way.__name__}" for state, way in CASES]
)
def test_no_service_writes_what_is_locked(world, ledger_guard, state, way) -> None:
    put(world, state)
    before = rows(world)
    with world.app.app_context():
        begin_writing(db.session())
        refused = nullcontext() if way is import_again else pytest.raises(PerfError)
        with refused:
            way(Place(world))
            db.session.commit()
        db.session.rollback()
    assert rows(world) == before


# The pages and the commands


def pages(world: Any, session: Any) -> list[tuple[str, dict[str, Any]]]:
    """Each writing page with a form that would change something, the versions as they are."""
    place = Place(world)
    plan, quarter, evaluation = place.plan, place.quarter, place.evaluation
    own, key = f"/plans/{plan.id}", world.indicators[0]
    version = {"version": str(plan.version)}
    grid = {"version": str(quarter.version), f"actual-{key}": "1", "executed-fiscal": "1"}
    grid |= {f"version-{row.indicator_id}": str(row.version) for row in quarter.actuals}
    grid |= {f"executed-version-{row.source.value}": str(row.version) for row in quarter.executions}
    file = (io.BytesIO(b"%PDF-1.7 new"), "新的.pdf")
    asked = {"version": str(evaluation.version), "objective_actual": "改", f"reason-{key}": "改"}
    return [
        (f"{own}/edit", values_of(plan) | version | {"objective": "改过"}),
        (
            f"{own}/indicators",
            version
            | {
                "row": str(key),
                f"target-{key}": "≥1件",
                f"level1-{key}": "产出指标",
                f"name-{key}": "改名",
            },
        ),
        (f"{own}/delete", version),
        (f"{own}/periods/2022-Q1", grid),
        (f"{own}/periods/2022-Q1", {"version": grid["version"], f"files-{key}": file}),
        (f"{own}/periods/2022-Q1", grid | {"remove": str(world.evidence_id)}),
        (f"{own}/self-evaluation", asked),
    ]


@pytest.mark.parametrize(
    "state", [submit_plan, submit_quarter, lock_period, submit_evaluation, sign_evaluation]
)
def test_no_page_or_command_writes_what_is_locked(world, browse, state, tmp_path) -> None:
    put(world, state)
    before = rows(world)
    client = browse("staff")
    with world.app.app_context():
        forms = pages(world, db.session)
    # A self-evaluation that is being written is not locked by the quarter's state.
    is_open = state not in {submit_evaluation, sign_evaluation}
    answers = {}
    for url, form in forms[: -1 if is_open else None]:
        answers[url, tuple(form)] = client.client.post(url, data=form).status_code
    assert set(answers.values()) <= {409}, answers
    runner = world.app.test_cli_runner()
    commands = [
        ["export", "--year", "2022", "--all", "--form", "self-evaluation", "--format", "xlsx"],
        ["seed-demo"],
    ]
    commands[0] += ["--output", str(tmp_path / "forms")]
    if not is_open:
        commands.append(["rescore", "--year", "2022"])
    for words in commands:
        done = runner.invoke(args=["perf", *words])
        assert done.exit_code == 0, done.output
    assert rows(world) == before
