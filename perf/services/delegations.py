"""Delegation while away (代理审核): given for some days, ended early, or by a change of people."""

from datetime import date, timedelta

from sqlalchemy.orm import Session

from perf import clock
from perf.core.errors import NotFound, NotPermitted
from perf.core.permissions import Actor, Permission
from perf.models import Delegation, Unit, User
from perf.queries.delegations import people_in_use, unended_of_person
from perf.services.ledger import record_change
from perf.services.typed import Typed

# Whoever is away for longer hands over for good. Source: our own decision.
MOST_DAYS = 90


def delegate_review(
    session: Session,
    actor: Actor,
    unit: Unit,
    *,
    delegate_id: int,
    starts_on: date | None,
    ends_on: date | None,
    reason: str = "",
) -> Delegation:
    """Let another person of the actor's unit review from the first to the last day, both included.

    InvalidInput names the field that cannot be taken; on one day a person gives to one and stands
    in for one.
    """
    actor.demand(Permission.DELEGATE)
    if actor.unit_id != unit.id:
        raise NotFound("没有找到这个单位。")
    if actor.id is None:
        raise NotPermitted("委托代理须由审核人本人登录后办理。")
    typed = Typed()
    # Two that are given at once do so in turn: whoever gives and whoever is given is held.
    session.refresh(unit, with_for_update={"key_share": True})
    people = {user.id: user for user in people_in_use(session, unit.id)}
    delegate = people.get(delegate_id)
    if delegate is None or delegate_id == actor.id:
        typed.errors["delegate"] = "请从本单位的用户中选择一位代理人。"
    reason = typed.line("reason", "原因", reason)
    _read_days(typed, starts_on, ends_on)
    if delegate is not None and starts_on and ends_on and not typed.errors:
        _demand_free(session, typed, actor, delegate, starts_on, ends_on)
    typed.demand_clean("没有委托，请按提示修改。")
    assert delegate is not None  # noqa: S101
    assert starts_on is not None  # noqa: S101
    assert ends_on is not None  # noqa: S101
    row = Delegation(
        unit_id=unit.id,
        delegator_id=actor.id,
        delegate_id=delegate.id,
        starts_on=starts_on,
        ends_on=ends_on,
        reason=reason,
        made_at=clock.now(),
    )
    session.add(row)
    name = f"{actor.name} 委托 {delegate.display_name}"
    record_change(session, actor, "delegate_review", row, name=name, reason=reason)
    return row


def end_delegation(session: Session, actor: Actor, row: Delegation) -> None:
    """End it now, by the one who gave it; one that is over stays as it is."""
    actor.demand(Permission.DELEGATE)
    if row.delegator_id != actor.id:
        raise NotFound("没有找到这项代理，或者它不是您委托的。")
    if row.ended_at is None:
        _end(session, actor, row)


def end_delegations_of(session: Session, actor: Actor, user: User) -> None:
    """End what the person gave and was given, because they left the unit, the role or the house."""
    for row in unended_of_person(session, user.id, clock.today()):
        _end(session, actor, row)


def _end(session: Session, actor: Actor, row: Delegation) -> None:
    name = f"{row.delegator.display_name} 委托 {row.delegate.display_name}"
    row.ended_at, row.ended_by_id = clock.now(), actor.id
    record_change(session, actor, "end_delegation", row, name=name)


def _read_days(typed: Typed, starts_on: date | None, ends_on: date | None) -> None:
    today = clock.today()
    for field, day in (("starts_on", starts_on), ("ends_on", ends_on)):
        if day is None and field not in typed.errors:
            typed.errors[field] = "请填完整日期，例如 2022-12-31。"
    if starts_on is None or ends_on is None:
        return
    if starts_on < today:
        typed.errors["starts_on"] = "开始日期不能早于今天。"
    elif ends_on < starts_on:
        typed.errors["ends_on"] = "结束日期不能早于开始日期。"
    elif ends_on >= starts_on + timedelta(days=MOST_DAYS):
        typed.errors["ends_on"] = f"一次最多代理 {MOST_DAYS} 天；更久的请办理工作交接。"


def _demand_free(
    session: Session, typed: Typed, actor: Actor, delegate: User, starts_on: date, ends_on: date
) -> None:
    """On one day somebody is away once, and stands in for one person: a signature names one."""

    def meets(row: Delegation) -> bool:
        return row.starts_on <= ends_on and starts_on <= row.ends_on

    for row in unended_of_person(session, actor.id or 0, starts_on):
        if not meets(row):
            continue
        if row.delegator_id == actor.id:
            typed.errors["delegate"] = (
                f"这些天已委托{row.delegate.display_name}代理，请先结束那一项。"
            )
        else:
            typed.errors["delegate"] = (
                f"这些天您自己正代理{row.delegator.display_name}，不能再委托他人。"
            )
    for row in unended_of_person(session, delegate.id, starts_on):
        if meets(row) and "delegate" not in typed.errors:
            typed.errors["delegate"] = f"{delegate.display_name}这些天另有代理，请换一位或改日期。"
