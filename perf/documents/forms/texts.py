"""The wording of the 绩效自评表, piece by piece."""

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

from perf.core.numbers import format_fixed
from perf.core.revisions import LOWERED_LATE
from perf.core.terms import PlanKind
from perf.documents.forms.rows import NOT_APPLICABLE, IndicatorRow, SelfEvaluationForm
from perf.documents.forms.table import Style

# China keeps no summer time.
_SHANGHAI = timezone(timedelta(hours=8))
_MISSING = "未填报"


def form_title(form: SelfEvaluationForm) -> str:
    """The form's heading."""
    if form.kind is PlanKind.DEPARTMENT:
        return "部门（单位）整体支出绩效自评表"
    return "项目支出绩效自评表"


def form_mark(form: SelfEvaluationForm) -> str:
    """What an unsigned or invented form says of itself on every page; blank for a signed one."""
    return marks("未签署" if form.is_draft else "", is_demo=form.is_demo)


def marks(draft: str, *, is_demo: bool) -> str:
    """草稿 with why it is one (blank: it is none), and 演示数据."""
    said = [f"草稿（{draft}）"] if draft else []
    return "　".join([*said, "演示数据（非真实填报）"] if is_demo else said)


def local_day(moment: datetime) -> date:
    """The day of a moment in Asia/Shanghai."""
    return moment.astimezone(_SHANGHAI).date()


def day_text(moment: datetime | None) -> str:
    """The day in Asia/Shanghai, or room to write one by hand."""
    if moment is None:
        return "　　年　　月　　日"
    local = local_day(moment)
    return f"{local.year}年{local.month}月{local.day}日"


def target_text(item: IndicatorRow) -> str:
    """年度指标值; a revised one with the 年初 target, the points by it, and what revised it."""
    if not item.initial_target:
        return item.target
    points = ""
    if item.initial_points is not None:
        points = f"，按年初指标值计 {format_fixed(item.initial_points)} 分"
    revision = revision_text(item.revision_document, is_late=item.is_lowered_late)
    revision = f"；{revision}" if revision else ""
    return f"{item.target}\n（年初：{item.initial_target}{points}{revision}）"


def revision_text(document: str, *, is_late: bool) -> str:
    """`信访发〔2022〕8号调整，四季度调低`; blank where no document is named and it was not late."""
    return "，".join(
        [*([f"{document}调整"] if document else []), *([LOWERED_LATE] if is_late else [])]
    )


def actual_text(item: IndicatorRow) -> str:
    """实际完成值 as printed."""
    if item.tag == NOT_APPLICABLE:
        return NOT_APPLICABLE
    return item.actual or _MISSING


def points_cell(item: IndicatorRow) -> tuple[str | Decimal | None, Style]:
    """得分 with the style that it is printed in."""
    if item.tag == NOT_APPLICABLE and item.points is None:
        return NOT_APPLICABLE, Style.CENTRE
    return item.points, Style.POINTS


def remark_text(item: IndicatorRow) -> str:
    """偏差原因分析及改进措施 of an indicator, and last what the reviewer decided."""
    reason = reason_text(item.deviation_reason, item.corrective_action)
    return "\n".join(filter(None, [reason, item.decision]))


def reason_text(deviation_reason: str, corrective_action: str) -> str:
    """偏差原因分析及改进措施, each under its own word; blank where neither is given."""
    parts = []
    if deviation_reason.strip():
        parts.append(f"偏差原因：{deviation_reason.strip()}")
    if corrective_action.strip():
        parts.append(f"改进措施：{corrective_action.strip()}")
    return "\n".join(parts)
