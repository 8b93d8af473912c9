"""Published self-evaluation tables in the layouts that bureaus have read back row for row."""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from perf.core.filled import FilledForm
from perf.core.recheck import recheck
from perf.documents.readers.filled_forms import read_filled_form
from tests.documents import office
from tests.documents.libreoffice import HTML, converted
from tests.documents.rebuilt import (
    LAYOUTS,
    Cell,
    Piece,
    Published,
    as_csv,
    as_docx,
    as_filled,
    as_html,
    as_xlsx,
    official,
    public,
    torn,
)
from tests.documents.test_readers import DATA, SEED

CORPUS = SEED.parent / "corpus" / "self_evaluations.jsonl"
OWN_MAKING = DATA / "self_evaluations.jsonl"
# The page of a printed form, and two on which rows and merged classes are torn in many places.
A4, LOW, SMALL = "21cm 29.7cm", "21cm 11cm", "16cm 14cm"
WRITERS = {"csv": as_csv, "xlsx": as_xlsx, "docx": as_docx}


def tables_of(path: Path) -> list[Published]:
    if not path.exists():
        pytest.skip("the published tables do not lie beside this copy of the project")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def differences(table: Published, kind: str, content: bytes) -> list[str]:
    """What of the form read from a file is other than the published table, in words."""
    wanted, read = as_filled(table), read_filled_form(f"表.{kind}", content)
    pairs = [
        *((name, getattr(wanted, name), getattr(read, name)) for name in ("kind", "year", "money")),
        ("project", wanted.project, closed(read.project)),
        ("total", wanted.total, read.total),
        ("execution", wanted.execution, read.execution),
        ("rows", len(wanted.rows), len(read.rows)),
    ]
    for at, (own, found) in enumerate(zip(wanted.rows, read.rows, strict=False), 1):
        for name in own.__slots__:
            one, other = getattr(own, name), getattr(found, name)
            if kind == "pdf" and isinstance(one, str):
                # A line that a page wraps at a space does not show it.
                one, other = closed(one), closed(other)
            pairs.append((f"row {at} {name}", one, other))
    pairs.append(("verdicts", verdicts(wanted), verdicts(read)))
    extra = {found.code for found in read.findings} - {"total-missing"}
    pairs.append(("findings", set(), extra))
    return [f"{table['project']}: {name} {one!r} {other!r}" for name, one, other in pairs if one != other]  # fmt: skip


def closed(text: str) -> str:
    return re.sub(r"\s", "", text)


def verdicts(form: FilledForm) -> list[Any]:
    checked = recheck(form)
    return [*((each.verdict, each.computed) for each in checked.rows), checked.computed_total]


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_table_of_our_own_making_is_read_back_row_for_row(layout: str, kind: str) -> None:
    tables = tables_of(OWN_MAKING)
    assert len(tables) == 3
    for table in tables:
        content = WRITERS[kind](LAYOUTS[layout](table))
        assert differences(table, kind, content) == []


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_merged_cells_text_may_be_repeated_in_all_that_it_covers(layout: str) -> None:
    for table in tables_of(OWN_MAKING):
        content = as_csv(LAYOUTS[layout](table), is_repeated=True)
        assert differences(table, "csv", content) == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_published_table_is_read_back_row_for_row(layout: str, kind: str) -> None:
    tables = tables_of(CORPUS)
    assert len(tables) >= 12
    found = [
        difference
        for table in tables
        for difference in differences(table, kind, WRITERS[kind](LAYOUTS[layout](table)))
    ]
    assert found == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "page"), [("docx", A4), ("pdf", A4), ("pdf", LOW), ("pdf", SMALL)]
)
@pytest.mark.parametrize("path", [OWN_MAKING, CORPUS], ids=["own", "published"])
def test_what_libreoffice_makes_of_a_table_is_read_back_row_for_row(
    path: Path, kind: str, page: str, tmp_path: Path
) -> None:
    named = {
        f"{layout}-{at}": (layout, table)
        for layout in LAYOUTS
        for at, table in enumerate(tables_of(path))
    }
    pages = {
        f"{name}.html": as_html(LAYOUTS[layout](table), page).encode()
        for name, (layout, table) in named.items()
    }
    saved = converted(tmp_path, pages, kind, reading=HTML)
    found = [
        f"{name} {difference}"
        for name, (_, table) in named.items()
        for difference in differences(table, kind, saved[f"{name}.html"].read_bytes())
    ]
    assert found == []


# Several forms in one file


def together(*parts: Iterable[Piece]) -> list[Piece]:
    return [piece for part in parts for piece in part]


@pytest.mark.parametrize("kind", WRITERS)
def test_the_first_of_several_forms_is_read_and_the_others_are_named(kind: str) -> None:
    first, second, third = tables_of(OWN_MAKING)
    pieces = together(official(first), torn(second), public(third))
    read = read_filled_form(f"表.{kind}", WRITERS[kind](pieces))
    assert [row.name for row in read.rows] == [each["level3"] for each in first["indicators"]]
    assert [found.code for found in read.findings] == ["several-forms"]
    message = read.findings[0].message
    assert message.startswith("文件里有 3 张自评表，只复核了第一张；其余 2 张（")
    if kind != "xlsx":
        assert "“某区城管局公厕管护”、“某镇财政所部门整体支出”" in message


def test_a_page_that_repeats_its_forms_names_begins_no_other_form() -> None:
    table = tables_of(OWN_MAKING)[0]
    pieces = torn(table)
    pieces[0].rows.insert(0, line_of("单位名称", "某县图书馆"))
    pieces[1].lines = ["项目支出绩效自评表（续）", "单位名称：某县图书馆"]
    pieces[2].lines.append(f"项目名称：{table['project']}")
    for kind, write in WRITERS.items():
        assert differences(table, kind, write(pieces)) == []


def test_prose_and_another_table_above_a_form_are_no_part_of_it() -> None:
    table = tables_of(OWN_MAKING)[0]
    report = Piece(
        ["部门整体支出绩效自评报告", "我单位2019年度整体支出情况如下。", "表一 自评项目情况表"],
        [line_of("项目名称", "另一个项目"), line_of("三级指标", "指标值"), line_of("次数", "≥2次")],
    )
    assert differences(table, "docx", as_docx([report, *official(table)])) == []


def line_of(*texts: str) -> list[Cell | None]:
    return [Cell(text) for text in texts]


# What a page's end tore


HEADS = ("一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分")
TORN: list[tuple[str, list[list[tuple[str, ...]]], list[tuple[str, ...]]]] = [
    (
        "a row whose rest has no figures goes on in the row above it",
        [
            [HEADS, ("产出指标", "数量指标", "新建社区书屋和", "≥3", "3座", "50", "50")],
            [HEADS, ("", "", "乡镇中心书屋", "座", "", "", ""),
             ("", "质量指标", "合格率", "100%", "100%", "50", "50")],
        ],
        [("产出指标", "数量指标", "新建社区书屋和乡镇中心书屋", "≥3座", "3座"),
         ("产出指标", "质量指标", "合格率", "100%", "100%")],
    ),
    (
        "a class is put together and holds for the rows above and below",
        [
            [HEADS, ("产出指", "数量", "甲", "1个", "1个", "50", "50")],
            [("标", "指标", "", "", "", "", ""), ("", "质量指标", "乙", "1个", "1个", "50", "50")],
        ],
        [("产出指标", "数量指标", "甲", "1个", "1个"), ("产出指标", "质量指标", "乙", "1个", "1个")],
    ),
    (
        "a class is put together of two words too",
        [
            [HEADS, ("效益指标", "社会", "甲", "1个", "1个", "100", "100")],
            [("", "效益指标", "", "", "", "", "")],
        ],
        [("效益指标", "社会效益指标", "甲", "1个", "1个")],
    ),
    (
        "a class that a page repeats goes on with its second level",
        [
            [HEADS, ("产出指标", "数量指标", "甲", "1个", "1个", "50", "50")],
            [("产出指标（续）", "", "乙", "2个", "2个", "50", "50")],
        ],
        [("产出指标", "数量指标", "甲", "1个", "1个"), ("产出指标", "数量指标", "乙", "2个", "2个")],
    ),
    (
        "a row of headings is put together",
        [
            [("一级指", "二级指", "三级指标", "年度指", "实际完", "分值", "得分")],
            [("标", "标", "", "标值", "成值", "", ""),
             ("产出指标", "数量指标", "甲", "1个", "1个", "100", "100")],
        ],
        [("产出指标", "数量指标", "甲", "1个", "1个")],
    ),
    (
        "a new row below a page's end stays a row by its number or where all rows lack figures",
        [
            [HEADS, ("产出指标", "数量指标", "1、甲", "1个", "1个", "100", "100")],
            [("", "", "2、乙", "2个", "", "", "")],
        ],
        [("产出指标", "数量指标", "1、甲", "1个", "1个"), ("产出指标", "数量指标", "2、乙", "2个", "")],
    ),
    (
        "rows without any figures stay rows",
        [
            [HEADS, ("产出指标", "数量指标", "甲", "1个", "1个", "", "")],
            [("", "", "乙", "2个", "2个", "", "")],
        ],
        [("产出指标", "数量指标", "甲", "1个", "1个"), ("产出指标", "数量指标", "乙", "2个", "2个")],
    ),
    (
        "two words of Latin letters keep the space between them",
        [
            [HEADS, ("产出指标", "数量指标", "通过 ISO", "1个", "1个", "100", "100")],
            [("", "", "9001 认证", "", "", "", "")],
        ],
        [("产出指标", "数量指标", "通过 ISO 9001 认证", "1个", "1个")],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("pieces", "rows"), [each[1:] for each in TORN], ids=[each[0] for each in TORN])  # fmt: skip
def test_what_a_pages_end_tore_is_put_together(pieces, rows) -> None:
    body = [Piece(["- 1 -"], [line_of(*texts) for texts in piece]) for piece in pieces]
    read = read_filled_form("表.docx", as_docx(body))
    found = [(row.level1, row.level2, row.name, row.target, row.actual) for row in read.rows]
    assert found == rows


def test_on_a_printed_page_a_row_goes_on_only_below_full_lines() -> None:
    full, short = (
        ["产出指标", "数量指标", "新建的社区\n书屋和乡镇", "三座"],
        ["", "", "宣传", "两场"],
    )
    below = ["", "", "中心书屋", "以上"]
    figures = ["50", "50"]

    def names(above: list[str], rest: list[str]) -> list[str]:
        head = ["一级指标", "二级指标", "三级指标", "年度指标值", "分值", "得分"]
        pages = [[head, [*full, *figures], [*above, *figures]], [[*rest, "", ""]]]
        content = office.pdf(
            [office.words("项目支出绩效自评表") + office.grid(rows) for rows in pages]
        )
        return [row.name for row in read_filled_form("表.pdf", content).rows]

    assert names(full, below) == ["新建的社区书屋和乡镇", "新建的社区书屋和乡镇中心书屋"]
    assert names(short, below) == ["新建的社区书屋和乡镇", "宣传", "中心书屋"]


@pytest.mark.parametrize("heading", [[], ["序号", "所在栏目", "全文"]])
def test_an_annex_goes_on_over_tables_with_and_without_its_heading(heading: list[str]) -> None:
    heads = ["三级指标", "年度指标值", "实际完成值", "分值", "得分", "偏差原因"]
    form = [heads, ["甲", "≥2", "1", "100", "50", "因为……（全文见附页第 12 项）"]]
    first = [["序号", "所在栏目", "全文"], ["11", "乙", "别的。"], ["12", "甲", "因为开工晚，"]]
    rest = [
        each
        for each in (heading, ["12", "第 12 项（续）", "完工也晚，"], ["", "", "次年补上。"])
        if each
    ]
    tables = [office.table(rows, len(rows[0])) for rows in (form, first, rest)]
    body = f"{tables[0]}{office.paragraph('附页：文字全文')}{tables[1]}{tables[2]}"
    (row,) = read_filled_form("表.docx", office.docx(body)).rows
    assert row.reason == "因为开工晚，完工也晚，次年补上。"
