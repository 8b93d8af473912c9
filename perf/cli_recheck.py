"""`perf recheck`: a filled self-evaluation form recomputed; no database is touched."""

import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from perf.core.errors import PerfError
from perf.core.numbers import format_number
from perf.core.recheck import Recheck
from perf.core.rules import load_pack
from perf.documents.rechecking import (
    count_verdicts,
    findings_as_told,
    recheck_file,
    rows_as_told,
)


@click.command(
    "recheck",
    short_help="复核一张填好的绩效自评表（xlsx、docx、pdf、csv），列出不一致之处。",
    help="复核一张填好的绩效自评表（xlsx、docx、pdf、csv）：按评分办法重算各项得分，列出不一致之处。"
    "不读写数据库；只要读得出表，无论结果如何都正常结束。",
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--pack", "pack_id", metavar="ID", help="评分办法；不给则按表上的一级指标选择，分值以表为准。"
)
@click.option("--json", "as_json", is_flag=True, help="在标准输出上给出一份 JSON。")
def recheck_command(file: Path, pack_id: str | None, *, as_json: bool) -> None:
    """Read the file and tell what recomputing it gives."""
    try:
        pack = load_pack(pack_id) if pack_id else None
        with file.open("rb") as stream:
            checked = recheck_file(file.name, stream, pack)
    except PerfError as error:
        click.echo(f"没有复核：{error}", err=True)
        sys.exit(1)
    if as_json:
        click.echo(json.dumps(recheck_to_json(checked), ensure_ascii=False, indent=1))
    else:
        _tell(checked)


def recheck_to_json(checked: Recheck) -> dict[str, Any]:
    """The recheck as plain values: rows in form order, figures as strings, None where blank."""
    return {
        "project": checked.form.project,
        "published_total": _text(checked.form.total),
        "computed_total": _text(checked.computed_total),
        "rows": [
            {
                "name": each.name,
                "weight": _text(each.row.weight),
                "target": each.row.target,
                "actual": each.row.actual,
                "published": _text(each.row.score),
                "computed": _text(each.computed),
                "verdict": each.verdict.value,
                "steps": list(each.steps),
            }
            for each in checked.rows
        ],
        "findings": [
            {
                "severity": found.severity.value,
                "code": found.code,
                "message": found.message,
                "where": found.where,
            }
            for found in checked.findings
        ],
    }


def _text(figure: Decimal | None) -> str | None:
    return None if figure is None else format(figure, "f")


def _shown(figure: Decimal | None) -> str:
    return "—" if figure is None else format_number(figure)


def _tell(checked: Recheck) -> None:
    form = checked.form
    counts = "，".join(
        f"{verdict.label} {count} 项" for verdict, count in count_verdicts(checked).items()
    )
    click.echo(f"{form.project or '（没有读到项目名称）'} · 依据 {checked.pack.label}")
    click.echo(f"表上总分 {_shown(form.total)}，重算 {_shown(checked.computed_total)}；{counts}。")
    for each in rows_as_told(checked):
        click.echo(f"[{each.verdict.label}] {each.name}：{'；'.join(each.steps)}")
    for found in findings_as_told(checked):
        click.echo(f"[{found.severity.label}] {found.message}（{found.where or '全表'}）")
