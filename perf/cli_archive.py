"""`perf archive`: a year as one zip file."""

import json
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from perf.archives.contents import Asked, contents
from perf.archives.disclosing import Place, places_to_check
from perf.archives.zip_file import write_zip
from perf.cli_console import console_actor, refusals
from perf.core.errors import NotFound, PerfError
from perf.documents.forms import FORMATS
from perf.extensions import db
from perf.queries.organisation import has_plans, unit_called
from perf.services.archives import archive_title

_DEFAULT = ("pdf", "xlsx")


@click.command(
    "archive",
    short_help="把一个年度的全部表格和佐证材料打成一个压缩包。",
    help="把一个年度的汇总表、各项绩效目标表、监控表、自评表和佐证材料打成一个压缩包，附目录（xlsx、html）。"
    "--public 生成信息公开版：只含已审核通过的目标表和已签署的自评表，不含佐证材料、监控表、"
    "得分计算说明和签字人姓名；有疑似个人信息时列出位置并以 1 结束，"
    "核对后加 --checked，或加 --mask 打码。",
)
@click.option("--year", type=click.IntRange(2000, 2100), required=True, help="预算年度。")
@click.option("--unit", "unit_text", metavar="CODE", help="只打包这个单位的，按单位编码。")
@click.option("--public", "is_public", is_flag=True, help="信息公开版，须给出 --unit。")
@click.option("--checked", "is_checked", is_flag=True, help="已逐处核对，照原文公开。")
@click.option("--mask", "is_masked", is_flag=True, help="把疑似个人信息换成＊。")
@click.option(
    "--format",
    "formats",
    multiple=True,
    type=click.Choice(list(FORMATS)),
    help="表格的格式，可以多次给出；不给则为 pdf 和 xlsx。",
)
@click.option(
    "--output",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="写到哪里，以 .zip 结尾；已有文件会被替换。",
)
@click.option("--json", "as_json", is_flag=True, help="只输出一份 JSON。")
@with_appcontext
def archive_command(
    year: int,
    unit_text: str | None,
    formats: tuple[str, ...],
    output: Path,
    *,
    is_public: bool,
    is_checked: bool,
    is_masked: bool,
    as_json: bool,
) -> None:
    """Write the archive; nothing is written where something is refused."""
    _check_usage(unit_text, output, is_public=is_public, is_checked=is_checked, is_masked=is_masked)
    with refusals():
        session = db.session()
        unit = unit_called(session, unit_text) if unit_text else None
        if unit_text and unit is None:
            raise NotFound(f"没有编码或名称为“{unit_text}”的单位。")
        if not has_plans(session, year, unit.id if unit else None):
            raise NotFound(f"{year} 年度没有绩效目标。请核对年度和单位编码。")
        if is_public and unit is not None and not (is_checked or is_masked):
            _demand_nothing_flagged(places_to_check(session, year, unit.id))
        chosen = tuple(ending for ending in FORMATS if ending in (formats or _DEFAULT))
        asked = Asked(year, unit.id if unit else None, chosen, is_public, is_masked)
        title = archive_title(year, unit, is_public=is_public)
        items = contents(session, console_actor(), asked, current_app.config["DATA_DIR"])
        packed = write_zip(output, title, "", items, lambda _done: True)
    told = {
        "path": str(output),
        "files": packed.files,
        "size": packed.size,
        "sha256": packed.sha256,
    }
    click.echo(json.dumps(told, ensure_ascii=False) if as_json else str(output))


def _check_usage(
    unit_text: str | None, output: Path, *, is_public: bool, is_checked: bool, is_masked: bool
) -> None:
    if output.suffix.lower() != ".zip":
        raise click.UsageError("--output 请以 .zip 结尾。")
    if is_public and not unit_text:
        raise click.UsageError("信息公开由各单位办理，--public 请同时给出 --unit CODE。")
    if (is_checked or is_masked) and not is_public:
        raise click.UsageError("--checked 和 --mask 只用于 --public。")
    if is_checked and is_masked:
        raise click.UsageError("--checked 和 --mask 只能给出一个。")


def _demand_nothing_flagged(places: list[Place]) -> None:
    if not places:
        return
    lines = [
        f"{one.plan} {one.form} {one.found.label} {one.found.row}："
        + "".join(f"【{text}】" if kind else text for text, kind in one.found.parts())
        for one in places
    ]
    raise PerfError(
        "\n".join(lines) + f"\n有 {len(places)} 处疑似个人信息，没有生成。"
        "请修改原文，或核对后加 --checked，或加 --mask 打码。"
    )
