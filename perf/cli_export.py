"""`perf export`: official forms into files."""

import json
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from perf.archives.plan_forms import (
    Exported,
    evaluations_to_write,
    quarters_to_write,
    reports_to_write,
    targets_to_write,
)
from perf.cli_console import console_actor, refusals
from perf.cli_export_files import Written, write_all, write_one
from perf.core.errors import NotFound, PerfError
from perf.core.terms import PlanKind
from perf.documents.forms import FORMATS, SummaryForm, summary_from_records
from perf.documents.report import REPORT_FORMATS
from perf.extensions import db
from perf.models import Plan, SelfEvaluation
from perf.queries.evaluations import plans_to_export, whole_plans
from perf.queries.summary import summary_records
from perf.services.monitoring_record import monitoring_records

FORMS = {
    "target": "绩效目标表",
    "monitoring": "绩效运行监控表",
    "self-evaluation": "绩效自评表",
    "report": "绩效自评报告",
    "summary": "绩效自评结果汇总表",
}
_LACKING = {
    "monitoring": "没有已提交的填报",
    "self-evaluation": "还没有开始自评",
    "report": "还没有开始自评",
}
# Beside the formats that every form has: a self-evaluation as IATI 2.03.
_FORMATS = (*FORMATS, "xml")
_BATCH = 100
_NOTHING = "{} 年度没有符合条件的绩效目标。请核对年度、项目编码和单位编码。"


def _one_of(choices: Any, what: str) -> Any:
    def check(_context: click.Context, _option: click.Parameter, value: str) -> str:
        if value not in choices:
            raise click.UsageError(f"{what}目前只有：{'、'.join(choices)}。")
        return value

    return check


@click.command(
    "export",
    help="把正式表格导出为文件：--project、--department 写成一个文件（PATH 为已有文件夹时用表名作"
    "文件名）；--all 写入文件夹 PATH，PATH 以 .zip 结尾时写成一个压缩包，多个单位各占一个文件夹。"
    "汇总表总是一个文件，用 --all 或 --unit CODE。"
    "监控表是最近一期已提交填报的。"
    "自评表和自评报告已签署的按签署时的内容导出；未签署的、未批复的目标表和监控表注明草稿。"
    "自评报告只有 docx 和 pdf，是供修改的初稿。",
)
@click.option("--year", type=click.IntRange(2000, 2100), required=True, help="预算年度。")
@click.option("--project", metavar="CODE", help="一个项目，按项目编码。")
@click.option("--department", is_flag=True, help="部门整体。")
@click.option("--all", "is_all", is_flag=True, help="全部项目和部门整体。")
@click.option("--unit", metavar="CODE", help="只导出这个单位的，按单位编码。")
@click.option(
    "--form",
    required=True,
    callback=_one_of(FORMS, "表"),
    help="、".join(f"{name}（{label}）" for name, label in FORMS.items()) + "。",
)
@click.option(
    "--format",
    "format_",
    required=True,
    callback=_one_of(_FORMATS, "格式"),
    help="、".join(FORMATS) + "；自评表另有 xml（IATI 2.03）。",
)
@click.option(
    "--output", required=True, type=click.Path(path_type=Path), help="写到哪里；已有文件会被替换。"
)
@click.option("--json", "as_json", is_flag=True, help="只输出一份 JSON。")
@with_appcontext
def export_command(
    year: int,
    project: str | None,
    *,
    department: bool,
    is_all: bool,
    unit: str | None,
    form: str,
    format_: str,
    output: Path,
    as_json: bool,
) -> None:
    """Write the forms that are asked for; nothing is written where something is refused."""
    _check_choice(form, project, unit, department=department, is_all=is_all)
    _check_format(form, format_)
    with refusals():
        skipped: list[str] = []
        try:
            if form == "summary":
                files = [write_one(_summary(year, unit), output, format_)]
            else:
                kind = PlanKind.DEPARTMENT if department else None
                plans = plans_to_export(
                    db.session(), year=year, project_code=project, kind=kind, unit_code=unit
                )
                if not plans:
                    raise NotFound(_NOTHING.format(year))
                found = _found(form, [plan for plan, _ in plans], skipped)
                first = next(found, None)
                if first is None:
                    raise NotFound(f"{_LACKING[form]}：{'；'.join(skipped)}。")
                if is_all:
                    several = len({unit_id for _, unit_id in plans}) > 1
                    files = write_all(chain([first], found), output, format_, by_unit=several)
                else:
                    files = [_write_only(first, found, output, format_)]
        except OSError as error:
            raise PerfError(f"无法写入 {output}：{error.strerror or error}。") from error
    if as_json:
        told = {"year": year, "form": form, "format": format_, "files": files, "skipped": skipped}
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    for file in files:
        click.echo(file["path"])
    if skipped:
        click.echo(f"{_LACKING[form]}，没有导出：{'；'.join(skipped)}。", err=True)


def _check_choice(
    form: str, project: str | None, unit: str | None, *, department: bool, is_all: bool
) -> None:
    """Refuse, as wrong usage, what no form can be made of."""
    if form == "summary":
        if project is not None or department:
            raise click.UsageError(
                "汇总表列出一个单位或全部单位的所有项目，请用 --unit CODE 或 --all，"
                "不要用 --project、--department。"
            )
        if not is_all and unit is None:
            raise click.UsageError("汇总表请用 --all（全部单位）或 --unit CODE（一个单位）。")
    elif sum((project is not None, department, is_all)) != 1:
        raise click.UsageError("请在 --project CODE、--department、--all 中给出一个。")


def _check_format(form: str, format_: str) -> None:
    if form == "report" and format_ not in REPORT_FORMATS:
        raise click.UsageError(
            "自评报告是供修改的文稿，只有两种格式：请用 "
            f"{' 或 '.join(f'--format {ending}' for ending in REPORT_FORMATS)}。"
        )
    if format_ == "xml" and form != "self-evaluation":
        raise click.UsageError(
            f"xml（IATI 2.03）只有 --form self-evaluation 可以用；其他表请用 {'、'.join(FORMATS)}。"
        )


def _found(form: str, ids: list[int], skipped: list[str]) -> Iterator[Written]:
    """The forms one by one; names the plans that such a form cannot be made of in `skipped`.

    Plans are loaded and let go of a batch at a time, so that a county takes no more memory than
    a bureau.
    """
    session = db.session()
    for first in range(0, len(ids), _BATCH):
        plans = whole_plans(session, ids[first : first + _BATCH])
        chosen, forms = _forms(form, plans)
        usable = {plan.id for plan in chosen}
        skipped += [_naming(plan) for plan, _ in plans if plan.id not in usable]
        yield from forms
        session.expunge_all()


def _forms(
    form: str, plans: list[tuple[Plan, SelfEvaluation | None]]
) -> tuple[list[Plan], Iterator[Written]]:
    """The plans that such a form can be made of, and their forms one by one."""
    every = [plan for plan, _ in plans]
    if form == "target":
        return every, targets_to_write(db.session(), every)
    if form == "monitoring":
        records = zip(every, monitoring_records(db.session(), every), strict=True)
        handed_in = [(plan, record) for plan, record in records if record is not None]
        return [plan for plan, _ in handed_in], quarters_to_write(handed_in)
    begun = [(plan, row) for plan, row in plans if row is not None]
    if form == "report":
        reports = reports_to_write(db.session(), console_actor(), begun)
        return [plan for plan, _ in begun], reports
    return [plan for plan, _ in begun], evaluations_to_write(db.session(), begun)


def _write_only(
    exported: Written, others: Iterator[Written], output: Path, format_: str
) -> dict[str, Any]:
    more = sum(1 for _ in others)
    if more:
        raise NotFound(f"有 {more + 1} 个单位符合条件，请用 --unit CODE 指明一个。")
    return write_one(exported, output, format_)


def _summary(year: int, unit_code: str | None) -> Exported[SummaryForm]:
    records = summary_records(db.session(), console_actor(), year, unit_code=unit_code)
    if not records:
        raise NotFound(_NOTHING.format(year))
    form = summary_from_records(year, records[0]["unit"] if unit_code else "", records)
    return Exported(form, {"unit_code": unit_code, "rows": len(form.rows)})


def _naming(plan: Plan) -> str:
    return f"{plan.unit.name} {plan.name}"
