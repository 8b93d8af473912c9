"""Offices (责任科室): made, renamed, archived; who belongs to one, and which indicators it owes."""

from collections.abc import Mapping

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from perf import clock
from perf.core.errors import Conflict, InvalidInput, NotFound
from perf.core.permissions import Actor, Permission
from perf.core.terms import Role
from perf.models import Indicator, Office, Plan, Unit, User
from perf.queries.delegations import people_in_use
from perf.queries.offices import offices_of_unit
from perf.services import texts
from perf.services.ledger import record_change

Chosen = Mapping[int, tuple[int | None, int | None]]
"""By the row's id: the office that the page showed, and the one that is chosen."""
_NAME = 64
_TAKEN = "本单位已有同名的科室，请换一个名称；已停用的可以恢复使用。"


def create_office(session: Session, actor: Actor, unit: Unit, *, name: str) -> Office:
    """A new office of the unit; InvalidInput where the name cannot be taken."""
    _demand(actor, unit.id)
    office = Office(unit_id=unit.id)
    _write(session, actor, "create_office", office, name, is_archived=False)
    return office


def update_office(
    session: Session, actor: Actor, office: Office, *, name: str, is_archived: bool
) -> None:
    """Rename an office, or put it out of use or back into it.

    Conflict where somebody in use still belongs to an office that is to go out of use; the
    indicators of earlier years keep it.
    """
    _demand(actor, office.unit_id)
    if is_archived and office.archived_at is None:
        count = session.scalar(
            select(func.count()).where(User.office_id == office.id, User.archived_at.is_(None))
        )
        if count:
            raise Conflict(f"还有 {count} 人属于{office.name}，请先把他们调到其他科室，再停用。")
    _write(session, actor, "update_office", office, name, is_archived=is_archived)


def assign_people(session: Session, actor: Actor, unit: Unit, chosen: Chosen) -> int:
    """Put people of the unit into offices of it, or into none; how many changed.

    InvalidInput names `office-<user id>` for who cannot be put there, or was moved meanwhile.
    """
    _demand(actor, unit.id)
    people = {one.id: one for one in people_in_use(session, unit.id) if one.role is Role.STAFF}
    return _assign(session, actor, unit.id, people, chosen, "assign_person")


def assign_indicators(session: Session, actor: Actor, plan: Plan, chosen: Chosen) -> int:
    """Say which office owes which indicator's figures, before or after the plan's approval.

    It is no target: nothing is reopened. Returns how many changed; InvalidInput names
    `office-<indicator id>` for what cannot be taken, or was changed meanwhile.
    """
    actor.demand(Permission.EDIT_PLAN)
    if not actor.sees_unit(plan.unit_id):
        raise NotFound("没有找到这份绩效目标。")
    rows = {row.id: row for row in plan.indicators}
    return _assign(session, actor, plan.unit_id, rows, chosen, "assign_indicator")


def _assign(
    session: Session,
    actor: Actor,
    unit_id: int,
    rows: Mapping[int, User] | Mapping[int, Indicator],
    chosen: Chosen,
    action: str,
) -> int:
    offices = {one.id: one for one in offices_of_unit(session, actor, unit_id)}
    names = {None: "（未指定）"} | {key: one.name for key, one in offices.items()}
    errors, changes = {}, []
    for key, (shown, wanted) in chosen.items():
        row = rows.get(key)
        if row is None or wanted in {shown, row.office_id}:
            continue
        if wanted is not None and (wanted not in offices or offices[wanted].archived_at):
            errors[f"office-{key}"] = "请从在用的科室中选择。"
        elif row.office_id != shown:
            now = names.get(row.office_id, "")
            errors[f"office-{key}"] = f"刚刚被其他人改为“{now}”，没有覆盖。请核对后再选。"
        else:
            changes.append((row, wanted))
    if errors:
        raise InvalidInput("有内容不能保存，请按提示修改。", errors)
    for row, wanted in changes:
        told = {"office_id": (names.get(row.office_id), names[wanted])}
        row.office_id = wanted
        name = row.display_name if isinstance(row, User) else row.name
        record_change(session, actor, action, row, name=name, changes=dict(told))
    return len(changes)


def _demand(actor: Actor, unit_id: int) -> None:
    actor.demand(Permission.MANAGE_PEOPLE)
    if not actor.sees_unit(unit_id):
        raise NotFound("没有找到这个单位，或者它不在您的查看范围内。")


def _write(
    session: Session, actor: Actor, action: str, office: Office, name: str, *, is_archived: bool
) -> None:
    name = texts.line(name, field="name", label="科室名称", limit=_NAME)
    taken = select(Office.id).where(
        Office.unit_id == office.unit_id, Office.name == name, Office.id != (office.id or 0)
    )
    if session.scalar(taken) is not None:
        raise InvalidInput("科室名称有误。", {"name": _TAKEN})
    try:
        # Somebody else may take the name between the question and the answer.
        with session.begin_nested():
            office.name = name
            if is_archived != (office.archived_at is not None):
                office.archived_at = clock.now() if is_archived else None
            session.add(office)
            record_change(session, actor, action, office, name=name)
    except IntegrityError as error:
        raise InvalidInput("科室名称有误。", {"name": _TAKEN}) from error
