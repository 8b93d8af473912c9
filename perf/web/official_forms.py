"""The official forms as files, in the format that the address asks for."""

from collections.abc import Iterable
from io import BytesIO

from flask import Blueprint, request, send_file
from flask.typing import ResponseReturnValue

from perf import clock
from perf.archives.plan_forms import self_evaluation_form
from perf.core.errors import Conflict, InvalidInput, NotFound
from perf.core.permissions import Permission
from perf.documents.forms import (
    FORMATS,
    Form,
    form_file_name,
    monitoring_from_record,
    results_from_records,
    summary_from_records,
    target_from_record,
    write_form,
)
from perf.documents.forms.summary import MOST_ROWS
from perf.documents.iati import iati_xml
from perf.documents.report import (
    REPORT_FORMATS,
    report_file_name,
    report_from_record,
    write_report,
)
from perf.extensions import db
from perf.models import Plan, Unit
from perf.queries.evaluations import Evaluated, self_evaluation_visible_to
from perf.queries.organisation import unit_visible_to
from perf.queries.recommendations import recommendations_to_print
from perf.queries.summary import summary_records
from perf.queries.visible import plan_visible_to
from perf.services.monitoring_record import monitoring_records
from perf.services.report_record import report_record
from perf.services.result_records import result_records
from perf.services.target_record import target_records
from perf.web.recommendation_pages import asked_filter
from perf.web.security import current_actor, requires
from perf.web.units import year_asked_for

blueprint = Blueprint("forms", __name__)
_NOT_BEGUN = "这份绩效目标还没有开始自评。请从“自评”页面进入。"


@blueprint.get("/plans/<int:plan_id>/target-form")
@requires(Permission.EXPORT, plan_visible_to)
def target(plan: Plan) -> ResponseReturnValue:
    """The 绩效目标表 of a plan as it stands."""
    ending = _asked_format()
    (record,) = target_records(db.session(), [plan])
    return _send(target_from_record(record), ending)


@blueprint.get("/plans/<int:plan_id>/self-evaluation/form")
@requires(Permission.EXPORT, self_evaluation_visible_to)
def self_evaluation(found: Evaluated) -> ResponseReturnValue:
    """The 绩效自评表, also as an IATI activity; what is signed is printed as it was signed."""
    ending = _asked_format((*FORMATS, "xml"))
    if found.evaluation is None:
        raise Conflict(_NOT_BEGUN)
    form = self_evaluation_form(db.session(), found.evaluation)
    if ending != "xml":
        return _send(form, ending)
    plan = found.plan
    unit_key, plan_key = plan.unit.code or str(plan.unit_id), form.code or str(plan.id)
    content = iati_xml(form, unit_key=unit_key, plan_key=plan_key)
    return _send_bytes(content, "application/xml", form_file_name(form, ending))


@blueprint.get("/plans/<int:plan_id>/self-evaluation/report")
@requires(Permission.EXPORT, self_evaluation_visible_to)
def report(found: Evaluated) -> ResponseReturnValue:
    """The 绩效自评报告, a draft to edit; what is signed is told as it was signed."""
    ending = _asked_format(REPORT_FORMATS)
    if found.evaluation is None:
        raise Conflict(_NOT_BEGUN)
    record = report_record(db.session(), current_actor(), found.plan, found.evaluation)
    made = report_from_record(record)
    content = write_report(made, ending)
    return _send_bytes(content, REPORT_FORMATS[ending].mime_type, report_file_name(made, ending))


@blueprint.get("/plans/<int:plan_id>/monitoring-form")
@requires(Permission.EXPORT, plan_visible_to)
def monitoring(plan: Plan) -> ResponseReturnValue:
    """The 绩效运行监控表 of the plan's latest quarter handed in."""
    ending = _asked_format()
    (record,) = monitoring_records(db.session(), [plan])
    if record is None:
        raise Conflict("这份绩效目标还没有提交过监控填报。提交以后就可以导出监控表。")
    return _send(monitoring_from_record(record), ending)


@blueprint.get("/units/summary")
@requires(Permission.READ_ALL_UNITS)
def summary() -> ResponseReturnValue:
    """The 绩效自评结果汇总表 of a year over all units."""
    return _summary(None)


@blueprint.get("/units/<int:unit_id>/summary")
@requires(Permission.EXPORT, unit_visible_to)
def unit_summary(unit: Unit) -> ResponseReturnValue:
    """The same of one unit."""
    return _summary(unit)


@blueprint.get("/recommendations/form")
@requires(Permission.EXPORT)
def results() -> ResponseReturnValue:
    """The 评价结果应用情况表 of what the list of recommendations shows; none that was withdrawn."""
    ending, wanted, actor = _asked_format(), asked_filter(), current_actor()
    rows = recommendations_to_print(db.session(), actor, wanted, clock.today())
    if not rows:
        raise NotFound("没有可以导出的评价建议。请在“结果应用”中换个条件再导出。")
    _demand_room(ending, len(rows), "情况表", "条")
    units = {row.unit.name for row in rows}
    unit = units.pop() if len(units) == 1 else ""
    return _send(results_from_records(unit, result_records(rows)), ending)


def _summary(unit: Unit | None) -> ResponseReturnValue:
    ending = _asked_format()
    year = year_asked_for(clock.today())
    records = []
    if year is not None:
        unit_id = unit.id if unit else None
        records = summary_records(db.session(), current_actor(), year.id, unit_id=unit_id)
    if year is None or not records:
        raise NotFound("这个年度还没有绩效目标，没有可汇总的内容。请换一个年度。")
    _demand_room(ending, len(records), "汇总表", "项")
    return _send(summary_from_records(year.id, unit.name if unit else "", records), ending)


def _demand_room(ending: str, count: int, what: str, each: str) -> None:
    """Refuse a list that takes this format too long to set."""
    most = MOST_ROWS.get(ending)
    if most is not None and count > most:
        raise InvalidInput(
            f"{what}共 {count} {each}，这种格式最多 {most} {each}。"
            "请选择 Excel 或 CSV，或按单位导出。"
        )


def _asked_format(endings: Iterable[str] = FORMATS) -> str:
    """The ending in `?format=docx` out of these, the first one where the address names none."""
    known = [*endings]
    ending = request.args.get("format") or known[0]
    if ending not in known:
        raise NotFound(f"没有这种格式。这里可以导出为 {'、'.join(known)}，请从页面上的菜单选择。")
    return ending


def _send(form: Form, ending: str) -> ResponseReturnValue:
    content = write_form(form, ending)
    return _send_bytes(content, FORMATS[ending].mime_type, form_file_name(form, ending))


def _send_bytes(content: bytes, mime_type: str, name: str) -> ResponseReturnValue:
    return send_file(
        BytesIO(content), mimetype=mime_type, as_attachment=True, download_name=name, max_age=0
    )
