"""Rectifications (整改): opened by a quarter's lights, worked at, reported and confirmed."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from perf import clock
from perf.core.dates import parse_day
from perf.core.errors import Conflict, InvalidInput, Locked, NotFound, Stale
from perf.core.periods import parse_period
from perf.core.permissions import Actor, Permission
from perf.core.terms import Light, RectificationState
from perf.models import Rectification, Submission
from perf.queries.packs import pack_of
from perf.queries.rectifications import UNFINISHED, people_of_unit
from perf.services.entry_figures import figures_of
from perf.services.ledger import changes_of, record_change
from perf.services.standings import MAX_CAUSE, standing_of
from perf.services.steps import MAX_TEXT
from perf.services.typed import Typed, clean_text

# How long there is unless the owner sets another day. Source: our own decision.
DAYS = 30
_LAGS = frozenset({Light.YELLOW, Light.RED})


@dataclass(frozen=True, slots=True)
class RectificationEntry:
    """A rectification's form as typed; `owner` is a user's id."""

    owner: str
    due_on: str
    measure: str
    outcome: str


def open_rectifications(session: Session, actor: Actor, submission: Submission) -> int:
    """Open one for each indicator whose light is not green in this quarter; how many.

    An indicator that has one which is not closed keeps that one, and a quarter that is approved
    again opens none twice. Whoever handed the quarter in owns it until somebody else is named.
    """
    lagging = [row for row in submission.actuals if row.light in _LAGS]
    if not lagging or submission.submitted_by_id is None:
        return 0
    query = select(Rectification.indicator_id).where(
        Rectification.indicator_id.in_([row.indicator_id for row in lagging]),
        or_(UNFINISHED, Rectification.submission_id == submission.id),
    )
    taken = set(session.scalars(query))
    indicators = {row.id: row for row in submission.plan.indicators}
    months, pack = parse_period(submission.period.code).months, pack_of(submission.plan)
    opened = 0
    for row in lagging:
        indicator = indicators[row.indicator_id]
        if indicator.id in taken or row.light is None:
            continue
        found = standing_of(indicator, figures_of(row), months, pack)
        rectification = Rectification(
            unit_id=submission.unit_id,
            plan_id=submission.plan_id,
            indicator_id=indicator.id,
            submission_id=submission.id,
            light=row.light,
            cause=found.line[:MAX_CAUSE],
            owner_id=submission.submitted_by_id,
            due_on=clock.today() + timedelta(days=DAYS),
            state=RectificationState.OPEN,
            opened_at=clock.now(),
            updated_at=clock.now(),
        )
        session.add(rectification)
        record_change(session, actor, "open_rectification", rectification, name=indicator.name)
        opened += 1
    return opened


def save_rectification(
    session: Session, actor: Actor, row: Rectification, entry: RectificationEntry, *, version: int
) -> bool:
    """Keep owner, due day, measure and outcome while it is open; whether anything changed.

    Raises InvalidInput with a sentence a field, Locked where it was reported, Stale where
    somebody else changed it, and NotPermitted or NotFound.
    """
    _demand_open(actor, row, version)
    owner_id, due_on, measure, outcome = _read(session, row, entry)
    row.owner_id, row.due_on = owner_id, due_on
    row.measure, row.outcome = measure, outcome
    return _told(session, actor, "save_rectification", row)


def report_rectification(session: Session, actor: Actor, row: Rectification) -> None:
    """Report as done what was saved.

    Raises InvalidInput where measure or outcome is missing, Locked where it is not open.
    """
    _demand_open(actor, row, row.version)
    lacking = {
        field: f"请填写{label}，再上报完成。"
        for field, label, text in (
            ("measure", "整改措施", row.measure),
            ("outcome", "整改结果", row.outcome),
        )
        if not text
    }
    if lacking:
        raise InvalidInput("还有内容没有填写，未上报。已填的内容都已保存。", lacking)
    row.state, row.return_reason = RectificationState.REPORTED, ""
    row.reported_by_id, row.reported_at = actor.id, clock.now()
    _told(session, actor, "report_rectification", row)


def confirm_rectification(
    session: Session, actor: Actor, row: Rectification, *, version: int
) -> None:
    """Close what somebody else reported as done."""
    _demand_reported(actor, row, version)
    if row.reported_by_id == actor.id:
        raise Conflict("这项整改由您本人上报，请其他审核人确认。")
    row.state = RectificationState.CLOSED
    row.closed_by_id, row.closed_at = actor.id, clock.now()
    _told(session, actor.deciding, "confirm_rectification", row)


def return_rectification(
    session: Session, actor: Actor, row: Rectification, *, version: int, reason: str
) -> None:
    """Send back what was reported as done, with a reason."""
    _demand_reported(actor, row, version)
    reason = clean_text(reason)
    if not reason or len(reason) > MAX_TEXT:
        said = f"请写明退回原因，最多 {MAX_TEXT} 字。"
        raise InvalidInput("退回须说明原因。", {"reason": said})
    row.state, row.return_reason = RectificationState.OPEN, reason
    row.reported_by_id = row.reported_at = None
    _told(session, actor.deciding, "return_rectification", row, reason)


def _demand(actor: Actor, permission: Permission, row: Rectification, version: int) -> None:
    actor.demand(permission)
    if not actor.sees_unit(row.unit_id):
        raise NotFound("没有找到这项整改。")
    if version != row.version:
        raise Stale("内容在您打开页面之后有变动，没有保存。请核对最新内容后再办理。")


def _demand_open(actor: Actor, row: Rectification, version: int) -> None:
    _demand(actor, Permission.RECORD, row, version)
    if row.state is not RectificationState.OPEN:
        raise Locked(f"这项整改{row.state.label}，不能修改。需要更正时请审核人退回。")


def _demand_reported(actor: Actor, row: Rectification, version: int) -> None:
    _demand(actor, Permission.REVIEW, row, version)
    if row.state is not RectificationState.REPORTED:
        raise Conflict(f"这项整改{row.state.label}，现在没有可以确认的内容。")


def _read(
    session: Session, row: Rectification, entry: RectificationEntry
) -> tuple[int, date, str, str]:
    typed = Typed()
    people = {str(user.id): user.id for user in people_of_unit(session, row.unit_id)}
    # Who has left meanwhile stays the owner until somebody else is named.
    people[str(row.owner_id)] = row.owner_id
    if entry.owner not in people:
        typed.errors["owner"] = "请从本单位的用户中选择责任人。"
    due_on = typed.read("due_on", lambda text: _day(text, row.due_on), entry.due_on)
    measure = typed.text("measure", "整改措施", entry.measure)
    outcome = typed.text("outcome", "整改结果", entry.outcome)
    typed.demand_clean("有内容不能保存，请按提示修改，已填内容都还在。")
    return people[entry.owner], due_on or row.due_on, measure, outcome


def _day(text: str, stored: date) -> date:
    day = parse_day(text)
    if day is None:
        raise InvalidInput("请填完整日期，例如 2022-12-31。")
    if day != stored and day < clock.today():
        raise InvalidInput("整改期限不能早于今天。")
    return day


def _told(
    session: Session, actor: Actor, action: str, row: Rectification, reason: str = ""
) -> bool:
    """Write the change and its entry of the ledger; False where nothing changed."""
    changes, name = changes_of(row), row.indicator.name
    if not changes:
        return False
    row.updated_at = clock.now()
    record_change(session, actor, action, row, changes=changes, name=name, reason=reason)
    return True
