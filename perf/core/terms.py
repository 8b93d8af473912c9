"""The field's standard terms as enumerations; values are stored, labels are shown."""

from enum import StrEnum
from typing import Self


class Labelled(StrEnum):
    """A string enumeration whose members carry the Chinese word that users see."""

    label: str

    def __new__(cls, value: str, label: str) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member


class Comparator(Labelled):
    """How an actual is held against a target (指标值)."""

    GE = "ge", "不低于"
    LE = "le", "不超过"
    GT = "gt", "大于"
    LT = "lt", "小于"
    EQ = "eq", "等于"
    BETWEEN = "between", "介于"
    BY_DATE = "by_date", "截止日期"
    PERIOD = "period", "起止期间"
    QUALITATIVE = "qualitative", "定性"


class Sense(Labelled):
    """Which side of an `eq` target counts as met."""

    AT_LEAST = "at_least", "至少"
    AT_MOST = "at_most", "至多"
    EXACTLY = "exactly", "恰好"


class Tier(Labelled):
    """The three grades of a qualitative indicator (定性指标)."""

    ACHIEVED = "achieved", "达成年度指标"
    PARTIAL = "partial", "部分达成年度指标并具有一定效果"
    MISSED = "missed", "未达成年度指标且效果较差"


class Kind(Labelled):
    """How the year's value comes out of the quarters' year-to-date figures."""

    CUMULATIVE = "cumulative", "累计"
    LATEST = "latest", "取最新"
    AVERAGE = "average", "取平均"
    WORST = "worst", "取最差"
    RATIO = "ratio", "按量计算"


class QuantityKind(Labelled):
    """What a quantity of a formula (公式里的量) counts: what flows in over the year, or a stand."""

    FLOW = "flow", "年初至今"
    STOCK = "stock", "最新数"


class RecordSource(Labelled):
    """The system's own records from which an indicator is computed instead of being typed."""

    MONITORING = "monitoring", "绩效监控记录"
    SELF_EVALUATION = "self_evaluation", "绩效自评记录"


class PlanKind(Labelled):
    """What a plan is about."""

    PROJECT = "project", "项目"
    DEPARTMENT = "department", "部门整体"


class FundSource(Labelled):
    """Where a plan's money comes from; forms group the last three as 其他资金."""

    FISCAL = "fiscal", "财政拨款"
    CARRYOVER = "carryover", "上年结转资金"
    SPECIAL_ACCOUNT = "special_account", "财政专户管理资金"
    UNIT_FUNDS = "unit_funds", "单位资金"
    OTHER = "other", "其他资金"


class Likelihood(Labelled):
    """How likely the year's target will be reached (完成目标可能性)."""

    CERTAIN = "certain", "确定能"
    POSSIBLE = "possible", "有可能"
    IMPOSSIBLE = "impossible", "完全不可能"


class DeviationKind(Labelled):
    """The official kinds of deviation reasons (偏差原因)."""

    FUNDS = "funds", "经费保障"
    RULES = "rules", "制度保障"
    STAFF = "staff", "人员保障"
    HARDWARE = "hardware", "硬件条件保障"
    OTHER = "other", "其他"


class Curve(Labelled):
    """How much of an indicator's target is expected by a quarter's end (进度安排)."""

    EVEN = "even", "按时间均匀"
    OWN = "own", "按各季度计划"
    ONCE = "once", "到期一次完成"
    LEVEL = "level", "各期均按指标值"


class Rhythm(Labelled):
    """How often a year's figures are reported (填报节奏)."""

    QUARTERS = "quarters", "按季度"
    JULY = "july", "1—7月与全年"
    MONTHS = "months", "按月"


class Light(Labelled):
    """How an indicator stands in a quarter beside what is expected by then (监控预警)."""

    GREEN = "green", "正常"
    YELLOW = "yellow", "关注"
    RED = "red", "滞后"


class Role(Labelled):
    """What a user is."""

    STAFF = "staff", "填报人"
    SUPERVISOR = "supervisor", "审核人"
    FINANCE = "finance", "财政"
    ADMIN = "admin", "管理员"
    AUDITOR = "auditor", "审计"


class Status(Labelled):
    """Where a plan, a submission or a self-evaluation stands."""

    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "待审核"
    RETURNED = "returned", "已退回"
    APPROVED = "approved", "已通过"
    REOPENED = "reopened", "重新打开"


class RectificationState(Labelled):
    """Where a rectification (整改) stands."""

    OPEN = "open", "整改中"
    REPORTED = "reported", "待确认"
    CLOSED = "closed", "已完成"


class Action(Labelled):
    """A workflow step."""

    SUBMIT = "submit", "提交审核"
    WITHDRAW = "withdraw", "撤回"
    RETURN = "return", "退回修改"
    APPROVE = "approve", "审核通过"
    REOPEN = "reopen", "重新打开"


class Rating(Labelled):
    """The grade of a total (评级)."""

    EXCELLENT = "excellent", "优"
    GOOD = "good", "良"
    FAIR = "fair", "中"
    POOR = "poor", "差"


class WorkKind(Labelled):
    """What somebody has open and may hand over (工作交接)."""

    PLAN = "plan", "绩效目标"
    REVISION = "revision", "目标调整"
    ENDING = "ending", "终止并入"
    QUARTER = "quarter", "季度填报"
    SELF_EVALUATION = "self_evaluation", "绩效自评"
    RECTIFICATION = "rectification", "整改"
    OFFICE = "office", "责任科室"
    MESSAGE = "message", "未读消息"


class ArchiveState(Labelled):
    """Where the making of a year's archive (年度资料包) stands."""

    WAITING = "waiting", "等待生成"
    RUNNING = "running", "正在生成"
    DONE = "done", "已生成"
    FAILED = "failed", "生成失败"
    CANCELLED = "cancelled", "已取消"
    INTERRUPTED = "interrupted", "已中断"


class EndingKind(Labelled):
    """How a project ends within its year: for good, or as part of another one."""

    CANCELLED = "cancelled", "终止"
    MERGED = "merged", "并入"


class RecommendationKind(Labelled):
    """What a recommendation (评价建议) is about: the uses of a result that 财预〔2020〕10号 names.

    Its fifth chapter has a result serve to arrange budgets, to better policies and to better
    management; targets stand apart here, because next year's plan begins with them.
    """

    BUDGET = "budget", "预算安排"
    POLICY = "policy", "政策调整"
    MANAGEMENT = "management", "项目管理"
    TARGETS = "targets", "绩效目标"
    OTHER = "other", "其他"


class BudgetConsequence(Labelled):
    """What a recommendation would have next year's budget do."""

    RAISE = "raise", "增加"
    KEEP = "keep", "保持"
    CUT = "cut", "压减"
    CANCEL = "cancel", "取消"


class Adoption(Labelled):
    """What a unit answers to a recommendation."""

    ADOPTED = "adopted", "采纳"
    PARTLY = "partly", "部分采纳"
    NOT_ADOPTED = "not_adopted", "不采纳"


class ThreadState(Labelled):
    """Where a reviewer's remark (审核意见) stands."""

    OPEN = "open", "待处理"
    ANSWERED = "answered", "已答复"
    RESOLVED = "resolved", "已解决"


class ThreadStep(Labelled):
    """What an entry of a remark's thread is."""

    ANSWER = "answer", "答复"
    REPLY = "reply", "补充意见"
    RESOLVE = "resolve", "标为已解决"
    RAISE = "raise", "再次提出"
