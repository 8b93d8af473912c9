"""The 绩效自评报告: a draft of some pages that people edit, out of what is stored."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from perf.core.terms import PlanKind
from perf.documents.file_names import safe_name
from perf.documents.forms.formats import FORMATS
from perf.documents.forms.texts import day_text, form_mark
from perf.documents.report.analysis import analysis
from perf.documents.report.basics import basics
from perf.documents.report.docx import render_docx
from perf.documents.report.organisation import organisation
from perf.documents.report.outcome import outcome
from perf.documents.report.parts import Report, numbered
from perf.documents.report.pdf import render_pdf
from perf.documents.report.problems import measures, problems
from perf.documents.report.subject import subject_of

__all__ = [
    "REPORT_FORMATS",
    "Report",
    "report_file_name",
    "report_from_record",
    "write_report",
]

_SECTIONS = (basics, organisation, analysis, problems, measures, outcome)
_NEVER_SIGNED = datetime(2000, 1, 1, tzinfo=UTC)
_NOTE = (
    "本报告由系统根据填报和审核的数据写成初稿。带底色的【请补充】、（待补充）等处需要人工补充"
    "或核对，定稿前请逐处处理。"
)


class ReportFormat(NamedTuple):
    """A file format of the report: its writer, its media type, and its name on a page."""

    write: Callable[[Report], bytes]
    mime_type: str
    label: str


# By the file's ending; a report is a text to edit or to read, so that a table's formats have none.
REPORT_FORMATS = {
    ending: ReportFormat(write, FORMATS[ending].mime_type, FORMATS[ending].label)
    for ending, write in (("docx", render_docx), ("pdf", render_pdf))
}


def report_from_record(record: Mapping[str, Any]) -> Report:
    """The report that a record of `report_record` tells; every sentence stands on its figures."""
    subject = subject_of(record)
    form = subject.form
    what = "部门整体支出" if subject.is_department else "项目支出"
    return Report(
        kind=form.kind,
        year=form.year,
        name=form.name,
        unit=form.department,
        title=f"{form.name}\n{form.year}年度{what}绩效自评报告",
        note=_NOTE,
        mark=form_mark(form),
        day=day_text(form.approved_at),
        created=form.approved_at or form.submitted_at or _NEVER_SIGNED,
        is_draft=form.is_draft,
        is_demo=form.is_demo,
        parts=numbered(part for section in _SECTIONS for part in section(subject)),
    )


def write_report(report: Report, ending: str) -> bytes:
    """The report as a file's bytes; `ending` is a key of REPORT_FORMATS.

    Equal reports give equal bytes. Raises PdfUnavailable where this server cannot set PDF files.
    """
    return REPORT_FORMATS[ending].write(report)


def report_file_name(report: Report, ending: str = "docx") -> str:
    """A file name that every common system takes, e.g. `2022年度-党建经费-绩效自评报告.docx`."""
    what = "部门整体绩效自评报告" if report.kind is PlanKind.DEPARTMENT else "绩效自评报告"
    marks = ("-草稿" if report.is_draft else "") + ("-演示数据" if report.is_demo else "")
    return f"{report.year}年度-{safe_name(report.name)}-{what}{marks}.{ending}"
