"""The official forms: plain rows in, a file's bytes out."""

import re
import unicodedata

from perf.core.terms import PlanKind
from perf.documents.forms.rows import (
    NOT_APPLICABLE,
    ExecutionRow,
    IndicatorRow,
    Money,
    SelfEvaluationForm,
)
from perf.documents.forms.self_evaluation import self_evaluation_layout
from perf.documents.forms.xlsx import render_xlsx

__all__ = [
    "NOT_APPLICABLE",
    "ExecutionRow",
    "IndicatorRow",
    "Money",
    "SelfEvaluationForm",
    "form_file_name",
    "self_evaluation_layout",
    "self_evaluation_xlsx",
]

# Windows refuses these; file systems commonly end a name at 255 bytes.
_REFUSED = re.compile(r'[<>:"/\\|?*]')
_MAX_NAME_BYTES = 150


def self_evaluation_xlsx(form: SelfEvaluationForm) -> bytes:
    """The 绩效自评表 as an xlsx file: the form, 得分计算说明 and, if needed, 附页.

    Totals are formulas whose cached values are the frozen ones; equal forms give equal bytes.
    """
    return render_xlsx(self_evaluation_layout(form))


def form_file_name(form: SelfEvaluationForm) -> str:
    """A file name that every common system takes, e.g. `2022年度-党建经费-绩效自评表.xlsx`.

    What is not signed, or not real, says so in the name too.
    """
    # Format characters could turn the reading direction and so disguise the extension.
    name = "".join(
        character
        for character in unicodedata.normalize("NFC", form.name)
        if unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    )
    name = " ".join(_REFUSED.sub("_", name).split())
    name = name.encode()[:_MAX_NAME_BYTES].decode(errors="ignore").strip(" .") or "未命名"
    kind = "部门整体绩效自评表" if form.kind is PlanKind.DEPARTMENT else "绩效自评表"
    marks = ("-草稿" if form.is_draft else "") + ("-演示数据" if form.is_demo else "")
    return f"{form.year}年度-{name}-{kind}{marks}.xlsx"
