"""`perf seed-demo`: the 2022 sample with one user a role, and invented results."""

import json
import os
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext
from sqlalchemy import select
from sqlalchemy.orm import Session

from perf import clock
from perf.cli_console import console_actor
from perf.core.drafts import Draft
from perf.core.errors import InvalidInput
from perf.core.permissions import Actor
from perf.core.terms import Action, Comparator, Role
from perf.database import begin_writing
from perf.documents.draft_json import draft_from_json
from perf.extensions import db
from perf.models import Actual, Indicator, Period, Plan, Rectification, Submission, Unit, User
from perf.queries.packs import pack_of
from perf.services.accounts import UNIT_ROLES, create_user, generate_password, hash_password
from perf.services.entries import ExecutedEntry, record_entries
from perf.services.entry_figures import Entry
from perf.services.imports import import_draft
from perf.services.organisation import update_period
from perf.services.plans import step_plan
from perf.services.quantities import QuantityEntry
from perf.services.rectifications import (
    RectificationEntry,
    confirm_rectification,
    report_rectification,
    save_rectification,
)
from perf.services.submissions import open_submission, step_submission

SAMPLES = Path(__file__).parent / "samples"
YEAR = 2022
QUARTERS = ("Q1", "Q2", "Q3")
# When the invented figures were recorded; the approvals follow within the day.
RECORDED_ON = {"Q1": date(2022, 4, 11), "Q2": date(2022, 7, 11), "Q3": date(2022, 10, 12)}
# What is still to be reported falls due this many days from now, so that the sample's workbench
# speaks of days that can be met.
DUE_IN_DAYS = {"Q1": 10, "Q2": 20, "Q3": 30, "Q4": 45, "FY": 75}
# The document has no objectives for its projects; the department's task says what each is for.
TASK_OF_PROJECT = {
    "41070222000000004802": "信访值班",
    "41070222000000005509": "党的建设",
    "410702220000000018818": "特殊疑难信访救助",
}
RETURNED_PLAN = "41070222000000004802"
RETURNED_INDICATOR = "受理信访案件完成率"
REMARK = "三季度办结数与二季度台账对不上，请补充办结清单后重新提交。"
WAITING_PLAN = "41070222000000005509"
UNFINISHED_PLAN = "department"
# What was done about indicators that lagged: measure and outcome.
MEASURES = {
    "管理制度健全性": (
        "修订项目档案管理办法，七月底前印发。",
        "办法已于七月二十日印发并组织学习。",
    ),
    "疑难信访案件": ("对接街道摸排符合救助条件的案件。", "二季度受理一件，三季度受理一件。"),
    "手拉手结对帮扶": ("与结对社区商定下半年安排，每月一次。", ""),
}
CONFIRMED = "管理制度健全性"
FOLLOWED_UP_ON = date(2022, 10, 20)


@dataclass(frozen=True, slots=True)
class _SignIn:
    actor: Actor
    password: str


@dataclass(frozen=True, slots=True)
class _People:
    """The two of the bureau who do the invented work."""

    staff: Actor
    supervisor: Actor


@click.command("seed-demo", help="载入 2022 年样例和每个角色一个用户；密码只显示一次。")
@click.option("--empty", is_flag=True, help="只载入绩效目标，不带演示数据（前三季度的虚构结果）。")
@with_appcontext
def seed_demo_command(*, empty: bool) -> None:
    """Load the sample into an empty database; say so and stop where there are users already."""
    session = db.session()
    begin_writing(session)
    if session.scalar(select(User.id).limit(1)) is not None:
        session.rollback()
        click.echo("已有数据，没有改动。")
        return
    system = console_actor()
    draft = _sample()
    with clock.set_to(datetime(YEAR, 1, 10, 2, tzinfo=UTC)):
        imported = import_draft(session, system, draft)
        plans = [one.plan for one in imported.plans if one.plan]
        # As early as their unit: whoever looks at a day of that year finds them.
        signed_in = _create_users(session, system, plans[0].unit)
    people = _People(signed_in[Role.STAFF].actor, signed_in[Role.SUPERVISOR].actor)
    with clock.set_to(datetime(YEAR, 1, 12, 2, tzinfo=UTC)):
        for plan in plans:
            step_plan(session, people.staff, plan, Action.SUBMIT, version=plan.version)
            step_plan(session, people.supervisor, plan, Action.APPROVE, version=plan.version)
    _set_due_days(session, system, QUARTERS[:2] if not empty else ())
    if not empty:
        _record_results(session, people, plans)
        _follow_up(session, people)
    session.commit()
    _tell(signed_in)


def _sample() -> Draft:
    draft = draft_from_json(json.loads((SAMPLES / "department-2022.json").read_text("utf-8")))
    contents = dict(draft.department.tasks) if draft.department else {}
    for plan in draft.projects:
        plan.objective = contents[TASK_OF_PROJECT[plan.code or ""]]
    return draft


def _create_users(session: Session, system: Actor, unit: Unit) -> dict[Role, _SignIn]:
    """One user a role; the password is the environment's, or one of its own."""
    signed_in = {}
    given = os.environ.get("PERF_DEMO_PASSWORD")
    for role in Role:
        password = given or generate_password()
        user = create_user(
            session,
            system,
            username=role.value,
            display_name=f"演示{role.label}",
            role=role,
            unit=unit if role in UNIT_ROLES else None,
            password_hash=hash_password(password),
            must_change_password=False,
        )
        signed_in[role] = _SignIn(user.actor, password)
    return signed_in


def _tell(signed_in: Mapping[Role, _SignIn]) -> None:
    click.echo(f"已载入 {YEAR} 年样例。各角色的登录名和密码（只显示这一次，请记下）：")
    for role, sign_in in signed_in.items():
        click.echo(f"  {role.label}\t{role.value}\t{sign_in.password}")


def _set_due_days(session: Session, system: Actor, past: Collection[str]) -> None:
    today = clock.today()
    for period in session.scalars(select(Period).where(Period.year == YEAR)):
        kind = period.code.partition("-")[2]
        if kind not in past:
            opens_on = min(period.opens_on, today)
            due_on = today + timedelta(days=DUE_IN_DAYS[kind])
            update_period(session, system, period, opens_on=opens_on, due_on=due_on)


def _record_results(session: Session, people: _People, plans: Sequence[Plan]) -> None:
    """The invented quarters; of the last, one is sent back, one waits and one is unfinished."""
    results = tomllib.loads((SAMPLES / "results-2022.toml").read_text("utf-8"))["results"]
    by_plan = {_key_of(plan): plan for plan in plans}
    for result in results:
        plan = by_plan[result["plan"]]
        previous: dict[int, Actual] = {}
        for number, quarter in enumerate(QUARTERS):
            day = datetime.combine(RECORDED_ON[quarter], time(2), tzinfo=UTC)
            with clock.set_to(day):
                submission = _record_quarter(session, people, plan, result, number)
            is_last = quarter == QUARTERS[-1]
            # What waits for its reviewer came in today, or it would be years overdue.
            is_waiting = is_last and _key_of(plan) == WAITING_PLAN
            with clock.set_to(clock.now() if is_waiting else day + timedelta(hours=4)):
                _finish_quarter(session, people, submission, previous, is_last=is_last)
            previous = {row.indicator_id: row for row in submission.actuals}


def _follow_up(session: Session, people: _People) -> None:
    """What the bureau did about its lights: one done, one to be confirmed, the others under way."""
    staff, today = people.staff, clock.today()
    for row in session.scalars(select(Rectification).order_by(Rectification.id)):
        measure, outcome = MEASURES.get(row.indicator.name, ("", ""))
        entry = RectificationEntry(
            owner=str(row.owner_id),
            due_on=row.due_on.isoformat() if outcome else str(today + timedelta(days=20)),
            measure=measure,
            outcome=outcome,
        )
        day = datetime.combine(FOLLOWED_UP_ON, time(2), tzinfo=UTC) if outcome else clock.now()
        with clock.set_to(day):
            save_rectification(session, staff, row, entry, version=row.version)
            if outcome:
                report_rectification(session, staff, row)
            if row.indicator.name == CONFIRMED:
                confirm_rectification(session, people.supervisor, row, version=row.version)


def _record_quarter(
    session: Session, people: _People, plan: Plan, result: Mapping[str, Any], number: int
) -> Submission:
    quarter = QUARTERS[number]
    period = session.scalars(select(Period).where(Period.code == f"{YEAR}-{quarter}")).one()
    submission = open_submission(session, people.staff, plan, period)
    submission.is_demo = True
    reasons = result.get("reasons", {}).get(quarter, {})
    texts = result["actuals"]
    entries = [
        _entry(indicator, _text_of(indicator, texts, number), reasons.get(indicator.name, {}))
        for indicator in plan.indicators
    ]
    typed = result.get("quantities", {})
    quantities = [
        QuantityEntry(quantity.id, 0, typed[quantity.name][number])
        for quantity in plan.quantities
        if quantity.name in typed
    ]
    executed = [
        ExecutedEntry(line.source, 0, result["executed"][number]) for line in plan.budget_lines
    ]
    outcome = record_entries(
        session, people.staff, submission, entries, executed, pack_of(plan), quantities
    )
    if not outcome.is_clean:
        raise InvalidInput(f"样例数据有误：{plan.name} {quarter} {outcome.errors}")
    return submission


def _text_of(indicator: Indicator, texts: Mapping[str, list[str]], number: int) -> str:
    """What the sample types in this indicator's cell; what is computed has none."""
    if indicator.is_computed and indicator.name not in texts:
        return ""
    return texts[indicator.name][number]


def _entry(indicator: Indicator, text: str, reason: Mapping[str, str]) -> Entry:
    is_list, has_no_data = indicator.is_check_list, text == "-"
    is_tiered = indicator.target.comparator is Comparator.QUALITATIVE and not is_list
    tier, _, rate = text.partition(" ") if is_tiered and not has_no_data else ("", "", "")
    return Entry(
        indicator.id,
        0,
        value="" if is_tiered or is_list or has_no_data else text,
        tier=tier,
        rate=rate,
        is_no_data=has_no_data,
        deviation_kind=reason.get("kind", ""),
        deviation_reason=reason.get("text", ""),
        likelihood=reason.get("likelihood", "certain"),
        answers=text if is_list else "",
    )


def _finish_quarter(
    session: Session,
    people: _People,
    submission: Submission,
    previous: Mapping[int, Actual],
    *,
    is_last: bool,
) -> None:
    def step(actor: Actor, action: Action, remarks: Mapping[int, str] | None = None) -> None:
        step_submission(
            session,
            actor,
            submission,
            action,
            version=submission.version,
            previous=previous,
            remarks=remarks,
        )

    session.flush()
    key = _key_of(submission.plan)
    if is_last and key == UNFINISHED_PLAN:
        return
    step(people.staff, Action.SUBMIT)
    if is_last and key == RETURNED_PLAN:
        named = {row.name: row.id for row in submission.plan.indicators}
        step(people.supervisor, Action.RETURN, {named[RETURNED_INDICATOR]: REMARK})
    elif not (is_last and key == WAITING_PLAN):
        step(people.supervisor, Action.APPROVE)


def _key_of(plan: Plan) -> str:
    return (plan.project.code or plan.project.name) if plan.project else UNFINISHED_PLAN
