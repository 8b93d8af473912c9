"""Quarterly submissions: opening one, what locks it, and its steps."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from perf import clock
from perf.core.actuals import format_actual
from perf.core.errors import Conflict, InvalidInput, Locked, NotFound
from perf.core.numbers import format_number
from perf.core.periods import parse_period, quarter_reason_demanded
from perf.core.permissions import Actor, Permission
from perf.core.terms import Action, Likelihood, Status
from perf.core.workflow import EDITABLE
from perf.models import Actual, Indicator, Period, Plan, SelfEvaluation, Submission
from perf.queries.packs import pack_of
from perf.services.entries import demand_editable, record_entries, why_closed
from perf.services.entry_figures import Figures, Value, figures_of
from perf.services.evaluations import rescore
from perf.services.ledger import record_change
from perf.services.quantities import Stand
from perf.services.rectifications import open_rectifications
from perf.services.snapshots import Content
from perf.services.standings import light_reason, standing_of
from perf.services.steps import check_version, take_step

__all__ = [
    "content_of_submission",
    "hold_open",
    "missing_of",
    "open_submission",
    "reason_demanded",
    "step_submission",
    "why_closed",
]

NO_DATA = "本期无数据"
DOUBTFUL = frozenset({Likelihood.POSSIBLE, Likelihood.IMPOSSIBLE})


def open_submission(session: Session, actor: Actor, plan: Plan, period: Period) -> Submission:
    """The plan's submission of the period, made where there is none, held until the commit.

    Raises Locked where the period is closed or the submission is not to be edited, NotFound
    where the plan is out of sight.
    """
    actor.demand(Permission.RECORD)
    if not actor.sees_unit(plan.unit_id):
        raise NotFound("没有找到这份绩效目标。")
    hold_open(session, plan, period)
    submission = session.scalar(
        select(Submission)
        .where(Submission.plan_id == plan.id, Submission.period_id == period.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if submission is None:
        # Read before the new row is pending: a query would flush it, and its history is told.
        name = f"{plan.name} {period.name}"
        submission = Submission(
            unit_id=plan.unit_id,
            plan_id=plan.id,
            period_id=period.id,
            status=Status.DRAFT,
            updated_at=clock.now(),
        )
        session.add(submission)
        record_change(session, actor, "open_submission", submission, name=name)
    demand_editable(actor, submission)
    return submission


def hold_open(session: Session, plan: Plan, period: Period) -> None:
    """Keep plan and period as they are until the commit; Locked where the period is closed.

    Holding the plan also lets two people who begin the same quarter at once do so in turn.
    """
    read = ["status", "version", "begins_on", "ended_on", "owed_until"]
    session.refresh(plan, read, with_for_update={"key_share": True})
    session.refresh(period, ["opens_on", "locked_at"], with_for_update={"read": True})
    closed = why_closed(plan, period)
    if closed:
        raise Locked(closed)


def step_submission(
    session: Session,
    actor: Actor,
    submission: Submission,
    action: Action,
    *,
    version: int,
    previous: Mapping[int, Actual],
    quantities_before: Mapping[int, Decimal] | None = None,
    reason: str = "",
    remarks: Mapping[int, str] | None = None,
) -> None:
    """One step of a quarter's submission.

    `previous` are the figures last reported before this quarter by indicator, `quantities_before`
    those of the quantities. What is computed is brought up to date before it is submitted; an
    approval opens rectifications where lights are not green.
    Submitting is all or nothing: InvalidInput's fields name what is missing, by
    `actual-<indicator id>`, `reason-<indicator id>` or `executed-<source>`.
    """
    if action in {Action.SUBMIT, Action.WITHDRAW, Action.REOPEN}:
        hold_open(session, submission.plan, submission.period)
    if action is Action.SUBMIT:
        check_version(submission, version)
        if submission.is_editable:
            record_entries(session, actor, submission, [], [], pack_of(submission.plan))
            version = submission.version
        missing = missing_of(submission, previous, quantities_before)
        if missing:
            raise InvalidInput("还有内容没有填完，未提交。请按提示补充。", missing)
    if action is Action.REOPEN:
        _check_no_evaluation(session, submission)
    take_step(
        session,
        actor,
        submission,
        action,
        version=version,
        content=content_of_submission(submission),
        name=f"{submission.plan.name} {submission.period.name}",
        reason=reason,
        remarks=remarks,
    )
    if action is Action.APPROVE:
        open_rectifications(session, actor, submission)
        _rescore_draft(session, actor, submission)


def missing_of(
    submission: Submission,
    previous: Mapping[int, Actual],
    quantities_before: Mapping[int, Decimal] | None = None,
) -> dict[str, str]:
    """What is still missing before the quarter can be submitted: {field: sentence}."""
    actuals = {row.indicator_id: row for row in submission.actuals}
    stand = Stand(submission.plan, submission.quantities, quantities_before or {})
    months, pack = parse_period(submission.period.code).months, pack_of(submission.plan)
    missing: dict[str, str] = {}
    for indicator in submission.plan.indicators:
        figures = figures_of(actuals.get(indicator.id))
        before = previous.get(indicator.id)
        fallen = stand.fallen(indicator)
        lagging = light_reason(standing_of(indicator, figures, months, pack), pack)
        demanded = reason_demanded(
            indicator, figures, before.actual if before else None, fallen, lagging
        )
        if figures.is_missing:
            lacking = "、".join(stand.lacking(indicator))
            what = f"还没有填报{lacking}" if lacking else "未填报"
            missing[f"actual-{indicator.id}"] = f"{indicator.name}：{what}。"
        elif demanded and not (figures.deviation_kind and figures.deviation_reason):
            missing[f"reason-{indicator.id}"] = f"{indicator.name}：{demanded}"
    return missing | _missing_executed(submission)


def _missing_executed(submission: Submission) -> dict[str, str]:
    executed = {row.source: row.executed for row in submission.executions}
    lines = submission.plan.budget_lines
    missing = {
        f"executed-{line.source.value}": f"{line.source.label}的累计执行数未填报。"
        for line in lines
        if executed.get(line.source) is None
    }
    if lines and not sum(line.adjusted for line in lines):
        for line in lines:
            if executed.get(line.source):
                missing[f"executed-{line.source.value}"] = (
                    "全年预算数为 0，累计执行数不能大于 0，请核对预算数或执行数。"
                )
    return missing


def reason_demanded(
    indicator: Indicator,
    figures: Figures,
    previous: Value,
    fallen: Sequence[str] = (),
    lagging: str = "",
) -> str | None:
    """Why this row needs a deviation reason, as a sentence; None where it needs none.

    `previous` is the year-to-date figure last reported, `fallen` the flows of its formula that
    are less than they were, `lagging` what the light asks for. An official form wants a reason
    for 有可能 and 完全不可能 too.
    ≤7天, 11天 → demanded.
    """
    if figures.is_no_data:
        return f"选择了“{NO_DATA}”，请说明原因。"
    if fallen:
        return f"{'、'.join(fallen)}比上期减少，请核对；如确实减少，请说明原因。"
    if figures.actual is not None:
        demanded = quarter_reason_demanded(
            indicator.target, indicator.kind, figures.actual, previous
        )
        if demanded is not None:
            return demanded
    if figures.likelihood is not None and figures.likelihood in DOUBTFUL:
        return f"完成目标可能性为“{figures.likelihood.label}”，请说明原因。"
    return lagging or None


def content_of_submission(submission: Submission) -> Content:
    """What the quarter says now, in the form's order."""
    actuals = {row.indicator_id: row for row in submission.actuals}
    files: dict[int | None, list[str]] = {}
    for evidence in submission.evidence:
        if evidence.removed_at is None:
            # The digest tells a file from another one put in its place under the same name.
            files.setdefault(evidence.indicator_id, []).append(
                " ".join(
                    filter(None, [f"{evidence.name}（{evidence.sha256[:8]}）", evidence.pages])
                )
            )
    fields = {
        f"{row.source.label}累计执行数（元）": format_number(row.executed)
        for row in submission.executions
        if row.executed is not None
    }
    fields |= {
        f"{row.source.label}累计执行数来源": row.basis for row in submission.executions if row.basis
    }
    values = {row.quantity_id: row.value for row in submission.quantities}
    for quantity in submission.plan.quantities:
        value = values.get(quantity.id)
        if value is not None:
            fields[quantity.label] = format_number(value)
    if None in files:
        fields["预算执行佐证材料"] = "、".join(files[None])
    return Content(
        fields=fields,
        rows=[
            {
                "id": indicator.id,
                "name": indicator.name,
                "fields": _row_fields(
                    indicator, actuals.get(indicator.id), files.get(indicator.id, [])
                ),
            }
            for indicator in submission.plan.indicators
        ],
        data={},
    )


def _row_fields(indicator: Indicator, row: Actual | None, files: list[str]) -> dict[str, str]:
    fields: dict[str, str] = {}
    if row is not None:
        unit = indicator.target_unit
        fields = {
            "实际完成值": NO_DATA if row.is_no_data else shown_result(row, unit),
            "数值来源": row.basis,
            "监控预警": row.light.label if row.light else "",
            "预计全年": _shown(
                row.expected_on if row.expected_on is not None else row.expected_value, unit
            )
            or (row.expected_tier.label if row.expected_tier else ""),
            "完成目标可能性": row.likelihood.label if row.likelihood else "",
            "偏差原因类别": row.deviation_kind.label if row.deviation_kind else "",
            "偏差原因": row.deviation_reason,
        }
    fields["佐证材料"] = "、".join(files)
    return {label: text for label, text in fields.items() if text}


def shown_result(row: Actual, unit: str | None) -> str:
    """A stored row's actual with its unit, 不涉及 for 0 over 0, empty for a blank."""
    return "不涉及" if row.is_zero_over_zero else _shown(row.actual, unit)


def _shown(actual: object, unit: str | None) -> str:
    return "" if actual is None else format_actual(actual, unit)  # type: ignore[arg-type]


def _check_no_evaluation(session: Session, submission: Submission) -> None:
    evaluation = _evaluation_of(session, submission)
    if evaluation is not None and evaluation.status not in EDITABLE:
        raise Conflict(
            f"这份目标的年度自评{evaluation.status.label}，这一期的数据不能单独重新打开。"
            "请先退回或重新打开自评。"
        )


def _rescore_draft(session: Session, actor: Actor, submission: Submission) -> None:
    evaluation = _evaluation_of(session, submission)
    if evaluation is not None and evaluation.status in EDITABLE:
        rescore(session, actor, evaluation)


def _evaluation_of(session: Session, submission: Submission) -> SelfEvaluation | None:
    return session.scalar(
        select(SelfEvaluation).where(SelfEvaluation.plan_id == submission.plan_id).with_for_update()
    )
