"""What the API says of plans: the list's rows, and one plan with its targets."""

from marshmallow import Schema

from perf.api import fields
from perf.api.fields import titled
from perf.api.values import PackReference, TargetRecord
from perf.core.terms import FundSource, Kind, PlanKind, QuantityKind, Status
from perf.services.ways import Way


@titled("预算单位")
class UnitRecord(Schema):
    """A budget unit."""

    id = fields.whole("单位的编号（系统内）")
    code = fields.text("单位编码", null=True)
    name = fields.text("单位名称")


@titled("一份绩效目标的地址")
class PlanLinks(Schema):
    """Where a plan is found."""

    self = fields.link("这份绩效目标（接口）")
    self_evaluation = fields.link("它的自评（接口）")
    page = fields.link("它的页面")


@titled("绩效目标清单中的一份")
class PlanSummary(Schema):
    """One plan of the list."""

    id = fields.whole("绩效目标的编号（系统内）")
    year = fields.whole("年度")
    kind = fields.code(PlanKind, "类别")
    name = fields.text("项目名称；部门整体的为“部门整体”")
    code = fields.text("项目编码", null=True)
    unit = fields.one(UnitRecord, "预算单位")
    status = fields.code(Status, "状态")
    indicators = fields.whole("三级指标个数")
    budget = fields.number("全年预算数（元）", null=True)
    is_demo = fields.yes_or_no("是否演示数据")
    links = fields.one(PlanLinks, "地址")


@titled("前后各页的地址")
class PageLinks(Schema):
    """Where the pages before and after are found."""

    self = fields.link("本页")
    first = fields.link("第一页")
    previous = fields.link("上一页", null=True)
    next = fields.link("下一页", null=True)
    last = fields.link("最后一页")


@titled("一个年度的绩效目标，每页 50 份")
class PlanPage(Schema):
    """One year's plans, fifty a page."""

    year = fields.whole("年度；系统里还没有年度的为 null", null=True)
    page = fields.whole("第几页；超出的给最近的一页")
    pages = fields.whole("共几页")
    total = fields.whole("共几份")
    plans = fields.many(PlanSummary, "本页的绩效目标")
    links = fields.one(PageLinks, "前后各页")


@titled("一次预算调整")
class AdjustmentRecord(Schema):
    """One adjustment of a budget."""

    on = fields.day("日期")
    amount = fields.number("金额（元），追减为负")
    document = fields.text("文号")


@titled("一种资金来源的预算（元）")
class BudgetRecord(Schema):
    """The budget from one source in 元."""

    source = fields.code(FundSource, "资金来源")
    initial = fields.number("年初预算数（元）")
    adjusted = fields.number("全年预算数（元）")
    adjustments = fields.many(AdjustmentRecord, "各次调整")


@titled("部门的一项年度主要任务")
class TaskRecord(Schema):
    """One of a department's main tasks of the year."""

    name = fields.text("名称")
    content = fields.text("内容")


@titled("公式里的一个量")
class QuantityRecord(Schema):
    """A quantity of the plan's formulas."""

    id = fields.whole("量的编号")
    name = fields.text("名称")
    kind = fields.code(QuantityKind, "性质")
    unit = fields.text("计量单位", null=True)


@titled("一个三级指标和它的指标值")
class IndicatorRecord(Schema):
    """A third-level indicator with its target."""

    id = fields.whole("指标的编号")
    level1 = fields.text("一级指标")
    level2 = fields.text("二级指标", null=True)
    name = fields.text("三级指标")
    target = fields.one(TargetRecord, "年度指标值（现行的）")
    reading = fields.text("指标值读作什么，一句话")
    initial_target = fields.one(TargetRecord, "年初指标值；没有调整过的为 null", null=True)
    revision_document = fields.text("调整指标值的文号；不是由调整单调整的为 null", null=True)
    is_lowered_late = fields.yes_or_no("指标值是否在四季度调低")
    weight = fields.number("分值", null=True)
    kind = fields.code(Kind, "各期的数怎样成为全年数")
    way = fields.code(Way, "取数方式")
    formula = fields.text("公式", null=True)
    quantities = fields.texts("公式里的量，依次")
    points = fields.texts("逐项核对的要点，依次")
    note = fields.text("指标值说明", null=True)


@titled("一个填报期和这份绩效目标在其中的状态")
class PeriodSummary(Schema):
    """A quarter, and how far the plan's report of it is."""

    code = fields.text("填报期的编码，如 2022-Q1、2022-M07")
    name = fields.text("名称")
    opens_on = fields.day("开始填报的日期")
    due_on = fields.day("截止日期（含当日）")
    is_locked = fields.yes_or_no("是否已由管理员关闭")
    is_demanded = fields.yes_or_no("这份目标是否要报这一期；追加以前、终止以后的不用报")
    status = fields.code(Status, "填报状态；还没有开始的为 null", null=True)
    link = fields.link("这一期的填报（接口）")


@titled("一份绩效目标")
class PlanRecord(Schema):
    """One plan."""

    id = fields.whole("绩效目标的编号（系统内）")
    year = fields.whole("年度")
    kind = fields.code(PlanKind, "类别")
    name = fields.text("项目名称；部门整体的为“部门整体”")
    code = fields.text("项目编码", null=True)
    category = fields.text("项目类别", null=True)
    unit = fields.one(UnitRecord, "预算单位")
    implementing_unit = fields.text("实施单位", null=True)
    objective = fields.text("年度总体目标")
    status = fields.code(Status, "状态")
    version = fields.whole("内容每变动一次加一")
    submitted_by = fields.text("提交人", null=True)
    submitted_at = fields.moment("提交时间", null=True)
    decided_by = fields.text("审核人", null=True)
    decided_at = fields.moment("审核时间", null=True)
    begins_on = fields.day("追加之日；不是年度中追加的为 null", null=True)
    ended_on = fields.day("终止或并入之日；没有终止的为 null", null=True)
    is_demo = fields.yes_or_no("是否演示数据")
    pack = fields.one(PackReference, "评分办法")
    pack_reason = fields.text("不用本年度评分办法的理由；用的为 null", null=True)
    basic_expenditure = fields.number("部门整体：基本支出（元）", null=True)
    project_expenditure = fields.number("部门整体：项目支出（元）", null=True)
    budget = fields.many(BudgetRecord, "各资金来源的预算")
    tasks = fields.many(TaskRecord, "部门整体：年度主要任务")
    quantities = fields.many(QuantityRecord, "各公式里的量")
    indicators = fields.many(IndicatorRecord, "三级指标，按表中顺序")
    periods = fields.many(PeriodSummary, "各填报期")
    self_evaluation_status = fields.code(Status, "自评的状态；还没有开始的为 null", null=True)
    links = fields.one(PlanLinks, "地址")
