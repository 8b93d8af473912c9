"""The ledger's words: what each action, subject and column is called, and how its values read."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Boolean, Date, Enum
from sqlalchemy.types import TypeEngine

from perf.core.terms import Action, Labelled
from perf.models import Base
from perf.models.types import Scaled, UtcDateTime
from perf.services.pack_form import label_of, said_of
from perf.web.presentation import day, moment, percent

ACTIONS: dict[str, str] = {
    **{action.value: action.label for action in Action},
    "answer_recommendation": "答复",
    "change_recommendation": "修改",
    "file_signed_copy": "归档",
    "make_recommendation": "提出",
    "record_outcome": "填报落实情况",
    "withdraw_recommendation": "撤回",
    "add_evidence": "上传",
    "add_indicator": "新增",
    "adjust_budget": "登记调整",
    "answer_remark": "答复",
    "arrange_indicators": "调整指标安排",
    "ask_for_archive": "要求生成",
    "attach_evidence": "上传",
    "begin_pack_version": "建立下一版",
    "begin_plan": "由上年编制",
    "begin_self_evaluation": "开始自评",
    "cancel_revision": "作废",
    "cancel_archive": "取消",
    "confirm_import": "确认导入",
    "copy_pack": "复制",
    "confirm_rectification": "确认完成",
    "cancel_ending": "作废",
    "close_rectification": "随项目终止了结",
    "create_ending": "新建",
    "create_period": "建立",
    "create_plan": "新建",
    "create_project": "新建",
    "create_revision": "新建",
    "create_unit": "建立",
    "create_user": "建立",
    "create_year": "建立",
    "decide_score": "评定得分",
    "delete_pack": "删除草稿",
    "delete_period": "删除",
    "delete_plan": "删除",
    "delete_project": "删除",
    "end_plan": "按文件终止",
    "explain_score": "说明",
    "fail_archive": "生成失败",
    "finish_archive": "生成",
    "import_plan": "导入",
    "interrupt_archive": "中断",
    "lock_period": "锁定",
    "open_submission": "开始填报",
    "pin_packs": "选定评分办法",
    "publish_pack": "发布",
    "raise_remark": "再次提出",
    "record_actual": "填报",
    "record_executed": "填报",
    "add_quantity": "新增",
    "open_rectification": "开出",
    "override_pack": "换用评分办法",
    "describe_evidence": "注明页码",
    "describe_quantity": "修改",
    "record_quantity": "填报",
    "remind": "提醒",
    "remove_archive": "删除",
    "remove_budget": "删去",
    "remove_evidence": "移除",
    "remove_indicator": "删除",
    "remove_revised_target": "移出",
    "remove_task": "删除",
    "renew_calendar": "生成日历地址",
    "repeat_archive": "重新生成",
    "reply_remark": "补充",
    "resolve_remark": "标为已解决",
    "report_rectification": "上报完成",
    "return_rectification": "退回",
    "revise_target": "按调整单修改",
    "save_ending": "修改",
    "save_pack": "修改",
    "save_rectification": "填写",
    "save_revision": "修改",
    "set_review_days": "设置审核期限",
    "set_revised_target": "列入",
    "set_rhythm": "改变填报节奏",
    "settle_revised_target": "了结",
    "save_self_evaluation": "填写自评",
    "score_indicator": "计算得分",
    "score_plan": "计算总分",
    "set_budget": "填写",
    "set_email": "修改邮箱",
    "set_password": "重设密码",
    "set_task": "填写",
    "stop_calendar": "停用日历地址",
    "unlock_period": "解锁",
    "update_indicator": "修改",
    "update_period": "修改",
    "update_plan": "修改",
    "update_project": "修改",
    "update_unit": "修改",
    "update_user": "修改",
    "upload_quarter_sheet": "按 Excel 填报表填写",
    "withdraw_decision": "撤销评定",
}
SUBJECTS: dict[str, str] = {
    "actual": "实际完成值",
    "archive": "年度资料包",
    "budget_adjustment": "预算调整",
    "budget_execution": "预算执行数",
    "budget_line": "预算",
    "evidence": "佐证材料",
    "fiscal_year": "年度",
    "import_draft": "导入",
    "indicator": "指标",
    "local_pack": "本地评分办法",
    "message": "消息",
    "period": "填报期",
    "plan": "绩效目标",
    "plan_ending": "终止（并入）单",
    "project": "项目",
    "quantity": "公式里的量",
    "quantity_value": "公式里的量",
    "recommendation": "评价建议",
    "rectification": "整改",
    "remark": "审核意见",
    "remark_entry": "审核意见",
    "revised_target": "指标值调整",
    "score": "指标得分",
    "self_evaluation": "绩效自评",
    "signed_copy": "盖章扫描件",
    "submission": "监控填报",
    "target_revision": "目标调整",
    "task": "年度主要任务",
    "unit": "单位",
    "user_account": "用户",
}
# What the entry's own head says already, or what only the machine needs.
HIDDEN = frozenset(
    {
        "action",
        "actor_id",
        "actor_name",
        "answered_at",
        "answered_by_id",
        "asked_at",
        "asked_by_id",
        "at",
        "beat_at",
        "begun_from_id",
        "budget_line_id",
        "chain",
        "changes",
        "closed_at",
        "created_at",
        "created_by_id",
        "day",
        "decided_at",
        "denominator",
        "files_done",
        "files_total",
        "finished_at",
        "gathered_at",
        "id",
        "indicator_id",
        "is_demo",
        "is_weight_entered",
        "lines",
        "made_at",
        "made_by_id",
        "mail_error",
        "mail_tried_at",
        "mailed_at",
        "months",
        "numerator",
        "merged_into_id",
        "occurrence",
        "opened_at",
        "ordinal",
        "origin",
        "outcome_at",
        "outcome_by_id",
        "period_id",
        "plan_ending_id",
        "plan_id",
        "project_id",
        "published_by_id",
        "quantity_id",
        "read_at",
        "remark_id",
        "reported_at",
        "revision_id",
        "self_evaluation_id",
        "seq",
        "snapshot_id",
        "step",
        "subject",
        "subject_id",
        "subject_name",
        "submission_id",
        "submitted_at",
        "taken_at",
        "taken_by_id",
        "target_revision_id",
        "user_id",
        "worker",
    }
)
COLUMNS: dict[str, str] = {
    "added_by": "追加文号",
    "added_on": "追加文件日期",
    "adoption": "是否采纳",
    "amount": "调整金额",
    "archived_at": "停用时间",
    "based_on": "依据的版本",
    "basic_expenditure": "基本支出",
    "basis": "数值来源",
    "begins_on": "追加之日",
    "calendar": "日历地址",
    "cancelled_at": "作废时间",
    "category": "项目类别",
    "cause": "监控情况",
    "checked": "逐项核对",
    "closed_by_id": "确认人",
    "code": "编码",
    "comparator": "比较方式",
    "confirmed_at": "确认时间",
    "consequence": "下年度预算",
    "content": "内容",
    "corrective_action": "改进措施",
    "cost_project_pack_id": "评分办法（有成本指标的项目）",
    "cost_project_pack_version": "其版本",
    "curve": "进度安排",
    "dated_on": "文件日期",
    "decided_by_id": "审核人",
    "decided_points": "评定得分",
    "decided_reason": "评定理由",
    "department_pack_id": "评分办法（部门整体）",
    "department_pack_version": "其版本",
    "deviation_kind": "偏差原因类别",
    "deviation_reason": "偏差原因",
    "display_name": "姓名",
    "document": "文件依据",
    "due_on": "截止日期",
    "email": "电子邮箱",
    "ended_on": "终止之日",
    "error": "原因",
    "executed": "执行数",
    "execution_points": "预算执行得分",
    "execution_reason": "预算执行情况说明",
    "expected_on": "预计完成日期",
    "expected_tier": "全年预计等次",
    "expected_value": "全年预计完成值",
    "file_name": "文件名",
    "formats": "文件格式",
    "formula": "计算公式",
    "holds_from": "终止之日",
    "implementing_unit": "实施单位",
    "indicator_total": "指标得分合计",
    "indicators": "指标",
    "initial": "年初预算数",
    "initial_points": "按年初指标值的得分",
    "initial_target": "年初指标值",
    "is_check_list": "逐项核对",
    "is_masked": "打码",
    "is_met": "是否达标",
    "is_no_data": "本期无数据",
    "is_open": "办理中",
    "is_not_applicable": "不涉及",
    "is_public": "信息公开版",
    "is_zero_over_zero": "分子分母都为 0",
    "kind": "年度取值方式",
    "left_out": "没有导入的行",
    "level1": "一级指标",
    "level2": "二级指标",
    "light": "监控预警",
    "likelihood": "完成目标可能性",
    "locked_at": "锁定时间",
    "measure": "整改措施",
    "measure_on": "计划完成日期",
    "media_type": "文件类型",
    "money_note": "资金处理",
    "moved": "划转金额",
    "must_change_password": "须改密码",
    "name": "名称",
    "needs_reason": "须说明原因",
    "new_target": "新指标值",
    "note": "指标说明",
    "objective": "年度总体目标",
    "objective_actual": "总体目标完成情况",
    "old_target": "原指标值",
    "on": "完成日期",
    "opens_on": "开始日期",
    "order": "排列次序",
    "outcome": "整改结果",
    "outcome_on": "落实日期",
    "owed_until": "应报到的月份",
    "owner_id": "责任人",
    "pace": "进度安排（累计百分比或到期季度）",
    "pack_id": "评分办法",
    "pack_reason": "换用评分办法的理由",
    "pack_version": "评分办法版本",
    "pages": "页码",
    "password": "密码",
    "points": "得分",
    "project_expenditure": "项目支出",
    "project_pack_id": "评分办法（无成本指标的项目）",
    "project_pack_version": "其版本",
    "published_at": "发布时间",
    "rate": "定性得分比例",
    "rating": "评级",
    "ratio": "完成率",
    "reason": "原因",
    "reminded": "提醒事项",
    "remarks_left": "未解决的意见",
    "removed_at": "移除时间",
    "reported_by_id": "上报人",
    "resolved_at": "处理时间",
    "resolved_by_id": "处理人",
    "return_reason": "退回原因",
    "returned": "收回金额",
    "review_days": "审核期限（工作日）",
    "revision_document": "调整文号",
    "rhythm": "填报节奏",
    "role": "角色",
    "sense": "方向",
    "sha256": "文件校验值",
    "signed_on": "签字盖章日期",
    "size": "文件大小（字节）",
    "source": "资金来源",
    "state": "状态",
    "status": "状态",
    "submitted_by_id": "提交人",
    "target_on": "指标日期",
    "target_text": "指标值",
    "target_unit": "计量单位",
    "target_upper": "指标值上限",
    "target_upper_on": "指标日期上限",
    "target_value": "指标值（读出的数）",
    "text": "意见",
    "third_quarter_target": "三季度末指标值",
    "tier": "定性等次",
    "total": "总分",
    "unit": "计量单位",
    "unit_id": "单位",
    "username": "用户名",
    "value": "实际完成值",
    "wants_email": "接收邮件",
    "weight": "分值",
    "withdrawn_at": "撤回时间",
    "withdrawn_reason": "撤回原因",
    "year": "年度",
}
COLUMNS_OF: dict[tuple[str, str], str] = {
    ("budget_adjustment", "on"): "调整日期",
    ("evidence", "name"): "文件名",
    ("indicator", "source"): "取自系统记录",
    ("plan", "kind"): "类别",
    ("plan_ending", "document"): "文号",
    ("plan_ending", "kind"): "办理方式",
    ("plan_ending", "reason"): "原因",
    ("quantity", "kind"): "性质",
    ("remark_entry", "text"): "内容",
    ("recommendation", "amount"): "建议安排预算",
    ("recommendation", "due_on"): "答复期限",
    ("recommendation", "kind"): "建议类别",
    ("recommendation", "measure"): "落实措施",
    ("recommendation", "outcome"): "落实情况",
    ("recommendation", "reason"): "理由",
    ("recommendation", "text"): "建议内容",
    ("rectification", "due_on"): "整改期限",
    ("quantity_value", "value"): "填报数",
    ("score", "decided_by_id"): "评定人",
    ("signed_copy", "name"): "文件名",
    ("target_revision", "document"): "文号",
    ("target_revision", "reason"): "调整原因",
}
# What a reader looks for first in an entry of many columns.
FIRST = frozenset(
    {
        "amount",
        "executed",
        "initial",
        "on",
        "points",
        "rate",
        "status",
        "target_text",
        "tier",
        "total",
        "value",
    }
)
_IN_YUAN = frozenset(
    {
        "amount",
        "basic_expenditure",
        "executed",
        "initial",
        "moved",
        "project_expenditure",
        "returned",
    }
)
_TYPES: dict[tuple[str, str], TypeEngine[object]] = {
    (mapper.class_.__tablename__, attribute.key): attribute.columns[0].type
    for mapper in Base.registry.mappers
    for attribute in mapper.column_attrs
}


def column_word(subject: str, key: str) -> str:
    """What a changed column is called; an unknown one shows as it is, since history stays."""
    if subject == "local_pack" and (label := label_of(key)) != key:
        return label
    return COLUMNS_OF.get((subject, key)) or COLUMNS.get(key, key)


def is_told(subject: str, key: str) -> bool:
    """Whether a change of this column says something to a reader."""
    # Of a rule pack's text the ledger keeps a digest, which says nothing to a reader.
    untold = {("local_pack", "content")}
    is_owner = key == "unit_id" and subject != "user_account"
    return key not in HIDDEN and (subject, key) not in untold and not is_owner


def is_default(subject: str, key: str, old: str | None, new: str | None) -> bool:
    """Whether a new row merely says no to a question that nobody asked (本期无数据：否)."""
    asked = key in {"is_no_data", "is_not_applicable", "is_zero_over_zero"}
    return asked and old is None and new == "False" and isinstance(_TYPES[subject, key], Boolean)


def value_text(subject: str, key: str, text: str | None) -> str:
    """A value as the ledger keeps it (exact text) in the words of the pages."""
    if text is None:
        return "空"
    if subject == "local_pack" and (said := said_of(key, text)):
        return said
    kind = _TYPES.get((subject, key))
    try:
        if isinstance(kind, Enum):
            return _label(kind.enum_class or (), text)
        if isinstance(kind, Boolean):
            return {"True": "是", "False": "否"}.get(text, text)
        if isinstance(kind, UtcDateTime):
            return moment(datetime.fromisoformat(text))
        if isinstance(kind, Date):
            return day(date.fromisoformat(text))
        if isinstance(kind, Scaled) and key == "ratio":
            return percent(Decimal(text))
    except (ValueError, ArithmeticError):
        # An entry older than a column's present type is still shown.
        return text
    return f"{text} 元" if key in _IN_YUAN else text


def _label(members: Iterable[object], text: str) -> str:
    for member in members:
        if isinstance(member, Labelled) and member.value == text:
            return member.label
    return text
