"""Every route, every role: who gets what. A route that is not in the table fails the walk.

The table says what each role gets from objects of its own unit, what a stranger gets, and whether
the route's objects belong to a unit (then another unit's object is 404 to staff and supervisors).
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from perf import clock
from perf.archives.making import archive_path
from perf.core.targets import parse_target
from perf.core.terms import (
    Action,
    ArchiveState,
    EndingKind,
    Light,
    RecommendationKind,
    Role,
    Status,
)
from perf.extensions import db
from perf.models import (
    Archive,
    Delegation,
    Evidence,
    Handover,
    ImportDraft,
    LedgerEntry,
    Message,
    Office,
    Period,
    PlanEnding,
    Recommendation,
    Rectification,
    Remark,
    RevisedTarget,
    SelfEvaluation,
    SignedCopy,
    Submission,
    TargetRevision,
    User,
)
from perf.models.plans import target_as_json
from perf.services.contact import calendar_hash
from perf.services.evidence_files import path_of
from perf.services.snapshots import Content, take_snapshot
from tests.factories import make_plan, make_unit, make_user, make_year
from tests.pages import Browserless

ROLES = (Role.STAFF, Role.SUPERVISOR, Role.FINANCE, Role.ADMIN, Role.AUDITOR)
LETTERS = dict(zip("SUFAX", ROLES, strict=True))
# What every POST of the walk sends, and what a role that may gets for it: a page, a redirect, or
# the word that the form is not whole, is refused, or the object does not stand where a step begins.
FORM = {"version": "1"}
CONTENT = b"evidence"
LET_IN = frozenset({200, 302, 400, 409, 415, 422})
# How one is reached is one's own, and a reminder changes nothing of what it reminds of.
HARMLESS = ("remind", "renew_calendar", "set_email", "stop_calendar")
REFUSED_STEP = frozenset({403, 404, 409, 422})


@dataclass(frozen=True, slots=True)
class Rule:
    """Who is let in; everybody else signed in gets 403, a stranger is led to sign-in.

    A stranger who asks the API is told so (401) instead.

    `roles` are letters: S 填报人, U 审核人, F 财政, A 管理员, X 审计. `is_public` routes let in
    strangers too. `is_owned`: another unit's object is 404 to whoever does not see all units.
    `is_step`: the workflow decides by where the object stands, so that whoever has no such step may
    also hear 409 or 422; that nothing was changed is asked of the ledger afterwards. `is_personal`:
    whoever did not make the object gets 404, and nobody of the walk made it.
    """

    roles: str
    is_owned: bool = False
    is_public: bool = False
    is_step: bool = False
    is_personal: bool = False


EVERYONE = "SUFAX"
PUBLIC = Rule(EVERYONE, is_public=True)

# One line a route, by method and endpoint.
TABLE: dict[str, Rule] = {
    "GET static": PUBLIC,
    "GET health.alive": PUBLIC,
    "GET health.ready": PUBLIC,
    "GET auth.sign_in": PUBLIC,
    "POST auth.try_sign_in": PUBLIC,
    "POST auth.sign_out": PUBLIC,
    "GET auth.change_password": Rule(EVERYONE),
    "POST auth.save_password": Rule(EVERYONE),
    "GET admin.users": Rule("A"),
    "GET admin.new_user": Rule("A"),
    "POST admin.create_user": Rule("A"),
    "GET admin.user": Rule("A"),
    "POST admin.save_user": Rule("A"),
    "POST admin.reset_password": Rule("A"),
    "GET admin.units": Rule("A"),
    "GET admin.new_unit": Rule("A"),
    "POST admin.create_unit": Rule("A"),
    "GET admin.unit": Rule("A"),
    "POST admin.save_unit": Rule("A"),
    "GET admin.years": Rule("A"),
    "POST admin.create_year": Rule("A"),
    "GET admin.year": Rule("A"),
    "POST admin.save_periods": Rule("A"),
    "POST admin.pin_packs": Rule("A"),
    "POST admin.set_rhythm": Rule("A"),
    "POST admin.lock_period": Rule("A"),
    "POST admin.unlock_period": Rule("A"),
    "GET admin.packs": Rule("A"),
    "GET over_units.index": Rule("FAX"),
    "GET over_units.show": Rule("FAX"),
    "GET admin.pack": Rule("A"),
    "GET admin.edit_pack": Rule("A"),
    "POST admin.save_pack": Rule("A"),
    "POST admin.copy_pack": Rule("A"),
    "POST admin.begin_pack_version": Rule("A"),
    "POST admin.publish_pack": Rule("A"),
    "POST admin.delete_pack": Rule("A"),
    "GET admin.pack_plan": Rule("A"),
    "GET forecast.index": Rule(EVERYONE),
    "GET units.index": Rule("FAX"),
    "GET units.show": Rule(EVERYONE, is_owned=True),
    "GET ledger.index": Rule("UFAX"),
    "GET past.show": Rule("UFAX"),
    "POST past.choose": Rule("UFAX"),
    "POST past.leave": Rule(EVERYONE),
    "GET imports.new": Rule("SA"),
    "POST imports.create": Rule("SA"),
    "GET imports.show": Rule("SA", is_personal=True),
    "POST imports.save": Rule("SA", is_personal=True),
    "POST imports.confirm": Rule("SA", is_personal=True),
    "GET imports.marked": Rule("SA", is_personal=True),
    "POST imports.discard": Rule("SA", is_personal=True),
    "GET successors.new": Rule("S"),
    "POST successors.create": Rule("S"),
    "GET plans.index": Rule(EVERYONE),
    "GET plans.show": Rule(EVERYONE, is_owned=True),
    "GET plans.new": Rule("S"),
    "POST plans.create": Rule("S"),
    "GET plans.edit": Rule("S", is_owned=True),
    "POST plans.update": Rule("S", is_owned=True),
    "POST plans.delete": Rule("S", is_owned=True),
    "POST plans.override_pack": Rule("S", is_owned=True),
    "POST plans.adjust": Rule("S", is_owned=True),
    "GET plans.indicators": Rule("S", is_owned=True),
    "POST plans.save_indicators": Rule("S", is_owned=True),
    "POST plans.checks": Rule("S", is_owned=True),
    "GET plans.reading": Rule(EVERYONE),
    "GET plans.weights": Rule(EVERYONE, is_owned=True),
    "POST plans.step": Rule("SU", is_owned=True, is_step=True),
    "GET evaluations.index": Rule(EVERYONE),
    "GET evaluations.show": Rule(EVERYONE, is_owned=True),
    "POST evaluations.begin": Rule("S", is_owned=True),
    "POST evaluations.save": Rule("S", is_owned=True),
    "POST evaluations.decide": Rule("U", is_owned=True),
    "POST evaluations.step": Rule("SU", is_owned=True, is_step=True),
    "GET revisions.index": Rule(EVERYONE, is_owned=True),
    "GET revisions.new": Rule("S", is_owned=True),
    "POST revisions.create": Rule("S", is_owned=True),
    "GET revisions.reading": Rule(EVERYONE, is_owned=True),
    "GET revisions.show": Rule(EVERYONE, is_owned=True),
    "GET revisions.edit": Rule("S", is_owned=True),
    "POST revisions.save": Rule("S", is_owned=True),
    "POST revisions.step": Rule("SU", is_owned=True, is_step=True),
    "POST revisions.cancel": Rule("S", is_owned=True),
    "GET revisions.history": Rule(EVERYONE, is_owned=True),
    "GET endings.index": Rule(EVERYONE, is_owned=True),
    "GET endings.new": Rule("S", is_owned=True),
    "POST endings.create": Rule("S", is_owned=True),
    "GET endings.show": Rule(EVERYONE, is_owned=True),
    "GET endings.edit": Rule("S", is_owned=True),
    "POST endings.save": Rule("S", is_owned=True),
    "POST endings.step": Rule("SU", is_owned=True, is_step=True),
    "POST endings.cancel": Rule("S", is_owned=True),
    "GET rectifications.index": Rule(EVERYONE),
    "GET rectifications.show": Rule(EVERYONE, is_owned=True),
    "POST rectifications.save": Rule("S", is_owned=True),
    "POST rectifications.confirm": Rule("U", is_owned=True),
    "GET recommendations.index": Rule(EVERYONE),
    "GET recommendations.of_plan": Rule(EVERYONE, is_owned=True),
    "POST recommendations.make": Rule("UF", is_owned=True),
    "GET recommendations.show": Rule(EVERYONE, is_owned=True),
    "POST recommendations.change": Rule("UF", is_owned=True),
    "POST recommendations.answer": Rule("SU", is_owned=True),
    "POST recommendations.outcome": Rule("SU", is_owned=True),
    "GET signed_copies.index": Rule(EVERYONE, is_owned=True),
    "GET signed_copies.show": Rule(EVERYONE, is_owned=True),
    "POST signed_copies.store": Rule("SU", is_owned=True),
    "GET signed_copies.file": Rule(EVERYONE, is_owned=True),
    "GET forms.results": Rule(EVERYONE),
    "GET forms.target": Rule(EVERYONE, is_owned=True),
    "GET forms.monitoring": Rule(EVERYONE, is_owned=True),
    "GET forms.self_evaluation": Rule(EVERYONE, is_owned=True),
    "GET forms.report": Rule(EVERYONE, is_owned=True),
    "GET forms.summary": Rule("FAX"),
    "GET forms.unit_summary": Rule(EVERYONE, is_owned=True),
    "GET archives.index": Rule(EVERYONE),
    "GET archives.new": Rule(EVERYONE),
    "GET archives.disclosure": Rule(EVERYONE),
    "POST archives.create": Rule(EVERYONE),
    "GET archives.download": Rule(EVERYONE, is_owned=True),
    "POST archives.cancel": Rule("A", is_owned=True, is_step=True),
    "POST archives.repeat": Rule("A", is_owned=True, is_step=True),
    "POST archives.remove": Rule("A", is_owned=True, is_step=True),
    "GET recheck.index": Rule(EVERYONE),
    "GET help.index": Rule(EVERYONE),
    "GET help.guide": Rule(EVERYONE),
    "GET help.first_day": Rule(EVERYONE),
    "GET help.findings": Rule(EVERYONE),
    "GET help.glossary": Rule(EVERYONE),
    "POST recheck.check": Rule(EVERYONE),
    "GET reports.show": Rule(EVERYONE, is_owned=True),
    "POST reports.save": Rule("S", is_owned=True),
    "POST grid.autosave": Rule("S", is_owned=True),
    "GET panel.show": Rule(EVERYONE, is_owned=True),
    "POST reports.step": Rule("SU", is_owned=True, is_step=True),
    "GET evidence.file": Rule(EVERYONE, is_owned=True),
    "POST evidence.upload": Rule("S", is_owned=True),
    "GET evidence.choose": Rule("S", is_owned=True),
    "POST evidence.use_choice": Rule("S", is_owned=True),
    "GET reports.reading": Rule(EVERYONE, is_owned=True),
    "GET lists.indicator": Rule("S", is_owned=True),
    "POST lists.use_indicator": Rule("S", is_owned=True),
    "GET lists.money": Rule("S", is_owned=True),
    "POST lists.use_money": Rule("S", is_owned=True),
    "GET quarter_sheets.show": Rule("S", is_owned=True),
    "GET quarter_sheets.download": Rule("S", is_owned=True),
    "POST quarter_sheets.use": Rule("S", is_owned=True),
    "GET workbench.home": Rule(EVERYONE),
    "GET review.queue": Rule("U"),
    "POST admin.set_review_days": Rule("A"),
    "GET bulk.index": Rule("U"),
    "GET bulk.confirm": Rule("U"),
    "POST bulk.approve": Rule("U"),
    "POST threads.answer": Rule("S"),
    "POST threads.step": Rule("U", is_owned=True),
    "GET messages.index": Rule(EVERYONE),
    "POST messages.read": Rule(EVERYONE, is_personal=True),
    "POST messages.read_all": Rule(EVERYONE),
    "GET people.show": Rule(EVERYONE, is_owned=True),
    "POST people.assign": Rule("UA", is_owned=True),
    "POST people.create_office": Rule("UA", is_owned=True),
    "POST people.save_office": Rule("UA", is_owned=True),
    "POST people.delegate": Rule("U", is_owned=True),
    "POST people.end_delegation": Rule("U", is_personal=True),
    "GET people.indicators": Rule("S", is_owned=True),
    "POST people.save_indicators": Rule("S", is_owned=True),
    "GET people.collection": Rule(EVERYONE, is_owned=True),
    "POST people.set_due": Rule("SU", is_owned=True),
    "POST people.hand_in": Rule("S", is_owned=True),
    "POST people.remind": Rule("SU", is_owned=True),
    "GET people.handover": Rule("UA", is_owned=True),
    "POST people.hand_over": Rule("UA", is_owned=True),
    "GET people.handover_done": Rule("UA", is_owned=True),
    "GET reminders.index": Rule("UF"),
    "POST reminders.remind_all": Rule("UF"),
    "POST reminders.remind": Rule("UF", is_owned=True),
    "GET contact.show": Rule(EVERYONE),
    "POST contact.save": Rule(EVERYONE),
    "POST contact.renew_calendar": Rule(EVERYONE),
    "POST contact.stop_calendar": Rule(EVERYONE),
    "GET calendar.feed": PUBLIC,
    "GET api_docs.openapi": PUBLIC,
    "GET api_docs.show": PUBLIC,
    "GET api.plans": Rule(EVERYONE),
    "GET api.plan": Rule(EVERYONE, is_owned=True),
    "GET api.period": Rule(EVERYONE, is_owned=True),
    "GET api.self_evaluation": Rule(EVERYONE, is_owned=True),
    "GET api.packs": Rule(EVERYONE),
    "GET api.pack": Rule(EVERYONE),
    "POST api.score": Rule(EVERYONE),
}


@dataclass(frozen=True, slots=True)
class World:
    """Two units with one of everything; `own` and `other` fill the routes' arguments."""

    users: dict[Role, str]
    own: dict[str, Any]
    other: dict[str, Any]


@pytest.fixture
def world(app: Flask) -> World:
    with app.app_context():
        session = db.session()
        make_year(session, 2022)
        own, other = (arguments_of(session, make_unit(session)) for _ in range(2))
        users = {
            role: make_user(
                session,
                role,
                own["unit"] if role in {Role.STAFF, Role.SUPERVISOR} else None,
                username=role.value,
            ).username
            for role in ROLES
        }
        del own["unit"], other["unit"]
        session.commit()
    path = path_of(app.config["DATA_DIR"], sha256(CONTENT).hexdigest())
    path.parent.mkdir(parents=True)
    path.write_bytes(CONTENT)
    for each in (own, other):
        archive = archive_path(app.config["DATA_DIR"], each["archive_id"])
        archive.parent.mkdir(exist_ok=True)
        archive.write_bytes(CONTENT)
    return World(users, own, other)


def arguments_of(session: Any, unit: Any) -> dict[str, Any]:
    """What the routes' arguments stand for: objects of this unit, and of none."""
    people = make_user(session, Role.STAFF, unit), make_user(session, Role.SUPERVISOR, unit)
    plan = make_plan(session, unit, status=Status.APPROVED, people=people)
    evidence = make_evidence(session, plan)
    evaluation = SelfEvaluation(
        unit_id=unit.id,
        plan_id=plan.id,
        updated_at=clock.now(),
        pack_id=plan.pack_id,
        pack_version=plan.pack_version,
    )
    session.add(evaluation)
    session.flush()
    return {
        "unit": unit,
        "evidence_id": evidence.id,
        "unit_id": unit.id,
        "user_id": people[0].id,
        "plan_id": plan.id,
        # A rate, so that it can be filled in from a list.
        "indicator_id": plan.indicators[2].id,
        "source": "fiscal",
        "figure": "budget",
        "kind": "project",
        "guide_name": "quarter",
        "part": "plan",
        "draft_id": make_draft(session, people[0]).id,
        "form_key": "target",
        "copy_id": make_signed_copy(session, plan).id,
        "recommendation_id": make_recommendation(session, evaluation, people[1]).id,
        "rectification_id": make_rectification(session, evidence.submission_id).id,
        "revision_id": make_revision(session, plan).id,
        "ending_id": make_ending(session, plan).id,
        "remark_id": make_remark(session, evidence.submission_id).id,
        "step": "resolve",
        "archive_id": make_archive(session, people[0]).id,
        "message_id": make_message(session, people[0]).id,
        **make_people(session, plan, people),
        "token": make_calendar(session, people[0]),
        "year": 2022,
        "code": "2022-Q1",
        "period_id": session.scalars(select(Period.id).where(Period.code == "2022-Q1")).one(),
        "action": "submit",
        "filename": "perf.css",
        "pack_id": "cn-project-2020",
        "version": 1,
    }


def make_draft(session: Any, user: User) -> ImportDraft:
    """An import of somebody who does not walk."""
    draft = ImportDraft(
        created_by_id=user.id,
        created_at=clock.now(),
        file_name="预算.txt",
        sha256="",
        content={"draft": {}, "about": [], "left_out": []},
    )
    session.add(draft)
    session.flush()
    return draft


def make_people(session: Any, plan: Any, people: tuple[User, User]) -> dict[str, int]:
    """An office that owes an indicator, a delegation of somebody who does not walk, a hand-over."""
    staff, supervisor = people
    office = Office(unit_id=plan.unit_id, name="业务科")
    delegation = Delegation(
        unit_id=plan.unit_id,
        delegator_id=supervisor.id,
        delegate_id=staff.id,
        starts_on=clock.today(),
        ends_on=clock.today(),
        made_at=clock.now(),
    )
    handover = Handover(
        unit_id=plan.unit_id,
        giver_id=staff.id,
        taker_id=supervisor.id,
        handed_on=clock.today(),
        reason="调离",
        made_at=clock.now(),
    )
    session.add_all([office, delegation, handover])
    session.flush()
    plan.indicators[0].office_id = office.id
    return {
        "office_id": office.id,
        "delegation_id": delegation.id,
        "handover_id": handover.id,
    }


def make_archive(session: Any, user: User) -> Archive:
    """A finished archive of somebody who does not walk, whose file `world` puts down."""
    archive = Archive(
        unit_id=user.unit_id,
        year=2022,
        formats="pdf",
        asked_by_id=user.id,
        asked_at=clock.now(),
        state=ArchiveState.DONE,
        sha256=sha256(CONTENT).hexdigest(),
        size=len(CONTENT),
        finished_at=clock.now(),
    )
    session.add(archive)
    session.flush()
    return archive


def make_message(session: Any, user: User) -> Message:
    """A message of somebody who does not walk."""
    message = Message(user_id=user.id, day=clock.today(), lines=[], made_at=clock.now())
    session.add(message)
    session.flush()
    return message


def make_calendar(session: Any, user: User) -> str:
    """The secret of the calendar of somebody who does not walk."""
    token = f"calendar-{user.id}"
    user.calendar_hash = calendar_hash(token)
    session.flush()
    return token


def make_recommendation(session: Any, evaluation: SelfEvaluation, user: User) -> Recommendation:
    """A recommendation of somebody who does not walk."""
    row = Recommendation(
        unit_id=evaluation.unit_id,
        plan_id=evaluation.plan_id,
        self_evaluation_id=evaluation.id,
        kind=RecommendationKind.TARGETS,
        text="细化指标。",
        due_on=clock.today(),
        made_at=clock.now(),
        made_by_id=user.id,
        updated_at=clock.now(),
    )
    session.add(row)
    session.flush()
    return row


def make_signed_copy(session: Any, plan: Any) -> SignedCopy:
    """A scan of the plan's approval, whose file lies beside the database of `world`."""
    content = Content(fields={}, rows=[], data={})
    approval = take_snapshot(session, plan.decided_by.actor, plan, Action.APPROVE, content)
    session.flush()
    row = SignedCopy(
        unit_id=plan.unit_id,
        plan_id=plan.id,
        snapshot_id=approval.id,
        sha256=sha256(CONTENT).hexdigest(),
        name="目标表.pdf",
        media_type="application/pdf",
        size=len(CONTENT),
        signed_on=clock.today(),
        created_at=clock.now(),
    )
    session.add(row)
    session.flush()
    return row


def make_rectification(session: Any, submission_id: int, *, indicator: int = 0) -> Rectification:
    """What is to be done about an indicator of this quarter, by its place."""
    submission = session.get_one(Submission, submission_id)
    row = Rectification(
        unit_id=submission.unit_id,
        plan_id=submission.plan_id,
        indicator_id=submission.plan.indicators[indicator].id,
        submission_id=submission.id,
        light=Light.RED,
        cause="已完成 0%",
        owner_id=submission.plan.submitted_by_id,
        due_on=clock.today(),
        opened_at=clock.now(),
        updated_at=clock.now(),
    )
    session.add(row)
    session.flush()
    return row


def make_revision(session: Any, plan: Any) -> TargetRevision:
    """A draft that lowers the first target."""
    row = TargetRevision(
        unit_id=plan.unit_id,
        plan_id=plan.id,
        document="文号",
        dated_on=clock.today(),
        reason="任务减少。",
        updated_at=clock.now(),
    )
    first = plan.indicators[0]
    old, new = target_as_json(first.target), target_as_json(parse_target("≥1件"))
    row.targets.append(
        RevisedTarget(unit_id=plan.unit_id, indicator_id=first.id, old_target=old, new_target=new)
    )
    session.add(row)
    session.flush()
    return row


def make_ending(session: Any, plan: Any) -> PlanEnding:
    """A draft that ends the plan today."""
    row = PlanEnding(
        unit_id=plan.unit_id,
        plan_id=plan.id,
        kind=EndingKind.CANCELLED,
        document="文号",
        dated_on=clock.today(),
        holds_from=clock.today(),
        reason="政策调整。",
        money_note="由财政收回。",
        updated_at=clock.now(),
    )
    session.add(row)
    session.flush()
    return row


def make_remark(session: Any, submission_id: int) -> Remark:
    """What a reviewer said about this quarter."""
    submission = session.get_one(Submission, submission_id)
    row = Remark(
        unit_id=submission.unit_id,
        submission_id=submission.id,
        text="请补充清单",
        created_at=clock.now(),
    )
    session.add(row)
    session.flush()
    return row


def make_evidence(session: Any, plan: Any) -> Evidence:
    """A quarter with one piece of evidence, whose file lies beside the database of `world`."""
    period = session.scalars(select(Period).where(Period.code == "2022-Q1")).one()
    submission = Submission(
        unit_id=plan.unit_id, plan_id=plan.id, period_id=period.id, updated_at=clock.now()
    )
    session.add(submission)
    session.flush()
    evidence = Evidence(
        unit_id=plan.unit_id,
        submission_id=submission.id,
        sha256=sha256(CONTENT).hexdigest(),
        name="佐证.txt",
        media_type="text/plain",
        size=len(CONTENT),
        created_at=clock.now(),
    )
    session.add(evidence)
    session.flush()
    return evidence


def routes(app: Flask) -> list[tuple[str, str, Any]]:
    """Every (method endpoint, method, rule) of the application."""
    return [
        (f"{method} {rule.endpoint}", method, rule)
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


def address(app: Flask, rule: Any, arguments: dict[str, Any]) -> str:
    missing = rule.arguments - arguments.keys()
    assert not missing, (
        f"{rule.endpoint} takes {missing}: give an object for it in arguments_of() of this file"
    )
    with app.test_request_context():
        values = {key: arguments[key] for key in rule.arguments}
        built: str = app.url_map.bind("localhost").build(rule.endpoint, values)
    return built


def expected(rule: Rule, role: Role | None, *, is_foreign: bool = False) -> frozenset[int]:
    """The answers that the table allows; None is a stranger."""
    if rule.is_public:
        return LET_IN
    if role is None:
        return frozenset({302})
    if rule.is_step:
        is_out_of_sight = is_foreign and role in {Role.STAFF, Role.SUPERVISOR}
        is_let_in = role in [LETTERS[letter] for letter in rule.roles] and not is_out_of_sight
        return REFUSED_STEP | (LET_IN if is_let_in else frozenset())
    if role not in [LETTERS[letter] for letter in rule.roles]:
        return frozenset({403})
    if rule.is_personal:
        return frozenset({404})
    if is_foreign and rule.is_owned and role in {Role.STAFF, Role.SUPERVISOR}:
        return frozenset({404})
    return LET_IN


def test_every_route_stands_in_the_table_and_every_line_has_its_route(app: Flask) -> None:
    names = {name for name, _, _ in routes(app)}
    lines = "\n".join(f'    "{name}": Rule("…"),' for name in sorted(names - TABLE.keys()))
    assert not lines, (
        "Routes without a line. Type into TABLE of tests/test_permissions.py, with the letters of"
        f" the roles that are let in (S U F A X) and is_owned=True where a unit owns it:\n{lines}"
    )
    assert not TABLE.keys() - names, f"Lines without a route: {sorted(TABLE.keys() - names)}"


@pytest.mark.slow
@pytest.mark.parametrize("role", [None, *ROLES], ids=lambda role: role.value if role else "nobody")
@pytest.mark.parametrize("is_foreign", [False, True], ids=["own", "another unit's"])
def test_each_role_gets_what_the_table_says(
    app: Flask, browse: Browserless, world: World, role: Role | None, is_foreign: bool
) -> None:
    arguments = world.other if is_foreign else world.own
    told_before = ledger_length(app)
    faults = []
    for name, method, rule in routes(app):
        if name not in TABLE:
            continue
        client = browse(world.users[role] if role else None).client
        form = FORM if method == "POST" else None
        answer = client.open(address(app, rule, arguments), method=method, data=form)
        answer.close()
        wanted = expected(TABLE[name], role, is_foreign=is_foreign)
        if wanted == {302} and rule.endpoint.startswith("api."):
            wanted = frozenset({401})
        if answer.status_code not in wanted:
            faults.append(f"{name}: {answer.status_code}, not one of {sorted(wanted)}")
        elif wanted == {302} and not answer.headers["Location"].startswith("/sign-in"):
            faults.append(f"{name}: a stranger is led to {answer.headers['Location']}")
    assert not faults, "\n".join(faults)
    if role not in {Role.ADMIN, Role.STAFF, Role.SUPERVISOR}:
        assert ledger_length(app) == told_before, "somebody who only reads has changed something"


def ledger_length(app: Flask) -> int:
    with app.app_context():
        query = select(func.count()).where(LedgerEntry.action.not_in(HARMLESS))
        return db.session.scalar(query) or 0


@pytest.mark.parametrize("role", ROLES)
def test_no_link_of_the_navigation_leads_its_own_role_to_a_refusal(
    browse: Browserless, world: World, role: Role
) -> None:
    client = browse(world.users[role])
    page = client.get("/account/password")
    navigation = page.html.partition('aria-label="主导航"')[2].partition("</nav>")[0]
    for part in navigation.split('href="')[1:]:
        client.get(part.partition('"')[0])


def test_an_auditor_is_let_into_nothing_that_changes_anything() -> None:
    own = {"POST auth.try_sign_in", "POST auth.sign_out", "POST auth.save_password"}
    # A copy of the year changes nothing of what it is made of.
    own |= {"POST archives.create"}
    own |= {"POST messages.read", "POST messages.read_all"}
    own |= {"POST contact.save", "POST contact.renew_calendar", "POST contact.stop_calendar"}
    # Which day is looked at stays in the session.
    own |= {"POST past.choose", "POST past.leave"}
    # They keep nothing of what is sent.
    own |= {"POST recheck.check", "POST api.score"}
    faults = [
        name
        for name, rule in TABLE.items()
        if not name.startswith("GET") and name not in own and "X" in rule.roles
    ]
    assert not faults
