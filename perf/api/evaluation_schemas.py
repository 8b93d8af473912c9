"""What the API says of a self-evaluation: the record that page and form are drawn from."""

from marshmallow import Schema

from perf.api import fields
from perf.api.fields import titled
from perf.api.values import PackReference
from perf.core.attainment import Flag
from perf.core.execution import ExecutionFlag
from perf.core.terms import PlanKind, Rating, Status


@titled("一组资金（元）")
class MoneyRecord(Schema):
    """A group of amounts in 元."""

    initial = fields.number("年初预算数（元）", null=True)
    adjusted = fields.number("全年预算数（元）", null=True)
    executed = fields.number("全年执行数（元）", null=True)


@titled("项目资金：年度资金总额和其中各项")
class FundsRecord(Schema):
    """The money of a plan: all of it, and its parts."""

    total = fields.one(MoneyRecord, "年度资金总额")
    fiscal = fields.one(MoneyRecord, "其中：当年财政拨款")
    carryover = fields.one(MoneyRecord, "上年结转资金")
    other = fields.one(MoneyRecord, "其他资金")


@titled("一份佐证材料")
class FileRecord(Schema):
    """One file of evidence."""

    id = fields.whole("佐证材料的编号")
    quarter = fields.text("哪一期的")
    name = fields.text("文件名")
    sha256 = fields.text("内容的 SHA-256")
    link = fields.link("下载地址")


@titled("预算执行率的得分")
class ExecutionRecord(Schema):
    """The score of the budget execution."""

    weight = fields.number("分值；评分办法不计预算执行率的为 0")
    points = fields.number("得分；未填报、不涉及的为 null", null=True)
    percent = fields.text("执行率（%）", null=True)
    is_not_applicable = fields.yes_or_no("是否不涉及")
    steps = fields.texts("计算过程，与页面和表中的相同")
    flags = fields.many(fields.code(ExecutionFlag, "提示"), "提示")
    demanded = fields.text("为什么须说明原因；不须说明的为 null", null=True)
    deviation_reason = fields.text("偏差原因", null=True)
    evidence = fields.many(FileRecord, "各期整体的佐证材料")


@titled("审核人评定的得分")
class DecidedRecord(Schema):
    """What a reviewer decided instead of the computed points."""

    computed = fields.number("计算得分")
    points = fields.number("评定得分")
    by = fields.text("谁评定的")
    at = fields.moment("什么时候")
    reason = fields.text("理由")


@titled("一期的数")
class QuarterFigure(Schema):
    """One quarter's figure."""

    quarter = fields.text("填报期")
    figure = fields.text("填报的数，页面上的写法")


@titled("一个指标的得分和怎样得来的")
class ScoreRow(Schema):
    """One indicator's score and how it came about."""

    indicator_id = fields.whole("指标的编号")
    level1 = fields.text("一级指标")
    level2 = fields.text("二级指标", null=True)
    name = fields.text("三级指标")
    target = fields.text("年度指标值")
    initial_target = fields.text("年初指标值；没有调整过的为 null", null=True)
    actual = fields.text("实际完成值，页面上的写法；未填报的为 null", null=True)
    origin = fields.text("全年数是怎样得来的", null=True)
    quarters = fields.many(QuarterFigure, "各期的数")
    weight = fields.number("计分用的分值（含不涉及指标分摊的）")
    points = fields.number("得分（评定过的为评定得分）；未填报、不涉及的为 null", null=True)
    initial_points = fields.number("按年初指标值的得分", null=True)
    revision_document = fields.text("调整指标值的文号；不是由调整单调整的为 null", null=True)
    is_lowered_late = fields.yes_or_no("指标值是否在四季度调低")
    decided = fields.one(DecidedRecord, "审核人的评定；没有的为 null", null=True)
    steps = fields.texts("计算过程，与页面和表中的相同")
    percent = fields.text("完成率（%，一位小数）", null=True)
    is_met = fields.yes_or_no("是否达成", null=True)
    is_not_applicable = fields.yes_or_no("是否不涉及")
    flags = fields.many(fields.code(Flag, "提示"), "提示")
    demanded = fields.text("为什么须说明原因；不须说明的为 null", null=True)
    deviation_reason = fields.text("偏差原因", null=True)
    corrective_action = fields.text("改进措施", null=True)
    evidence = fields.many(FileRecord, "佐证材料")


@titled("一份绩效自评：提交、签署后为当时冻结的内容")
class SelfEvaluationRecord(Schema):
    """One self-evaluation: from its submission on, as it was kept then."""

    plan_id = fields.whole("绩效目标的编号")
    year = fields.whole("年度")
    kind = fields.code(PlanKind, "类别")
    name = fields.text("项目名称；部门整体的为单位名称")
    code = fields.text("项目或单位的编码", null=True)
    department = fields.text("主管部门")
    implementing_unit = fields.text("实施单位")
    status = fields.code(Status, "状态")
    is_draft = fields.yes_or_no("是否尚未签署")
    is_demo = fields.yes_or_no("是否演示数据")
    frozen_at = fields.moment("内容冻结的时间；还在填写的为 null", null=True)
    submitted_by = fields.text("提交人", null=True)
    submitted_at = fields.moment("提交时间", null=True)
    approved_by = fields.text("签署人", null=True)
    approved_at = fields.moment("签署时间", null=True)
    pack = fields.one(PackReference, "评分办法")
    objective_expected = fields.text("年度总体目标：预期目标", null=True)
    objective_actual = fields.text("年度总体目标：实际完成情况", null=True)
    money = fields.one(FundsRecord, "资金（元）")
    execution = fields.one(ExecutionRecord, "预算执行率")
    rows = fields.many(ScoreRow, "各指标，按表中顺序")
    total = fields.number("总分；尚有未填报的为 null", null=True)
    total_steps = fields.texts("总分的计算过程")
    rating = fields.code(Rating, "评级", null=True)
    plan = fields.link("所属的绩效目标（接口）")
    page = fields.link("自评页面")
