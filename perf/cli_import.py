"""`perf import`: a document into plans, or only into what would be read."""

import hashlib
import json
import sys
from pathlib import Path

import click
from flask.cli import with_appcontext
from sqlalchemy.exc import OperationalError, ProgrammingError

from perf.cli_console import console_actor
from perf.core.drafts import Draft
from perf.core.errors import PerfError
from perf.core.findings import Severity
from perf.database import begin_writing
from perf.documents.draft_json import draft_to_json
from perf.documents.reading import read_apart
from perf.extensions import db
from perf.services.imports import Imported, Source, import_draft, outcome_findings

NO_DATABASE = "数据库没有建立或无法访问。请先运行 flask --app app perf init。"


@click.command(
    "import", help="读入一份公开的预算文件（txt、docx、pdf、xlsx、csv），建立其中的绩效目标。"
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--year", type=click.IntRange(2000, 2100), help="预算年度；不给则取文件中的年度。")
@click.option("--dry-run", is_flag=True, help="只读文件、只报提示，不写数据库。")
@click.option("--json", "as_json", is_flag=True, help="在标准输出上给出一份 JSON。")
@with_appcontext
def import_command(file: Path, year: int | None, *, dry_run: bool, as_json: bool) -> None:
    """Read the file; unless told otherwise store its plans, all or nothing."""
    refusal = ""
    imported = None
    content = file.read_bytes()
    try:
        draft = read_apart(file.name, content, year=year)
    except PerfError as error:
        click.echo(f"没有导入：{error}", err=True)
        sys.exit(1)
    if not dry_run:
        try:
            imported = _store(draft, Source(file.name, hashlib.sha256(content).hexdigest()))
        except PerfError as error:
            db.session.rollback()
            refusal = str(error)
        except (OperationalError, ProgrammingError):
            db.session.rollback()
            refusal = NO_DATABASE
    if as_json:
        if imported is not None:
            draft.findings = [*imported.findings, *outcome_findings(imported)]
        click.echo(json.dumps(draft_to_json(draft), ensure_ascii=False, indent=1))
    else:
        _tell(draft, imported)
    if refusal:
        click.echo(f"没有导入：{refusal}", err=True)
        sys.exit(1)


def _store(draft: Draft, source: Source) -> Imported:
    session = db.session()
    begin_writing(session)
    imported = import_draft(session, console_actor(), draft, source)
    session.commit()
    return imported


def _tell(draft: Draft, imported: Imported | None) -> None:
    plans = [draft.department] if draft.department else []
    click.echo(
        f"{draft.unit_name or '（没有读到单位）'} · {draft.fiscal_year or '（没有读到年度）'} 年度"
    )
    for plan in [*plans, *draft.projects]:
        click.echo(f"  {plan.name}：{len(plan.indicators)} 项指标")
    for severity in Severity:
        for finding in imported.findings if imported else draft.findings:
            if finding.severity is severity:
                click.echo(f"[{severity.label}] {finding.message}（{finding.where or '全文'}）")
    if imported is None:
        return
    for one in imported.plans:
        click.echo(f"{one.draft_plan.name}：{one.outcome.label}")
        for difference in one.differences:
            click.echo(f"  {difference}")
