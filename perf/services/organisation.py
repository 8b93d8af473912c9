"""Units, years, their periods and the rule packs pinned to them."""

from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from perf import clock
from perf.core.errors import Conflict, InvalidInput
from perf.core.permissions import Actor, Permission
from perf.core.rulepack import RulePack
from perf.core.rules import load_pack
from perf.core.terms import PlanKind, Rhythm
from perf.models import FiscalYear, Period, Plan, Unit, User
from perf.queries.packs import LOCAL_PREFIX, packs_to_pin
from perf.services import texts
from perf.services.ledger import record_change
from perf.services.rhythms import add_periods

FIRST_YEAR, LAST_YEAR = 2000, 2100
# A day later than this many years after its period is taken for a slip of the finger.
YEARS_OPEN = 10
DEFAULT_PACKS = {
    "project": "cn-project-2020",
    "cost_project": "cn-project-2021",
    "department": "department-overall",
}
PACK_LABELS = {
    "project": "项目（没有成本指标一类）",
    "cost_project": "项目（有成本指标一类）",
    "department": "部门整体",
}
PACK_KINDS = {
    "project": PlanKind.PROJECT,
    "cost_project": PlanKind.PROJECT,
    "department": PlanKind.DEPARTMENT,
}


def create_unit(session: Session, actor: Actor, *, name: str, code: str = "") -> Unit:
    """A new unit; InvalidInput names the field that cannot be taken, a blank code is none."""
    actor.demand(Permission.ADMINISTER)
    unit = Unit()
    _write_unit(session, actor, "create_unit", unit, name, code, is_archived=False)
    return unit


def update_unit(
    session: Session, actor: Actor, unit: Unit, *, name: str, code: str, is_archived: bool
) -> None:
    """Change a unit's name or code, or whether it is in use.

    Conflict where it is to be archived while somebody of it can still sign in.
    """
    actor.demand(Permission.ADMINISTER)
    session.refresh(unit, with_for_update=True)
    if is_archived and unit.archived_at is None and _has_users(session, unit):
        raise Conflict("这个单位还有在用的用户，请先停用或调走他们，再停用单位。")
    _write_unit(session, actor, "update_unit", unit, name, code, is_archived=is_archived)


def create_year(
    session: Session, actor: Actor, year: int, rhythm: Rhythm = Rhythm.QUARTERS
) -> FiscalYear:
    """A year with the periods of its rhythm, the usual days and the default packs.

    A quarter or month opens with its first day, the self-evaluation with the first one after the
    year.
    """
    actor.demand(Permission.ADMINISTER)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise InvalidInput(
            "年度有误。", {"year": f"请填 {FIRST_YEAR} 至 {LAST_YEAR} 之间的四位年份。"}
        )
    if session.get(FiscalYear, year) is not None:
        raise InvalidInput("年度已经存在。", {"year": f"{year} 年度已经建立，请直接打开。"})
    row = FiscalYear(id=year, rhythm=rhythm)
    _pin(row, {key: load_pack(pack_id) for key, pack_id in DEFAULT_PACKS.items()})
    try:
        # Somebody else may make the year between the question and the answer.
        with session.begin_nested():
            session.add(row)
            record_change(session, actor, "create_year", row, name=f"{year} 年度")
    except IntegrityError as error:
        message = f"{year} 年度刚刚由其他人建立，请直接打开。"
        raise InvalidInput("年度已经存在。", {"year": message}) from error
    add_periods(session, actor, row)
    return row


def update_period(
    session: Session, actor: Actor, period: Period, *, opens_on: date, due_on: date
) -> None:
    """Set the first and the last day (itself included) to report; a locked period says no."""
    actor.demand(Permission.ADMINISTER)
    session.refresh(period, with_for_update=True)
    if (opens_on, due_on) == (period.opens_on, period.due_on):
        return
    if period.locked_at is not None:
        raise Conflict(f"{period.name}已锁定，不能改日期。请先解锁并说明原因。")
    fields = {
        f"{key}-{period.id}": f"日期应在 {period.year} 年至 {period.year + YEARS_OPEN} 年之间。"
        for key, day in [("opens_on", opens_on), ("due_on", due_on)]
        if not period.year <= day.year <= period.year + YEARS_OPEN
    }
    if not fields and due_on < opens_on:
        fields[f"due_on-{period.id}"] = "截止日期不能早于开始日期。"
    if fields:
        raise InvalidInput(f"{period.name}的日期有误。", fields)
    period.opens_on, period.due_on = opens_on, due_on
    record_change(session, actor, "update_period", period, name=_period_name(period))


def lock_period(session: Session, actor: Actor, period: Period, *, reason: str = "") -> None:
    """Close a period for good: nothing of it is typed, submitted, approved or reopened."""
    actor.demand(Permission.ADMINISTER)
    session.refresh(period, with_for_update=True)
    if period.locked_at is not None:
        return
    reason = texts.reason(reason) if reason.strip() else ""
    period.locked_at = clock.now()
    record_change(session, actor, "lock_period", period, name=_period_name(period), reason=reason)


def unlock_period(session: Session, actor: Actor, period: Period, *, reason: str) -> None:
    """Open a locked period again; takes a reason, which the ledger keeps."""
    actor.demand(Permission.ADMINISTER)
    session.refresh(period, with_for_update=True)
    if period.locked_at is None:
        return
    reason = texts.reason(reason)
    period.locked_at = None
    record_change(session, actor, "unlock_period", period, name=_period_name(period), reason=reason)


def pin_packs(
    session: Session,
    actor: Actor,
    year: FiscalYear,
    *,
    project: str,
    cost_project: str,
    department: str,
) -> None:
    """Choose the rule packs of a year, each in one version that never changes.

    A pack is named by what `pin_name` gives: a shipped one, or a published local one with its
    version. InvalidInput names the field where there is no such pack of its kind. Conflict once
    the year has plans, so that all plans of a year are scored alike.
    """
    actor.demand(Permission.ADMINISTER)
    named = {"project": project, "cost_project": cost_project, "department": department}
    known = {pin_name(pack.id, pack.version): pack for pack in packs_to_pin(session)}
    chosen = {
        key: known[name]
        for key, name in named.items()
        if name in known and known[name].plan_kind is PACK_KINDS[key]
    }
    fields = {key: "请选择一套适用的评分办法。" for key in named if key not in chosen}
    if fields:
        raise InvalidInput("评分办法有误。", fields)
    if session.scalar(select(Plan.id).where(Plan.year == year.id).limit(1)) is not None:
        raise Conflict(f"{year.id} 年度已有绩效目标，不能再更换评分办法，否则同年的得分不可比。")
    _pin(year, chosen)
    record_change(session, actor, "pin_packs", year, name=f"{year.id} 年度")


def pin_name(pack_id: str, version: int) -> str:
    """How a form names a version: a local one with its number, a shipped one stands for itself.

    `local-xx-2024`, 2 → `local-xx-2024@2`; `cn-project-2020`, 1 → `cn-project-2020`.
    """
    return f"{pack_id}@{version}" if pack_id.startswith(LOCAL_PREFIX) else pack_id


def _pin(year: FiscalYear, chosen: dict[str, RulePack]) -> None:
    for key, pack in chosen.items():
        setattr(year, f"{key}_pack_id", pack.id)
        setattr(year, f"{key}_pack_version", pack.version)


def _write_unit(
    session: Session,
    actor: Actor,
    action: str,
    unit: Unit,
    name: str,
    code: str,
    *,
    is_archived: bool,
) -> None:
    name = texts.line(name, field="name", label="单位名称", limit=200)
    code = texts.line(code, field="code", label="单位编码", limit=64, is_required=False)
    fields = {}
    if _is_taken(session, unit, Unit.name == name):
        fields["name"] = "已有同名的单位，请核对是否重复。"
    if code and _is_taken(session, unit, Unit.code == code):
        fields["code"] = "这个编码已属于另一个单位，请核对。"
    if fields:
        raise InvalidInput("单位信息有误，请按提示修改。", fields)
    try:
        # Somebody else may take the name between the question and the answer.
        with session.begin_nested():
            unit.name, unit.code = name, code or None
            if is_archived != (unit.archived_at is not None):
                unit.archived_at = clock.now() if is_archived else None
            session.add(unit)
            record_change(session, actor, action, unit, name=name)
    except IntegrityError as error:
        raise InvalidInput("单位信息有误。", {"name": "名称或编码刚刚被占用，请核对。"}) from error


def _is_taken(session: Session, unit: Unit, condition: ColumnElement[bool]) -> bool:
    query = select(Unit.id).where(condition, Unit.id != (unit.id or 0))
    return session.scalar(query.limit(1)) is not None


def _has_users(session: Session, unit: Unit) -> bool:
    query = select(User.id).where(User.unit_id == unit.id, User.archived_at.is_(None))
    return session.scalar(query.limit(1)) is not None


def _period_name(period: Period) -> str:
    return f"{period.year} 年{period.name}"
