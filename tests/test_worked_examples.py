"""The worked examples of the documentation do what the page says."""

import csv
import re
import tomllib
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

from perf.core.packfile import read_pack
from perf.core.rules import RULES_FOLDER, AtMostFormula
from perf.core.terms import Role
from perf.documents.forms.table import Layout, Sheet, Style
from perf.documents.readers.txt import read_txt
from tests.factories import SYSTEM, make_plan, make_unit, make_user, make_year

DOCS = Path(__file__).resolve().parent.parent / "docs"


def example(page: str, opening: str) -> str:
    """The fenced block of a page of docs/ that begins with this text."""
    blocks = re.findall(
        r"^```\w+\n(.*?)^```", (DOCS / page).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    return next(block for block in blocks if block.startswith(opening))


def run(source: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(compile(source, "example", "exec"), names)
    return names


def test_the_example_of_a_reader_reads_what_the_text_reader_reads() -> None:
    read_csv = run(example("adding-a-reader.md", '"""Published tables as CSV'))["read_csv"]
    rows = [["部门名称", "云川市"], ["项目", "金额"], [], ["收入总计", "512.40"]]
    text = StringIO()
    csv.writer(text).writerows(rows)
    read = read_csv(text.getvalue().encode())
    plain = read_txt("\n".join("\t".join(row) for row in rows).replace("\n\n", "\n另表\n").encode())
    cells = [[row.cells for row in table.rows] for table in read.tables]
    assert cells == [[row.cells for row in table.rows] for table in plain.tables]
    assert [row.line for table in read.tables for row in table.rows] == [1, 2, 4]


def test_the_example_of_a_writer_writes_what_stands_on_the_form() -> None:
    render_text = run(example("adding-a-form.md", '"""Writes a layout'))["render_text"]
    sheet = Sheet("表", [50, 50])
    sheet.add_row(20)
    sheet.put(0, 1, "总分", Style.LABEL)
    sheet.add_row(20)
    sheet.put(1, 1, Decimal("90.51"), Style.TOTAL)
    layout = Layout("题", "单位", datetime(2022, 1, 1, tzinfo=UTC), sheets=[sheet])
    assert render_text(layout).decode("utf-8-sig").splitlines() == ["总分\t", "\t90.51"]


def test_the_example_of_a_rule_pack_is_taken(tmp_path: Path) -> None:
    changed = tomllib.loads(example("adding-a-rule-pack.md", 'id = "hn-example'))
    assert changed["execution"]["weight"] == 20
    pack = (RULES_FOLDER / "cn-project-2020.toml").read_text(encoding="utf-8")
    for opening, block in blocks_of(example("adding-a-rule-pack.md", 'id = "hn-example')).items():
        pack = pack.replace(blocks_of(pack)[opening], block)
    pack = pack.replace("weight = 50", "weight = 40")
    path = tmp_path / "hn-example-2024.toml"
    path.write_text(pack, encoding="utf-8")
    read = read_pack(path)
    assert read.execution.weight == 20
    assert read.at_most.formula is AtMostFormula.LINEAR


def blocks_of(pack: str) -> dict[str, str]:
    """A pack's tables by their heads, what stands before the first one by the empty head."""
    parts = re.split(r"^(?=\[[^\[])", pack, flags=re.MULTILINE)
    return {part.splitlines()[0] if part.startswith("[") else "": part for part in parts}


def test_the_example_of_a_query_finds_what_is_overdue_and_only_in_sight(session: Any) -> None:
    source = example("adding-a-page.md", '"""Plans whose quarter is overdue')
    overdue_plans = run(source)["overdue_plans"]
    make_year(session, 2022)
    own, other = make_unit(session), make_unit(session)
    plan = make_plan(session, own)
    make_plan(session, other)
    actor = make_user(session, Role.STAFF, own).actor
    found = overdue_plans(session, actor, 2022, date(2022, 7, 16))
    assert [(row.id, period.code) for row, period in found] == [
        (plan.id, "2022-Q1"),
        (plan.id, "2022-Q2"),
    ]
    assert len(overdue_plans(session, SYSTEM, 2022, date(2022, 7, 16))) == 4
