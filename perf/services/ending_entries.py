"""An ending's form: as typed, and what its texts come to."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from perf import clock
from perf.core.dates import parse_day
from perf.core.endings import last_owed_month
from perf.core.errors import InvalidInput
from perf.core.terms import EndingKind
from perf.core.workflow import HANDED_IN
from perf.models import BudgetExecution, Period, Plan, Submission
from perf.queries.demanded import IS_YEAR
from perf.queries.endings import plans_to_merge_into
from perf.services.evaluation_scores import adjusted_of
from perf.services.money import read_wan, write_wan
from perf.services.typed import Typed, clean_text, document_day

_CAPTION = "终止（并入）单有误，没有保存。请按提示修改，已填内容都还在。"


@dataclass(frozen=True, slots=True)
class EndingEntry:
    """An ending's form as typed; money in 万元, `merged_into` is a plan's id."""

    kind: str = ""
    merged_into: str = ""
    document: str = ""
    dated_on: str = ""
    holds_from: str = ""
    reason: str = ""
    money_note: str = ""
    returned: str = ""
    moved: str = ""


@dataclass(frozen=True, slots=True)
class EndingValues:
    """What an ending's form comes to; money in 元."""

    kind: EndingKind
    merged_into: Plan | None
    document: str
    dated_on: date
    holds_from: date
    reason: str
    money_note: str
    returned: Decimal | None
    moved: Decimal | None


def read_ending(session: Session, plan: Plan, entry: EndingEntry) -> EndingValues:
    """The form as read; InvalidInput names every field that cannot be taken."""
    typed = Typed()
    kind = next((one for one in EndingKind if one.value == entry.kind), None)
    if kind is None:
        typed.errors["kind"] = "请选择终止，还是并入其他项目。"
    merged_into = None
    if kind is EndingKind.MERGED:
        others = {str(one.id): one for one in plans_to_merge_into(session, plan)}
        merged_into = others.get(entry.merged_into)
        if merged_into is None:
            typed.errors["merged_into"] = "请选择本单位本年度在执行的项目，作为并入后的项目。"
    document = typed.line("document", "文号", entry.document, required=True)
    dated_on = typed.read("dated_on", lambda text: document_day(text, plan.year), entry.dated_on)
    holds_from = typed.read("holds_from", lambda text: _read_start(text, plan), entry.holds_from)
    reason = typed.text("reason", "原因", entry.reason, required=True)
    money_note = typed.text("money_note", "资金处理", entry.money_note, required=True)
    returned = typed.read("returned", read_wan, entry.returned)
    moved = typed.read("moved", read_wan, entry.moved)
    if moved is not None and kind is EndingKind.CANCELLED:
        typed.errors["moved"] = "终止的项目没有并入后的项目，请留空；收回的资金填在收回金额里。"
    problem = too_much(session, plan, returned, moved)
    if problem:
        typed.errors.setdefault("moved" if moved else "returned", problem)
    if holds_from is not None:
        problem = reported_later(session, plan, holds_from)
        if problem:
            typed.errors["holds_from"] = problem
    typed.demand_clean(_CAPTION)
    assert kind is not None and dated_on is not None and holds_from is not None  # noqa: S101, PT018
    return EndingValues(
        kind, merged_into, document, dated_on, holds_from, reason, money_note, returned, moved
    )


def not_executed(session: Session, plan: Plan) -> Decimal:
    """全年预算数 less what the last report that was handed in says was executed, in 元."""
    last = (
        select(Submission.id)
        .join(Submission.period)
        .where(Submission.plan_id == plan.id, Submission.status.in_(HANDED_IN))
        .order_by(Period.months.desc())
        .limit(1)
        .scalar_subquery()
    )
    executed = session.scalar(
        select(func.sum(BudgetExecution.executed)).where(BudgetExecution.submission_id == last)
    )
    return adjusted_of(plan) - (executed or Decimal(0))


def too_much(session: Session, plan: Plan, returned: Decimal | None, moved: Decimal | None) -> str:
    """Why these amounts cannot be, as a sentence: they are more than what was not executed."""
    said = (returned or Decimal(0)) + (moved or Decimal(0))
    left = not_executed(session, plan)
    if not said or said <= left:
        return ""
    return (
        f"收回和划转合计 {write_wan(said)} 万元，多于尚未执行的 {write_wan(max(left, Decimal(0)))}"
        " 万元（全年预算数减去最近一期已上报的累计执行数），请核对。"
    )


def reported_later(session: Session, plan: Plan, holds_from: date) -> str:
    """Why the plan cannot end from this day: a period that begins then or later is reported."""
    found = session.execute(
        select(Period.name, Submission.status)
        .join(Submission, Submission.period_id == Period.id)
        .where(
            Submission.plan_id == plan.id,
            Submission.status.in_(HANDED_IN),
            Period.months > owed_until(session, plan, holds_from),
        )
        .order_by(Period.months)
        .limit(1)
    ).one_or_none()
    if found is None:
        return ""
    name, status = found
    return (
        f"{name}的填报{status.label}，而它从这一天或以后才开始。"
        "请填更晚的日期，或先将该期填报撤回、退回或重新打开。"
    )


def owed_until(session: Session, plan: Plan, holds_from: date) -> int:
    """The month in which the last period ends that the plan owes, were it ended from this day."""
    months = select(Period.months).where(Period.year == plan.year, ~IS_YEAR)
    return last_owed_month(session.scalars(months), holds_from)


def _read_start(text: str, plan: Plan) -> date:
    day = parse_day(clean_text(text))
    if day is None:
        raise InvalidInput("请填从哪一天起终止，例如 2022-07-01。")
    if day.year != plan.year:
        raise InvalidInput(f"这一天应在 {plan.year} 年内。")
    if day > clock.today():
        raise InvalidInput("这一天不能晚于今天：到了这一天再办理，此前项目仍在执行。")
    if plan.begins_on is not None and day <= plan.begins_on:
        raise InvalidInput(f"项目从 {plan.begins_on} 起追加，终止应在这之后。")
    return day
