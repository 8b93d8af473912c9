"""`perf export`: official forms into files."""

import json
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from perf.cli_console import refusals
from perf.core.errors import NotFound, PerfError
from perf.core.terms import PlanKind
from perf.documents.forms import SelfEvaluationForm, form_file_name, self_evaluation_xlsx
from perf.documents.forms.record import form_from_data
from perf.extensions import db
from perf.models import Plan, SelfEvaluation
from perf.queries.evaluations import plans_to_export
from perf.services.evaluation_shown import show_self_evaluation

FORMS = {"self-evaluation": "绩效自评表"}
FORMATS = ("xlsx",)
# The earliest day that a zip file can name: equal contents give equal files.
_ZIP_DAY = (1980, 1, 1, 0, 0, 0)


def _one_of(choices: Any, what: str) -> Any:
    def check(_context: click.Context, _option: click.Parameter, value: str) -> str:
        if value not in choices:
            raise click.UsageError(f"{what}目前只有：{'、'.join(choices)}。")
        return value

    return check


@click.command(
    "export",
    help="把绩效自评表导出为文件：--project、--department 写成一个文件（PATH 为已有文件夹时用表名作"
    "文件名）；--all 写入文件夹 PATH，PATH 以 .zip 结尾时写成一个压缩包，多个单位各占一个文件夹。"
    "已签署的按签署时的内容导出，未签署的注明草稿。",
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
    help="self-evaluation（绩效自评表）。",
)
@click.option(
    "--format", "format_", required=True, callback=_one_of(FORMATS, "格式"), help="xlsx。"
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
    if sum((project is not None, department, is_all)) != 1:
        raise click.UsageError("请在 --project CODE、--department、--all 中给出一个。")
    with refusals():
        kind = PlanKind.DEPARTMENT if department else None
        plans = plans_to_export(
            db.session(), year=year, project_code=project, kind=kind, unit_code=unit
        )
        if not plans:
            raise NotFound(f"{year} 年度没有符合条件的绩效目标。请核对年度、项目编码和单位编码。")
        begun = [(plan, row) for plan, row in plans if row is not None]
        skipped = [_naming(plan) for plan, row in plans if row is None]
        if not begun:
            raise NotFound("还没有开始自评：" + "；".join(skipped) + "。")
        if not is_all and len(begun) > 1:
            raise NotFound(f"有 {len(begun)} 个单位符合条件，请用 --unit CODE 指明一个。")
        try:
            files = _write_all(begun, output) if is_all else [_write_one(*begun[0], output)]
        except OSError as error:
            raise PerfError(f"无法写入 {output}：{error.strerror or error}。") from error
    if as_json:
        told = {"year": year, "form": form, "format": format_, "files": files, "skipped": skipped}
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    for file in files:
        click.echo(file["path"])
    if skipped:
        click.echo(f"还没有开始自评，没有导出：{'；'.join(skipped)}。", err=True)


def _write_one(plan: Plan, evaluation: SelfEvaluation, output: Path) -> dict[str, Any]:
    form = _form(evaluation)
    path = output / form_file_name(form) if output.is_dir() else output
    path.parent.mkdir(parents=True, exist_ok=True)
    _replace(path, self_evaluation_xlsx(form))
    return _told(plan, evaluation, form, str(path))


def _write_all(begun: list[tuple[Plan, SelfEvaluation]], output: Path) -> list[dict[str, Any]]:
    if output.suffix.lower() != ".zip":
        told = []
        for name, plan, evaluation, form in _named(begun):
            path = output / name
            path.parent.mkdir(parents=True, exist_ok=True)
            _replace(path, self_evaluation_xlsx(form))
            told.append(_told(plan, evaluation, form, str(path)))
        return told
    told = []
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, plan, evaluation, form in _named(begun):
            archive.writestr(zipfile.ZipInfo(name, _ZIP_DAY), self_evaluation_xlsx(form))
            told.append(_told(plan, evaluation, form, f"{output}/{name}"))
    output.parent.mkdir(parents=True, exist_ok=True)
    _replace(output, packed.getvalue())
    return told


def _named(
    begun: list[tuple[Plan, SelfEvaluation]],
) -> Iterator[tuple[str, Plan, SelfEvaluation, SelfEvaluationForm]]:
    """Each form with its place in the folder; equal names in a unit are told apart by code."""
    several = len({plan.unit_id for plan, _ in begun}) > 1
    taken: set[str] = set()
    for plan, evaluation in begun:
        form = _form(evaluation)
        name = form_file_name(form)
        if several:
            name = f"{plan.unit.code or plan.unit_id}/{name}"
        if name in taken:
            name = f"{name.removesuffix('.xlsx')}-{form.code or plan.id}.xlsx"
        taken.add(name)
        yield name, plan, evaluation, form


def _form(evaluation: SelfEvaluation) -> SelfEvaluationForm:
    shown = show_self_evaluation(db.session(), evaluation)
    return form_from_data(
        shown.content["data"],
        is_draft=shown.is_draft,
        submitted_by=shown.submitted_by,
        submitted_at=shown.submitted_at,
        approved_by=shown.approved_by,
        approved_at=shown.approved_at,
    )


def _told(
    plan: Plan, evaluation: SelfEvaluation, form: SelfEvaluationForm, path: str
) -> dict[str, Any]:
    return {
        "path": path,
        "unit_code": plan.unit.code,
        "code": form.code,
        "name": form.name,
        "status": evaluation.status.value,
        "total": None if form.total is None else f"{form.total:.2f}",
        "rating": form.rating.label if form.rating else None,
    }


def _naming(plan: Plan) -> str:
    return f"{plan.unit.name} {plan.name}"


def _replace(path: Path, content: bytes) -> None:
    """Write the file whole or not at all."""
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(content)
    part.replace(path)
