"""The wording of the 绩效目标表, piece by piece."""

from perf.core.terms import PlanKind, Status
from perf.documents.forms.target_rows import TargetForm, TargetRow
from perf.documents.forms.texts import marks, revision_text

NO_LEVEL2 = "—"
NOT_FILLED_IN = "未填写"
_STATE = {
    Status.DRAFT: "未提交",
    Status.SUBMITTED: "待审核",
    Status.RETURNED: "已退回，修改中",
    Status.REOPENED: "重新打开，修改中",
}


def target_title(form: TargetForm) -> str:
    """The form's heading."""
    if form.kind is PlanKind.DEPARTMENT:
        return "部门（单位）整体绩效目标表"
    return "项目支出绩效目标申报表"


def target_mark(form: TargetForm) -> str:
    """What a plan that is not approved, or invented, says of itself; blank for any other."""
    return marks(_STATE[form.status] if form.is_draft else "", is_demo=form.is_demo)


def target_notes(form: TargetForm, *, has_annex: bool) -> list[str]:
    """The remarks below the table: revised targets, computed indicators, the annex."""
    notes = [
        f"“{row.name}”的指标值由“{row.initial_target}”调整为“{row.target or NOT_FILLED_IN}”"
        f"{_revision(row)}。"
        for row in form.rows
        if row.initial_target
    ]
    notes += [f"“{row.name}”的实际完成值{row.computed}。" for row in form.rows if row.computed]
    if has_annex:
        notes.append("篇幅较长的文字全文见“附页”。")
    return notes


def _revision(row: TargetRow) -> str:
    said = revision_text(row.revision_document, is_late=row.is_lowered_late)
    return f"（{said}）" if said else ""
