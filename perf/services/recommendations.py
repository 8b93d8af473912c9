"""Recommendations (评价建议) on a signed self-evaluation: made, answered, and carried out."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

from sqlalchemy.orm import Session

from perf import clock
from perf.core.dates import parse_day
from perf.core.errors import Conflict, InvalidInput, Locked, NotFound, Stale
from perf.core.permissions import Actor, Permission
from perf.core.terms import Adoption, BudgetConsequence, Labelled, RecommendationKind, Status
from perf.models import Recommendation, SelfEvaluation
from perf.services.ledger import changes_of, record_change
from perf.services.money import read_wan
from perf.services.typed import Typed

_REFUSED = "有内容不能保存，请按提示修改，已填内容都还在。"
_CARRIED_OUT = frozenset({Adoption.ADOPTED, Adoption.PARTLY})
_Member = TypeVar("_Member", bound=Labelled)


@dataclass(frozen=True, slots=True)
class RecommendationEntry:
    """A recommendation's form as typed; `amount` is in 万元."""

    kind: str
    text: str
    consequence: str
    amount: str
    due_on: str


@dataclass(frozen=True, slots=True)
class AnswerEntry:
    """What a unit answers, as typed."""

    adoption: str
    reason: str
    measure: str
    measure_on: str


def make_recommendation(
    session: Session, actor: Actor, evaluation: SelfEvaluation, entry: RecommendationEntry
) -> Recommendation:
    """Recommend something on a signed self-evaluation, to be answered until a day.

    Raises InvalidInput with a sentence a field, Conflict where it is not signed, NotPermitted or
    NotFound.
    """
    actor.demand(Permission.RECOMMEND)
    if not actor.sees_unit(evaluation.unit_id) or actor.id is None:
        raise NotFound("没有找到这份绩效自评。")
    if evaluation.status is not Status.APPROVED:
        raise Conflict("自评签署以后才能提出评价建议。请等待审核人签署。")
    row = Recommendation(
        unit_id=evaluation.unit_id,
        plan_id=evaluation.plan_id,
        self_evaluation_id=evaluation.id,
        made_at=clock.now(),
        made_by_id=actor.id,
        updated_at=clock.now(),
        # Defaults come with the flush, which is after the ledger has looked.
        withdrawn_reason="",
        reason="",
        measure="",
        outcome="",
    )
    _take(row, entry)
    # Looked up before the row is added: the look-up would flush it, and the ledger see nothing.
    name = evaluation.plan.name
    session.add(row)
    record_change(session, actor, "make_recommendation", row, name=name)
    return row


def change_recommendation(
    session: Session, actor: Actor, row: Recommendation, entry: RecommendationEntry, *, version: int
) -> bool:
    """Word a recommendation anew while nobody has answered it; whether anything changed.

    Raises what `make_recommendation` raises, Locked where it was answered or withdrawn, and Stale
    where somebody else changed it.
    """
    _demand_own(actor, row, version)
    _take(row, entry)
    return _told(session, actor, "change_recommendation", row)


def withdraw_recommendation(
    session: Session, actor: Actor, row: Recommendation, reason: str, *, version: int
) -> None:
    """Take back, with a reason, a recommendation that nobody has answered; it stays readable."""
    _demand_own(actor, row, version)
    typed = Typed()
    reason = typed.text("withdrawn_reason", "撤回原因", reason, required=True)
    typed.demand_clean("撤回须说明原因。")
    row.withdrawn_at, row.withdrawn_reason = clock.now(), reason
    _told(session, actor, "withdraw_recommendation", row)


def answer_recommendation(
    session: Session, actor: Actor, row: Recommendation, entry: AnswerEntry, *, version: int
) -> bool:
    """Answer for the unit, or answer anew; whether anything changed.

    The ledger keeps the answer before. Not adopting, in part or at all, takes a reason; adopting
    a measure and its day. An answer of 不采纳 takes what was carried out with it. Raises
    InvalidInput with a sentence a field, Locked for what was withdrawn, Conflict for whoever made
    the recommendation, Stale, NotPermitted or NotFound.
    """
    _demand_unit(actor, row, version)
    typed = Typed()
    adoption = _member(typed, "adoption", Adoption, entry.adoption, "请选择是否采纳。")
    is_in_part = adoption is not None and adoption is not Adoption.ADOPTED
    reason = typed.text("reason", "理由", entry.reason, required=is_in_part)
    is_to_be_done = adoption in _CARRIED_OUT
    measure = typed.text("measure", "落实措施", entry.measure, required=is_to_be_done)
    measure_on = typed.read("measure_on", parse_day, entry.measure_on)
    if measure_on is None and (entry.measure_on.strip() or is_to_be_done):
        typed.errors["measure_on"] = "请填计划完成日期，例如 2023-06-30。"
    typed.demand_clean(_REFUSED)
    row.adoption, row.reason = adoption, reason
    row.measure, row.measure_on = measure, measure_on
    if adoption not in _CARRIED_OUT:
        row.outcome, row.outcome_on = "", None
        row.outcome_at = row.outcome_by_id = None
    if not changes_of(row):
        return False
    row.answered_at, row.answered_by_id = clock.now(), actor.id
    return _told(session, actor, "answer_recommendation", row)


def record_outcome(
    session: Session, actor: Actor, row: Recommendation, outcome: str, on: str, *, version: int
) -> bool:
    """Say what came of a recommendation that the unit took up, and on which day.

    Raises what `answer_recommendation` raises, and Conflict where it was not taken up.
    """
    _demand_unit(actor, row, version)
    if row.adoption not in _CARRIED_OUT:
        raise Conflict("这条建议还没有采纳，没有可填的落实情况。请先答复。")
    typed = Typed()
    text = typed.text("outcome", "落实情况", outcome, required=True)
    day = typed.read("outcome_on", parse_day, on)
    if day is None:
        typed.errors["outcome_on"] = "请填落实日期，例如 2023-06-30。"
    elif day > clock.today():
        typed.errors["outcome_on"] = "落实日期不能晚于今天。"
    typed.demand_clean(_REFUSED)
    row.outcome, row.outcome_on = text, day
    if not changes_of(row):
        return False
    row.outcome_at, row.outcome_by_id = clock.now(), actor.id
    return _told(session, actor, "record_outcome", row)


def is_own_side(actor: Actor, row: Recommendation) -> bool:
    """Whether the actor stands where the recommendation was made: finance, or the unit's review."""
    return actor.may(Permission.RECOMMEND) and row.made_by.unit_id == actor.unit_id


def _demand(actor: Actor, permission: Permission, row: Recommendation, version: int) -> None:
    actor.demand(permission)
    if not actor.sees_unit(row.unit_id) or actor.id is None:
        raise NotFound("没有找到这条评价建议。")
    if version != row.version:
        raise Stale("内容在您打开页面之后有变动，没有保存。请核对最新内容后再办理。")
    if row.withdrawn_at is not None:
        raise Locked("这条建议已撤回，不用再办理。")


def _demand_own(actor: Actor, row: Recommendation, version: int) -> None:
    _demand(actor, Permission.RECOMMEND, row, version)
    if not is_own_side(actor, row):
        raise Conflict("这条建议由另一方提出，只有提出方可以修改或撤回。需要时请另提一条。")
    if row.adoption is not None:
        raise Locked("单位已经答复，建议不能再修改或撤回。需要时请另提一条。")


def _demand_unit(actor: Actor, row: Recommendation, version: int) -> None:
    _demand(actor, Permission.ANSWER, row, version)
    if row.made_by_id == actor.id:
        raise Conflict("这条建议由您本人提出，请本单位其他人员答复。")


def _take(row: Recommendation, entry: RecommendationEntry) -> None:
    typed = Typed()
    kind = _member(typed, "kind", RecommendationKind, entry.kind, "请选择建议类别。")
    text = typed.text("text", "建议内容", entry.text, required=True)
    is_budget = kind is RecommendationKind.BUDGET
    consequence: BudgetConsequence | None = None
    if is_budget or entry.consequence:
        said = "请选择下年度预算怎样安排。"
        consequence = _member(typed, "consequence", BudgetConsequence, entry.consequence, said)
    amount: Decimal | None = typed.read("amount", read_wan, entry.amount)
    if kind is not None and not is_budget:
        for field, value in (("consequence", consequence), ("amount", amount)):
            if value is not None:
                typed.errors[field] = "只有“预算安排”的建议才填这一项，请清空，或改选类别。"
    due_on = typed.read("due_on", lambda day: _due(day, row.due_on), entry.due_on)
    typed.demand_clean(_REFUSED)
    if kind is None or due_on is None:
        # What is missing was refused above by its field.
        raise InvalidInput(_REFUSED)
    row.kind, row.text, row.due_on = kind, text, due_on
    row.consequence, row.amount = consequence, amount


def _member(typed: Typed, field: str, kind: type[_Member], text: str, said: str) -> _Member | None:
    found = next((one for one in kind if one.value == text), None)
    if found is None:
        typed.errors[field] = said
    return found


def _due(text: str, stored: date | None) -> date:
    day = parse_day(text)
    if day is None:
        raise InvalidInput("请填答复期限，例如 2023-03-31。")
    if day != stored and day < clock.today():
        raise InvalidInput("答复期限不能早于今天。")
    return day


def _told(session: Session, actor: Actor, action: str, row: Recommendation) -> bool:
    """Write the change and its entry of the ledger; False where nothing changed."""
    changes, name = changes_of(row), row.plan.name
    if not changes:
        return False
    row.updated_at = clock.now()
    record_change(session, actor, action, row, changes=changes, name=name)
    return True
