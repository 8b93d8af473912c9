"""A reviewer's points (评定得分) instead of the computed ones: bounded, with a reason, told."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from sqlalchemy.orm import Session

from perf import clock
from perf.core.errors import InvalidInput, Locked, NotFound, NotPermitted
from perf.core.numbers import format_fixed, format_number, parse_number, round_half_up
from perf.core.permissions import Actor, Permission
from perf.core.scoring import decision_bounds
from perf.core.storable import LONG
from perf.core.terms import Action, Status
from perf.core.weights import is_check_list
from perf.core.workflow import next_status
from perf.models import Score, SelfEvaluation
from perf.queries.packs import pack_of
from perf.services.evaluation_content import work_scores
from perf.services.evaluation_open import demand_open
from perf.services.evaluation_scores import store_totals
from perf.services.ledger import record_change
from perf.services.steps import check_version
from perf.services.typed import clean_text

_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision as typed; both blank takes back the one that stands."""

    points_text: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Between which points one score may be decided, both of them allowed.

    `computed` are the points as computed, `why` the rule in words. `is_demanded` where the pack
    leaves the score to the reviewer, so that nothing can be signed without a decision.
    """

    low: Decimal
    high: Decimal
    computed: Decimal
    why: str
    is_demanded: bool

    @property
    def sentence(self) -> str:
        """What may be typed, and why."""
        return f"可评定 {self.span} 分（计算得分 {format_fixed(self.computed)}；{self.why}）。"

    @property
    def span(self) -> str:
        """From where to where."""
        return f"{format_fixed(self.low)} 至 {format_fixed(self.high)}"


def bounds_of(evaluation: SelfEvaluation) -> dict[int, Bounds]:
    """The bounds by indicator, of the scores that can be decided at all.

    Those without points (未填报, 不涉及) cannot, nor any where the pack gives no room.
    Weight 10, 9.33 computed, within 30 % → 6.33 to 10.00.
    """
    pack = pack_of(evaluation)
    levels = {row.id: row.level1 for row in evaluation.plan.indicators}
    within = format_number(pack.decision.within * 100)
    found = {}
    for row in evaluation.scores:
        if row.points is None or row.indicator_id not in levels:
            continue
        level1 = levels[row.indicator_id]
        low, high = decision_bounds(row.weight, row.points, pack, level1)
        # Points have two decimals: the bounds as well, inward.
        low, high = low.quantize(_CENT, ROUND_CEILING), high.quantize(_CENT, ROUND_FLOOR)
        is_demanded = is_check_list(level1, pack)
        if low < high:
            why = f"与计算得分相差不超过分值的 {within}%"
            if is_demanded:
                why = f"{level1}由审核人核对后评定"
            found[row.indicator_id] = Bounds(low, high, row.points, why, is_demanded)
    return found


def decide_score(
    session: Session,
    actor: Actor,
    evaluation: SelfEvaluation,
    indicator_id: int,
    *,
    points_text: str,
    reason: str,
    version: int,
) -> bool:
    """Give one score other points than the computed; whether anything changed.

    As `decide_scores`, for a single indicator.
    """
    decided = {indicator_id: Decided(points_text, reason)}
    return decide_scores(session, actor, evaluation, decided, version=version)


def withdraw_decision(
    session: Session, actor: Actor, evaluation: SelfEvaluation, indicator_id: int, *, version: int
) -> bool:
    """Take back what was decided, so that the computed points count; whether anything changed."""
    return decide_scores(session, actor, evaluation, {indicator_id: Decided()}, version=version)


def decide_scores(
    session: Session,
    actor: Actor,
    evaluation: SelfEvaluation,
    decisions: Mapping[int, Decided],
    *,
    version: int,
) -> bool:
    """Give scores, by indicator, other points than the computed; whether anything changed.

    All or none of them. Points equal to the computed take a decision back, except where the pack
    leaves the score to the reviewer: agreeing is a decision there. Totals, rating and cap follow
    in the same transaction. Only for whoever may sign this self-evaluation now: raises
    NotPermitted, NotFound, Stale, Locked (not submitted, or the year closed), Conflict for what
    one submitted oneself, and InvalidInput whose fields `decided-<id>` and `why-<id>` say what is
    wrong. 10.00 computed of 10, decided 8.00 with a reason → 8.00 counts.
    """
    _demand_decider(session, actor, evaluation, version)
    actor = actor.deciding
    indicators = {row.id: row.name for row in evaluation.plan.indicators}
    rows = {row.indicator_id: row for row in evaluation.scores if row.indicator_id in indicators}
    bounds, name = bounds_of(evaluation), evaluation.plan.name
    errors: dict[str, str] = {}
    wanted: dict[int, tuple[Decimal | None, str]] = {}
    for indicator_id, typed in decisions.items():
        if indicator_id not in rows:
            raise NotFound("没有找到这项指标的得分。请刷新页面后再办理。")
        wanted[indicator_id] = _read(indicator_id, typed, bounds.get(indicator_id), errors)
    if errors:
        raise InvalidInput("评定得分有误，未保存。请按提示修改。", errors)
    is_changed = False
    for indicator_id, (points, reason) in wanted.items():
        row = rows[indicator_id]
        if (row.decided_points, row.decided_reason) == (points, reason):
            continue
        _put(row, points, reason, actor)
        action = "withdraw_decision" if points is None else "decide_score"
        record_change(
            session,
            actor,
            action,
            row,
            name=indicators[indicator_id],
            plan_id=evaluation.plan_id,
            reason=reason,
        )
        session.expire(row, ["decided_by"])
        is_changed = True
    if is_changed:
        store_totals(evaluation, work_scores(evaluation))
        record_change(session, actor, "score_plan", evaluation, name=name)
        evaluation.updated_at = clock.now()
        session.flush()
    return is_changed


def demand_decided(evaluation: SelfEvaluation) -> None:
    """Raise InvalidInput where a score that the pack leaves to the reviewer was not decided.

    And where one decided earlier lies outside the bounds since, as under another rule pack. The
    fields `decided-<id>` name each.
    """
    bounds = bounds_of(evaluation)
    names = {row.id: row.name for row in evaluation.plan.indicators}
    scores = {row.indicator_id: row for row in evaluation.scores}
    wrong: dict[str, str] = {}
    lacking: list[str] = []
    for indicator_id, name in names.items():
        row, limits = scores.get(indicator_id), bounds.get(indicator_id)
        decided = row.decided_points if row else None
        if decided is None and limits is not None and limits.is_demanded:
            sentence = f"{name}：请评定得分并写明理由。{limits.sentence}"
        elif decided is not None and (limits is None or not limits.low <= decided <= limits.high):
            why = limits.sentence if limits else "评分办法不允许另行评定得分。"
            sentence = f"{name}：以前评定的 {format_fixed(decided)} 分已不在范围内，请修改。{why}"
        else:
            continue
        wrong[f"decided-{indicator_id}"] = sentence
        lacking.append(name)
    if wrong:
        raise InvalidInput(f"还不能签署：请先评定 {'、'.join(lacking)} 的得分。", wrong)


def _demand_decider(
    session: Session, actor: Actor, evaluation: SelfEvaluation, version: int
) -> None:
    actor.demand(Permission.REVIEW)
    if not actor.sees_unit(evaluation.unit_id):
        raise NotFound("没有找到这份自评。")
    if evaluation.status is not Status.SUBMITTED:
        raise Locked(f"自评{evaluation.status.label}，不能评定得分。待审核的自评才能评定。")
    next_status(evaluation.status, Action.APPROVE, actor, evaluation.submitted_by_id)
    if actor.id is None:
        raise NotPermitted("评定得分须由审核人本人登录后办理。")
    check_version(evaluation, version)
    demand_open(session, evaluation.plan)


def _read(
    indicator_id: int, typed: Decided, limits: Bounds | None, errors: dict[str, str]
) -> tuple[Decimal | None, str]:
    """The points and the reason to keep; None and blank where no decision is to stand."""
    field, reason = f"decided-{indicator_id}", clean_text(typed.reason)
    try:
        points = parse_number(typed.points_text)
    except InvalidInput as error:
        errors[field] = str(error)
        return None, ""
    if points is None and not reason:
        return None, ""
    if limits is None:
        errors[field] = "这项指标没有计算得分，或评分办法不允许另行评定，不能评定得分。"
    elif points is None:
        errors[field] = "请填写评定得分；不另行评定的，请把理由也清空。"
    elif points != round_half_up(points):
        errors[field] = "评定得分最多两位小数，请修改。"
    elif not limits.low <= points <= limits.high:
        errors[field] = f"评定得分超出范围，请修改。{limits.sentence}"
    elif points == limits.computed and not limits.is_demanded:
        return None, ""
    elif not reason:
        errors[f"why-{indicator_id}"] = "请写明评定理由，它会与两个得分一并显示和导出。"
    elif len(reason) > LONG:
        errors[f"why-{indicator_id}"] = f"评定理由最多 {LONG} 字，现有 {len(reason)} 字，请精简。"
    else:
        return round_half_up(points), reason
    return None, ""


def _put(row: Score, points: Decimal | None, reason: str, actor: Actor) -> None:
    row.decided_points, row.decided_reason = points, reason
    row.decided_by_id = None if points is None else actor.id
    row.decided_at = None if points is None else clock.now()
