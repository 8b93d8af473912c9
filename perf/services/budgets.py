"""A plan's money: the initial budget by source, and dated adjustments once it is approved."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from perf import clock
from perf.core.errors import Conflict, InvalidInput, Locked, NotFound
from perf.core.numbers import format_number, parse_number, round_half_up
from perf.core.permissions import Actor, Permission
from perf.core.terms import FundSource, Status
from perf.core.workflow import EDITABLE
from perf.models import BudgetAdjustment, BudgetLine, Plan, SelfEvaluation
from perf.services.ledger import record_change
from perf.services.steps import check_version
from perf.services.typed import Typed

YUAN_PER_WAN = Decimal(10000)
_TOO_MUCH = Decimal(10) ** 14


def read_wan(text: str, *, is_signed: bool = False) -> Decimal | None:
    """万元 as typed (up to six decimals) in 元, exact to 分; None for a blank.

    Raises InvalidInput for what is no number, is negative (unless `is_signed`) or is finer than
    分 (`17.92` → 179200.00).
    """
    number = parse_number("".join(text.split()).removesuffix("万元").removesuffix("万"))
    if number is None:
        return None
    yuan = number * YUAN_PER_WAN
    if yuan < 0 and not is_signed:
        raise InvalidInput("金额不能是负数，请核对。")
    if yuan != round_half_up(yuan):
        raise InvalidInput("金额精确到分，即万元的 6 位小数，请核对。")
    if abs(yuan) >= _TOO_MUCH:
        raise InvalidInput("金额太大，请核对单位是不是万元。")
    return yuan.quantize(Decimal("0.01"))


def write_wan(yuan: Decimal | None) -> str:
    """元 as 万元 the way a form's field holds it, without a loss (`179200.00` → `17.92`)."""
    return "" if yuan is None else format_number(yuan / YUAN_PER_WAN)


def set_budget(
    session: Session, actor: Actor, plan: Plan, amounts: Mapping[FundSource, Decimal | None]
) -> None:
    """The initial budget by source in 元; None takes the source away, 0 is a figure.

    Sources that `amounts` does not name stay. Only while the plan may be edited; a source that
    was adjusted already cannot be taken away.
    """
    demand_editable(actor, plan)
    if write_budget(session, actor, plan, amounts):
        plan.updated_at = clock.now()
        session.flush()


def write_budget(
    session: Session, actor: Actor, plan: Plan, amounts: Mapping[FundSource, Decimal | None]
) -> int:
    """`set_budget` for a caller that has asked who may and marks the plan; how many changed."""
    lines = {line.source: line for line in plan.budget_lines}
    changed = 0
    for source, amount in amounts.items():
        line = lines.get(source)
        if amount is None:
            if line is not None:
                _remove_line(session, actor, plan, line)
                changed += 1
            continue
        if line is None:
            line = BudgetLine(unit_id=plan.unit_id, plan_id=plan.id, source=source)
            plan.budget_lines.append(line)
        elif line.initial == amount:
            continue
        elif line.adjusted - line.initial + amount < 0:
            raise InvalidInput(
                "调整后的预算小于 0。",
                {f"budget-{source.value}": "加上已登记的调整后小于 0，请核对。"},
            )
        line.initial = amount
        record_change(session, actor, "set_budget", line, name=f"{plan.name} {source.label}")
        changed += 1
    session.flush()
    return changed


def adjust_budget(
    session: Session,
    actor: Actor,
    plan: Plan,
    *,
    version: int,
    source: FundSource | None,
    amount: str,
    on: str,
    document: str,
) -> BudgetAdjustment:
    """One dated change of an approved plan's budget: 追加 positive, 追减 negative, 万元 as typed.

    A wrong entry is put right by one of the opposite sign, so that both stay readable. Raises
    Locked before the approval and once the self-evaluation is on its way, InvalidInput by field.
    """
    actor.demand(Permission.EDIT_PLAN)
    if not actor.sees_unit(plan.unit_id):
        raise NotFound("没有找到这份绩效目标。")
    if plan.status is not Status.APPROVED:
        raise Locked("绩效目标审核通过后才登记预算调整；此前请直接修改年初预算。")
    check_version(plan, version)
    _demand_no_evaluation(session, plan)
    typed = Typed()
    if source is None:
        typed.errors["source"] = "请选择资金来源。"
    yuan = typed.read("amount", lambda text: read_wan(text, is_signed=True), amount)
    if not yuan and "amount" not in typed.errors:
        typed.errors["amount"] = "请填写调整金额（万元）：追加填正数，追减填负数。"
    day = typed.read("on", lambda text: _read_day(text, plan.year), on)
    named = typed.line("document", "调整依据（文号）", document, required=True)
    lines = {line.source: line for line in plan.budget_lines}
    line = lines.get(source) if source else None
    if yuan and (line.adjusted if line else Decimal(0)) + yuan < 0:
        typed.errors["amount"] = "调整后这一来源的预算小于 0，请核对。"
    typed.demand_clean("预算调整有误，请按提示修改。")
    assert source is not None and yuan is not None and day is not None  # noqa: S101, PT018
    if line is None:
        # Money that came during the year: at its beginning there was none.
        line = BudgetLine(
            unit_id=plan.unit_id, plan_id=plan.id, source=source, initial=Decimal("0.00")
        )
        plan.budget_lines.append(line)
        record_change(session, actor, "set_budget", line, name=f"{plan.name} {source.label}")
    adjustment = BudgetAdjustment(
        unit_id=plan.unit_id, budget_line_id=line.id, amount=yuan, on=day, document=named
    )
    line.adjustments.append(adjustment)
    record_change(
        session,
        actor,
        "adjust_budget",
        adjustment,
        name=f"{plan.name} {source.label}",
        plan_id=plan.id,
        reason=named,
    )
    plan.updated_at = clock.now()
    session.flush()
    return adjustment


def demand_editable(actor: Actor, plan: Plan) -> None:
    """Raise NotPermitted, NotFound or Locked unless the actor may change this plan's content."""
    actor.demand(Permission.EDIT_PLAN)
    if not actor.sees_unit(plan.unit_id):
        raise NotFound("没有找到这份绩效目标。")
    if plan.status not in EDITABLE:
        raise Locked(
            f"绩效目标{plan.status.label}，不能修改。"
            "待审核的可先撤回；已通过的须由审核人说明原因后重新打开。"
        )


def _remove_line(session: Session, actor: Actor, plan: Plan, line: BudgetLine) -> None:
    if line.adjustments:
        raise Conflict(f"{line.source.label}已登记过调整，不能删去。没有年初预算的请填 0。")
    record_change(
        session,
        actor,
        "remove_budget",
        line,
        name=f"{plan.name} {line.source.label}",
        changes={"initial": (format_number(line.initial), None)},
    )
    plan.budget_lines.remove(line)


def _demand_no_evaluation(session: Session, plan: Plan) -> None:
    status = session.scalar(
        select(SelfEvaluation.status).where(
            SelfEvaluation.plan_id == plan.id, SelfEvaluation.status.not_in(EDITABLE)
        )
    )
    if status is not None:
        raise Locked(f"绩效自评{status.label}，预算不能再调整。请先将自评撤回、退回或重新打开。")


def _read_day(text: str, year: int) -> date:
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise InvalidInput("请按 2022-06-30 的样式填写日期。") from None
    if day.year != year:
        raise InvalidInput(f"调整日期应在 {year} 年内。")
    if day > clock.today():
        raise InvalidInput("调整日期不能晚于今天。")
    return day
