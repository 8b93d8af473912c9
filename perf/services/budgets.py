"""A plan's money: the initial budget by source, and dated adjustments once it is approved."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from perf import clock
from perf.core.errors import Conflict, InvalidInput, Locked, NotFound
from perf.core.numbers import format_number
from perf.core.permissions import Actor, Permission
from perf.core.terms import FundSource, Status
from perf.core.workflow import EDITABLE
from perf.models import BudgetAdjustment, BudgetLine, Plan, SelfEvaluation
from perf.services.evaluation_scores import rescore
from perf.services.ledger import record_change
from perf.services.money import read_wan
from perf.services.steps import check_version
from perf.services.typed import Typed


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

    A wrong entry is put right by one of the opposite sign, so that both stay readable. A
    self-evaluation under preparation is scored anew with it. Raises
    Locked before the approval and once the self-evaluation is on its way, InvalidInput by field.
    """
    actor.demand(Permission.EDIT_PLAN)
    if not actor.sees_unit(plan.unit_id):
        raise NotFound("没有找到这份绩效目标。")
    if plan.status is not Status.APPROVED:
        raise Locked("绩效目标审核通过后才登记预算调整；此前请直接修改年初预算。")
    check_version(plan, version)
    evaluation = _editable_evaluation(session, plan)
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
    # Read before the new rows are pending: a query would flush them, and their history is told.
    name = f"{plan.name} {source.label}"
    if line is None:
        # Money that came during the year: at its beginning there was none.
        line = BudgetLine(
            unit_id=plan.unit_id, plan_id=plan.id, source=source, initial=Decimal("0.00")
        )
        plan.budget_lines.append(line)
        record_change(session, actor, "set_budget", line, name=name)
    adjustment = BudgetAdjustment(
        unit_id=plan.unit_id, budget_line_id=line.id, amount=yuan, on=day, document=named
    )
    line.adjustments.append(adjustment)
    record_change(
        session,
        actor,
        "adjust_budget",
        adjustment,
        name=name,
        plan_id=plan.id,
        reason=named,
    )
    plan.updated_at = clock.now()
    session.flush()
    if evaluation is not None:
        # Its execution rate is measured against the budget as it stands now.
        rescore(session, actor, evaluation)
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


def _editable_evaluation(session: Session, plan: Plan) -> SelfEvaluation | None:
    """The plan's self-evaluation, held until the commit; Locked where it is on its way."""
    evaluation = session.scalar(
        select(SelfEvaluation).where(SelfEvaluation.plan_id == plan.id).with_for_update()
    )
    if evaluation is not None and evaluation.status not in EDITABLE:
        raise Locked(
            f"绩效自评{evaluation.status.label}，预算不能再调整。请先将自评撤回、退回或重新打开。"
        )
    return evaluation


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
