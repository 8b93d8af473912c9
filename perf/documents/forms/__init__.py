"""The official forms: plain rows in, a file's bytes out."""

from perf.core.terms import PlanKind
from perf.documents.file_names import safe_name
from perf.documents.forms.formats import FORMATS
from perf.documents.forms.monitoring import monitoring_layout
from perf.documents.forms.monitoring_rows import (
    MonitoringForm,
    MonitoringRow,
    monitoring_from_record,
)
from perf.documents.forms.results import RESULTS_TITLE, results_layout
from perf.documents.forms.results_rows import ResultRow, ResultsForm, results_from_records
from perf.documents.forms.rows import (
    NOT_APPLICABLE,
    ExecutionRow,
    IndicatorRow,
    Money,
    SelfEvaluationForm,
)
from perf.documents.forms.self_evaluation import self_evaluation_layout
from perf.documents.forms.summary import TITLE, summary_layout
from perf.documents.forms.summary_rows import SummaryForm, SummaryRow, summary_from_records
from perf.documents.forms.table import Layout
from perf.documents.forms.target import target_layout
from perf.documents.forms.target_rows import TargetForm, TargetRow, target_from_record
from perf.documents.forms.xlsx import render_xlsx

__all__ = [
    "FORMATS",
    "NOT_APPLICABLE",
    "ExecutionRow",
    "Form",
    "IndicatorRow",
    "Money",
    "MonitoringForm",
    "MonitoringRow",
    "ResultRow",
    "ResultsForm",
    "SelfEvaluationForm",
    "SummaryForm",
    "SummaryRow",
    "TargetForm",
    "TargetRow",
    "form_file_name",
    "form_layout",
    "monitoring_from_record",
    "monitoring_layout",
    "results_from_records",
    "results_layout",
    "self_evaluation_layout",
    "self_evaluation_xlsx",
    "summary_from_records",
    "summary_layout",
    "target_from_record",
    "target_layout",
    "write_form",
]


def self_evaluation_xlsx(form: SelfEvaluationForm) -> bytes:
    """The 绩效自评表 as an xlsx file: the form, 得分计算说明 and, if needed, 附页.

    Totals are formulas whose cached values are the frozen ones; equal forms give equal bytes.
    """
    return render_xlsx(self_evaluation_layout(form))


Form = SelfEvaluationForm | TargetForm | MonitoringForm | SummaryForm | ResultsForm


def form_layout(form: Form) -> Layout:
    """The form as a layout that every writer takes."""
    if isinstance(form, SummaryForm):
        return summary_layout(form)
    if isinstance(form, ResultsForm):
        return results_layout(form)
    if isinstance(form, TargetForm):
        return target_layout(form)
    if isinstance(form, MonitoringForm):
        return monitoring_layout(form)
    return self_evaluation_layout(form)


def write_form(form: Form, ending: str) -> bytes:
    """The form as a file's bytes; `ending` is a key of FORMATS. Equal forms give equal bytes."""
    return FORMATS[ending].write(form_layout(form))


def form_file_name(form: Form, ending: str = "xlsx") -> str:
    """A file name that every common system takes, e.g. `2022年度-党建经费-绩效自评表.xlsx`.

    What is not signed, or not real, says so in the name too. `ending` is a key of FORMATS.
    """
    if isinstance(form, SummaryForm | ResultsForm):
        marks = "-演示数据" if form.is_demo else ""
        year, title = (
            (form.year, TITLE) if isinstance(form, SummaryForm) else (form.years, RESULTS_TITLE)
        )
        return f"{year}年度-{safe_name(form.unit or '全部单位')}-{title}{marks}.{ending}"
    is_department = form.kind is PlanKind.DEPARTMENT
    if isinstance(form, TargetForm):
        kind = "部门整体绩效目标表" if is_department else "绩效目标申报表"
    elif isinstance(form, MonitoringForm):
        what = "部门整体绩效运行监控表" if is_department else "绩效运行监控表"
        kind = f"{what}（1—{form.months}月）"
    else:
        kind = "部门整体绩效自评表" if is_department else "绩效自评表"
    marks = ("-草稿" if form.is_draft else "") + ("-演示数据" if form.is_demo else "")
    return f"{form.year}年度-{safe_name(form.name)}-{kind}{marks}.{ending}"
