"""One quarter of one plan in the API: actuals, quantities, executed amounts and evidence."""

from decimal import Decimal
from typing import Any

from flask import url_for
from marshmallow import Schema

from perf.api import fields
from perf.api.asking import PLAN, blueprint
from perf.api.door import requires
from perf.api.fields import titled
from perf.api.values import ActualRecord, actual_record, day, moment, number
from perf.core.permissions import Permission
from perf.core.terms import DeviationKind, FundSource, Light, Likelihood, Status, Tier
from perf.models import Actual, BudgetLine, Evidence, Indicator
from perf.queries.submissions import Quarter, quarter_visible_to
from perf.services.entry_figures import Figures, figures_of


@titled("预计全年完成情况：数值、日期或等级之一")
class ExpectedRecord(Schema):
    """What is expected by the end of the year: a number, a day or a grade."""

    number = fields.number("数值", null=True)
    day = fields.day("日期", null=True)
    tier = fields.code(Tier, "等级", null=True)


@titled("一个指标在这一期填报的内容，年初至今")
class ReportedRow(Schema):
    """What was reported of one indicator, year to date."""

    indicator_id = fields.whole("指标的编号")
    name = fields.text("三级指标")
    actual = fields.one(ActualRecord, "年初至今的实际完成值；未填报的为 null", null=True)
    is_no_data = fields.yes_or_no("是否选了“本期无数据”")
    is_not_applicable = fields.yes_or_no("是否不涉及（公式的分子分母都是 0）")
    basis = fields.text("没有手工填的数是怎样得来的", null=True)
    ratio = fields.number("完成率（0 至 1 及以上，最多六位小数）", null=True)
    is_met = fields.yes_or_no("是否已达到年度指标值", null=True)
    light = fields.code(Light, "监控预警；没有数值或尚未到期的为 null", null=True)
    expected = fields.one(ExpectedRecord, "预计全年完成情况", null=True)
    likelihood = fields.code(Likelihood, "完成目标可能性", null=True)
    deviation_kind = fields.code(DeviationKind, "偏差原因的类别", null=True)
    deviation_reason = fields.text("偏差原因", null=True)
    updated_by = fields.text("最后修改人", null=True)
    updated_at = fields.moment("最后修改时间", null=True)


@titled("一个量到这一期为止的数")
class QuantityValueRecord(Schema):
    """What a quantity came to by the end of the quarter."""

    id = fields.whole("量的编号")
    name = fields.text("名称")
    unit = fields.text("计量单位", null=True)
    value = fields.number("数值；未填报的为 null", null=True)


@titled("一种资金来源年初至今的执行数")
class ExecutedRecord(Schema):
    """What was executed from one source, year to date."""

    source = fields.code(FundSource, "资金来源")
    adjusted = fields.number("全年预算数（元）")
    executed = fields.number("执行数（元）；未填报的为 null", null=True)
    basis = fields.text("没有手工填的数是怎样得来的", null=True)


@titled("一份佐证材料")
class EvidenceRecord(Schema):
    """One file of evidence."""

    id = fields.whole("佐证材料的编号")
    indicator_id = fields.whole("所属指标的编号；预算执行的为 null", null=True)
    name = fields.text("文件名")
    pages = fields.text("在文件的哪几页；没有注明的为 null", null=True)
    sha256 = fields.text("内容的 SHA-256")
    size = fields.whole("字节数")
    media_type = fields.text("文件类型")
    created_by = fields.text("上传人", null=True)
    created_at = fields.moment("上传时间")
    link = fields.link("下载地址")


@titled("一份绩效目标一期的填报")
class PeriodRecord(Schema):
    """One plan's report of one quarter."""

    plan_id = fields.whole("绩效目标的编号")
    code = fields.text("填报期的编码")
    name = fields.text("名称")
    opens_on = fields.day("开始填报的日期")
    due_on = fields.day("截止日期（含当日）")
    is_locked = fields.yes_or_no("是否已由管理员关闭")
    status = fields.code(Status, "填报状态；还没有开始的为 null", null=True)
    version = fields.whole("内容每变动一次加一；还没有开始的为 null", null=True)
    submitted_by = fields.text("提交人", null=True)
    submitted_at = fields.moment("提交时间", null=True)
    decided_by = fields.text("审核人", null=True)
    decided_at = fields.moment("审核时间", null=True)
    is_demo = fields.yes_or_no("是否演示数据")
    rows = fields.many(ReportedRow, "各指标，按表中顺序；还没有填报的指标也在内")
    quantities = fields.many(QuantityValueRecord, "公式里的量")
    executed = fields.many(ExecutedRecord, "各资金来源的执行数")
    evidence = fields.many(EvidenceRecord, "佐证材料（已移除的不在内）")
    plan = fields.link("所属的绩效目标（接口）")
    page = fields.link("填报页面")


@blueprint.route(
    "/plans/<int:plan_id>/periods/<code>",
    parameters=[
        PLAN,
        {"in": "path", "name": "code", "description": "填报期的编码，如 2022-Q1、2022-M07"},
    ],
)
@requires(Permission.READ, quarter_visible_to)
@blueprint.response(200, PeriodRecord, description="这一期的填报")
@blueprint.doc(
    summary="一期的填报",
    description="各指标年初至今的实际完成值、公式里的量、各资金来源的执行数和佐证材料。",
)
def period(found: Quarter) -> dict[str, Any]:
    """One quarter of one plan."""
    submission, span = found.submission, found.period
    actuals, executions = found.actuals, found.executions
    submitter = submission.submitted_by if submission else None
    return {
        "plan_id": found.plan.id,
        "code": span.code,
        "name": span.name,
        "opens_on": day(span.opens_on),
        "due_on": day(span.due_on),
        "is_locked": span.locked_at is not None,
        "status": submission.status.value if submission else None,
        "version": submission.version if submission else None,
        "submitted_by": submitter.display_name if submitter else None,
        "submitted_at": moment(submission.submitted_at) if submission else None,
        "decided_by": (submission.decided_by_name or None) if submission else None,
        "decided_at": moment(submission.decided_at) if submission else None,
        "is_demo": submission.is_demo if submission else found.plan.is_demo,
        "rows": [_row(row, actuals.get(row.id)) for row in found.plan.indicators],
        "quantities": _quantities(found),
        "executed": [_executed(line, executions) for line in found.plan.budget_lines],
        "evidence": [
            _evidence(one)
            for one in (submission.evidence if submission else [])
            if one.removed_at is None
        ],
        "plan": url_for("api.plan", plan_id=found.plan.id),
        "page": url_for("reports.show", plan_id=found.plan.id, code=span.code),
    }


def _row(indicator: Indicator, actual: Actual | None) -> dict[str, Any]:
    figures = figures_of(actual)
    return {
        "indicator_id": indicator.id,
        "name": indicator.name,
        "actual": actual_record(figures.actual, indicator.target_unit),
        "is_no_data": figures.is_no_data,
        "is_not_applicable": figures.is_zero_over_zero,
        "basis": figures.basis or None,
        "ratio": number(actual.ratio) if actual else None,
        "is_met": actual.is_met if actual else None,
        "light": actual.light.value if actual and actual.light else None,
        "expected": _expected(figures),
        "likelihood": figures.likelihood.value if figures.likelihood else None,
        "deviation_kind": figures.deviation_kind.value if figures.deviation_kind else None,
        "deviation_reason": figures.deviation_reason or None,
        "updated_by": actual.updated_by.display_name if actual and actual.updated_by else None,
        "updated_at": moment(actual.updated_at) if actual else None,
    }


def _expected(figures: Figures) -> dict[str, Any] | None:
    record: dict[str, Any] = {"number": None, "day": None, "tier": None}
    match figures.expected:
        case None:
            return None
        case Tier() as tier:
            record["tier"] = tier.value
        case Decimal() as value:
            record["number"] = number(value)
        case expected:
            record["day"] = day(expected)
    return record


def _quantities(found: Quarter) -> list[dict[str, Any]]:
    rows = found.submission.quantities if found.submission else []
    values = {row.quantity_id: row.value for row in rows}
    return [
        {
            "id": one.id,
            "name": one.name,
            "unit": one.unit or None,
            "value": number(values.get(one.id)),
        }
        for one in found.plan.quantities
    ]


def _executed(line: BudgetLine, executions: dict[FundSource, Any]) -> dict[str, Any]:
    row = executions.get(line.source)
    return {
        "source": line.source.value,
        "adjusted": number(line.adjusted),
        "executed": number(row.executed) if row else None,
        "basis": (row.basis or None) if row else None,
    }


def _evidence(row: Evidence) -> dict[str, Any]:
    return {
        "id": row.id,
        "indicator_id": row.indicator_id,
        "name": row.name,
        "pages": row.pages or None,
        "sha256": row.sha256,
        "size": row.size,
        "media_type": row.media_type,
        "created_by": row.created_by.display_name if row.created_by else None,
        "created_at": moment(row.created_at),
        "link": url_for("evidence.file", evidence_id=row.id),
    }
