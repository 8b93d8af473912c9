"""`perf rescore`: self-evaluations that are still being written, computed anew for all units."""

import gc
import json
from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask.cli import with_appcontext

from perf.cli_console import console_actor, refusals
from perf.database import begin_writing
from perf.extensions import db
from perf.queries.rescoring import units_in_preparation
from perf.services.rescoring import Rescored, rescore_units

# Each batch is one transaction: others wait for it a fraction of a second, as for any save.
UNITS_AT_ONCE = 200
_TELL_EVERY = 1000


@click.command(
    "rescore",
    short_help="把年度内还没有提交的自评重新计算一遍；已提交、已签署的不动。",
    help="把年度内还没有提交的自评重新计算一遍，只写入有变化的；已提交、已签署的不动。按单位分批保存，"
    "可以随时按 Ctrl-C 停止，已算完的单位整份保存，其余不动。",
)
@click.option("--year", type=click.IntRange(2000, 2100), required=True, help="预算年度。")
@click.option("--json", "as_json", is_flag=True, help="只输出一份 JSON。")
@with_appcontext
def rescore_command(year: int, *, as_json: bool) -> None:
    """Compute self-evaluations under preparation anew; one that cannot be is named, and exits 1."""
    done, units, is_stopped = Rescored(), 0, False
    with refusals():
        try:
            for count, batch in rescore_year(year):
                units += count
                done.add(batch)
                if units % _TELL_EVERY < count:
                    click.echo(f"已计算并保存 {units} 个单位的自评。", err=True)
        except KeyboardInterrupt:
            db.session.rollback()
            is_stopped = True
    if as_json:
        told = {
            "year": year,
            "checked": done.checked,
            "changed": done.changed,
            "refused": done.refused,
        }
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        click.echo(f"{year} 年度：重新计算 {done.checked} 份自评，{len(done.changed)} 份有变化。")
        for name in done.changed:
            click.echo(name)
    for line in done.refused:
        click.echo(f"没有计算：{line}", err=True)
    if is_stopped:
        click.echo(
            f"已停止：{units} 个单位的自评已计算并保存，其余没有改动。再次运行即可全部算完。",
            err=True,
        )
    if done.refused or is_stopped:
        raise SystemExit(1)


def rescore_year(year: int) -> Iterator[tuple[int, Rescored]]:
    """Rescore unit by unit, each batch committed: how many units it had, and what came of it."""
    session, actor, after = db.session(), console_actor(), 0
    with _garbage_left_alone():
        while True:
            begin_writing(session)
            units = units_in_preparation(session, year, after, UNITS_AT_ONCE)
            if not units:
                break
            after = units[-1]
            done = rescore_units(session, actor, year, units[0], after)
            db.session.commit()
            gc.collect()
            yield len(units), done
    db.session.rollback()


@contextmanager
def _garbage_left_alone() -> Iterator[None]:
    """Collect after each batch instead of within, and spare the collector the program itself."""
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()
