"""A document handed back: the user's own cells with the bad ones marked, the reason beside them."""

import zipfile
from collections.abc import Callable
from decimal import Decimal
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from openpyxl.comments import Comment

from perf.core.drafts import Draft, DraftIndicator, DraftPlan
from perf.core.terms import FundSource, PlanKind
from perf.documents import marked
from perf.documents.apart import died
from perf.documents.marked import Kind, Mark, hand_back, marks_of
from perf.documents.marked.cells import Place, put_marks
from perf.documents.marked.finder import Finder
from perf.documents.marked.own_file import mark_csv, mark_xlsx
from perf.documents.preview import Preview, preview_of
from perf.documents.readers import read_tables
from perf.documents.readers.recogniser import recognise
from perf.documents.readers.xlsx import HANDED
from perf.documents.sources import SourceRow, sources_of

HEAD = ["项目名称", "项目编码", "预算数", "一级指标", "二级指标", "三级指标", "指标值"]
ROWS: list[list[Any]] = [
    ["养护经费", "53010222", 150, "产出指标", "数量指标", "养护面积", "≥86公顷"],
    ["", "", None, "", "质量指标", "养护达标率", None],
    ["", "", None, "奇怪指标", "时效指标", "完成及时率", "及时"],
    ["", "", None, "满意度指标", "服务对象满意度", "市民满意度", "≥90%"],
    ["补植", "53010223", None, "产出指标", "数量指标", "-补植株数", "≥300株"],
]


def own_workbook(change: Callable[[Any], None] | None = None) -> bytes:
    """A list of projects as people make it: title, merges, widths, a second sheet with a formula."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.title = "目标"
    sheet.append(["部门预算项目绩效目标申报表"])
    sheet.append(["2022年度", None, None, None, None, None, "单位：万元"])
    for row in [HEAD, *ROWS]:
        sheet.append(row)
    sheet.merge_cells("A1:G1")
    sheet.merge_cells("D4:D5")
    sheet.column_dimensions["F"].width = 31
    sheet["F4"].font = openpyxl.styles.Font(bold=True)
    book.create_sheet("合计")["A1"] = "=SUM(目标!C4:C8)"
    if change is not None:
        change(book)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def previewed(name: str, content: bytes) -> Preview:
    document = read_tables(name, content)
    draft = recognise(document)
    return preview_of(draft, sources_of(document, draft))


def opened(content: bytes) -> Any:
    return openpyxl.load_workbook(BytesIO(content))


def colour(cell: Any) -> str:
    return cell.fill.start_color.rgb[2:] if cell.fill.fill_type else ""


def listed(book: Any) -> list[tuple[Any, ...]]:
    """The rows of the list: 工作表, 单元格, 类别, 内容, 原因."""
    rows = list(book[HANDED].iter_rows(values_only=True))
    return [row[1:6] for row in rows if str(row[0]).isdigit()]


def marked_own(preview: Preview, content: bytes) -> Any:
    return opened(mark_xlsx(content, marks_of(preview)))


def test_macros_are_never_in_what_is_handed_back() -> None:
    content = own_workbook()
    stream = BytesIO(content)
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"Sub Auto_Open()")
    handed = mark_xlsx(stream.getvalue(), marks_of(previewed("a.xlsx", content)))
    with zipfile.ZipFile(BytesIO(handed)) as archive:
        assert not [name for name in archive.namelist() if "vba" in name.lower()]


def test_each_thing_that_is_wrong_knows_its_cell() -> None:
    found = {
        (mark.kind.value, mark.row, mark.column, mark.text)
        for mark in marks_of(previewed("a.xlsx", own_workbook()))
        if mark.row
    }
    assert {
        ("error", 5, 6, ""),
        ("error", 6, 3, "奇怪指标"),
        ("warning", 6, 6, "及时"),
        ("warning", 8, 2, ""),
    } <= found


def test_the_users_workbook_stays_as_it_is_but_for_the_marks() -> None:
    content = own_workbook()
    book = marked_own(previewed("a.xlsx", content), content)
    own = opened(content)
    assert book.sheetnames == [*own.sheetnames, HANDED]
    assert book["目标"].column_dimensions["F"].width == 31
    assert book["目标"].merged_cells.ranges == own["目标"].merged_cells.ranges
    assert book["目标"]["F4"].font.bold
    assert book["合计"]["A1"].value == "=SUM(目标!C4:C8)"
    for sheet in own:
        for row in sheet.iter_rows():
            for cell in row:
                assert book[sheet.title][cell.coordinate].value == cell.value, cell.coordinate
    assert colour(book["目标"]["F4"]) == ""
    assert book["目标"]["F4"].comment is None


def test_a_bad_cell_is_coloured_and_says_why_and_the_list_leads_to_it() -> None:
    content = own_workbook()
    book = marked_own(previewed("a.xlsx", content), content)
    bad, doubtful = book["目标"]["G5"], book["目标"]["G6"]
    assert colour(bad) == "FFC7CE"
    assert bad.comment.text == "【错误】“养护达标率”：指标值为空，请填写。"
    assert colour(doubtful) == "FFEB9C"
    assert "请改写成数值" in doubtful.comment.text
    assert ("目标", "G5", "错误", None, "“养护达标率”：指标值为空，请填写。") in listed(book)
    kinds = [row[2] for row in listed(book)]
    assert kinds == sorted(kinds, key=[kind.label for kind in Kind].index), "errors come first"
    links = {cell.hyperlink.location for cell in book[HANDED]["C"] if cell.hyperlink}
    assert "'目标'!G5" in links


def test_what_was_left_out_or_corrected_is_marked_too() -> None:
    content = own_workbook()
    before = previewed("a.xlsx", content)
    preview = previewed("a.xlsx", content)
    preview.left_out = {"p0-1", "p0-3"}
    preview.draft.projects[0].indicators[0].target = "≥90公顷"
    preview.remember(before)
    sheet = marked_own(preview, content)["目标"]
    assert sheet["G5"].comment.text.startswith("【错误】")
    assert "没有导入" in sheet["F5"].comment.text
    assert colour(sheet["F7"]) == "D9D9D9"
    assert sheet["G4"].value == "≥86公顷"
    assert sheet["G4"].comment.text == "【已更正】核对时改为“≥90公顷”，系统按改后的内容导入。"


@pytest.mark.parametrize(("plan", "amount", "cell"), [(0, "1600000", "C4"), (1, "900000", "C8")])
def test_a_corrected_budget_is_marked_at_the_amount_that_the_file_says(
    plan: int, amount: str, cell: str
) -> None:
    content = own_workbook()
    before, preview = previewed("a.xlsx", content), previewed("a.xlsx", content)
    changed = preview.draft.projects[plan]
    changed.budget = {FundSource.FISCAL: Decimal(amount)}
    changed.budget_total = Decimal(amount)
    preview.remember(before)
    comment = marked_own(preview, content)["目标"][cell].comment.text
    wan = {"1600000": "160", "900000": "90"}[amount]
    assert f"【已更正】财政拨款预算核对时改为“{wan}万元”" in comment


def test_a_text_put_back_as_it_was_is_no_correction() -> None:
    before, changed = (previewed("a.xlsx", own_workbook()) for _ in range(2))
    changed.draft.projects[0].name = "别的"
    changed.remember(before)
    assert changed.as_read == {"title-p0": "养护经费"}
    changed.draft.projects[0].name = "养护经费"
    later = previewed("a.xlsx", own_workbook())
    later.draft.projects[0].name = "别的"
    changed.remember(later)
    assert changed.as_read == {}


def test_of_a_merged_cell_the_first_one_is_marked() -> None:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.merge_cells("D4:D6")
    mark = Mark(Kind.ERROR, "p0-1", "level1", "", "", "", "不对", sheet.title, 6, 3)
    put_marks(book, [mark], {0: Place(sheet, 6, 4)})
    assert sheet["D4"].comment.text == "【错误】不对"
    assert listed(book)[0][1] == "D4"


def test_the_users_own_comment_stays_and_the_marks_of_last_time_go() -> None:
    def annotate(book: Any) -> None:
        book["目标"]["G5"].comment = Comment("问过李科长", "张三")

    content = own_workbook(annotate)
    first = mark_xlsx(content, marks_of(previewed("a.xlsx", content)))
    assert "问过李科长" in opened(first)["目标"]["G5"].comment.text
    book = opened(first)
    book["目标"]["G5"] = "≥95%"
    stream = BytesIO()
    book.save(stream)
    again = stream.getvalue()
    second = marked_own(previewed("a.xlsx", again), again)
    assert second["目标"]["G5"].comment.text == "问过李科长"
    assert colour(second["目标"]["G5"]) == ""
    assert second.sheetnames.count(HANDED) == 1
    assert all(row[1] != "G5" for row in listed(second))


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x")'])
def test_a_text_that_looks_like_a_formula_stays_a_text(text: str) -> None:
    mark = Mark(Kind.ERROR, "p0", "name", text, "", text, text, "", 0, 0)
    book = openpyxl.Workbook()
    put_marks(book, [mark], {})
    stream = BytesIO()
    book.save(stream)
    cells = [
        cell for row in opened(stream.getvalue())[HANDED] for cell in row if cell.value == text
    ]
    assert len(cells) == 3
    assert all(cell.data_type == "s" and cell.quotePrefix for cell in cells)


def csv_of(rows: list[list[Any]]) -> bytes:
    lines = [",".join("" if cell is None else str(cell) for cell in row) for row in rows]
    return "\n".join(["部门预算项目绩效目标申报表", "单位：万元", *lines]).encode("gb18030")


def test_the_rows_of_a_csv_file_come_back_as_a_workbook_of_texts() -> None:
    content = csv_of([HEAD, *ROWS[:1], [], *ROWS[1:], ["", "", "", "产出指标", "", "=1+1", "≥1"]])
    book = opened(mark_csv(content, marks_of(previewed("a.csv", content))))
    sheet = book["原表"]
    assert [cell.value for cell in sheet[4]] == ["养护经费", "53010222", "150", *ROWS[0][3:]]
    assert colour(sheet["G6"]) == "FFC7CE", "blank lines keep their place"
    assert sheet["F10"].value == "=1+1"
    assert sheet["F10"].data_type == "s"


@pytest.mark.parametrize("name", ["a.txt", "a.pdf", "a.docx"])
def test_of_other_documents_the_bad_rows_are_listed_as_recognised(name: str) -> None:
    preview = previewed("a.xlsx", own_workbook())
    book = opened(hand_back(name, None, preview))
    sheet = book["有问题的行"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert [row[5] for row in rows if row[5] in {"养护达标率", "完成及时率", "养护面积"}] == [
        "养护达标率",
        "完成及时率",
    ]
    (bad,) = [row for row in sheet.iter_rows(min_row=2) if row[5].value == "养护达标率"]
    assert "第 5 行" in bad[0].value
    assert bad[7].value == "质量指标 ｜ 养护达标率"
    assert colour(bad[6]) == "FFC7CE"
    assert "指标值为空" in bad[6].comment.text


def test_where_the_own_file_cannot_be_written_the_bad_rows_are_listed_and_it_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def dies(*_arguments: Any, **_options: Any) -> bytes:
        raise died("标注")

    monkeypatch.setattr(marked, "run_apart", dies)
    content = own_workbook()
    book = opened(hand_back("a.xlsx", content, previewed("a.xlsx", content)))
    assert "原文件太大或不能改写" in book[HANDED]["A1"].value
    assert ("有问题的行", "G2", "错误", None, "“养护达标率”：指标值为空，请填写。") in listed(book)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["a.xlsx", "a.csv"])
def test_the_own_file_is_marked_in_a_process_of_its_own(name: str) -> None:
    content = own_workbook() if name == "a.xlsx" else csv_of([HEAD, *ROWS])
    book = opened(hand_back(name, content, previewed(name, content)))
    sheet = book.worksheets[0]
    assert "指标值为空" in sheet["G5"].comment.text


def test_a_document_without_faults_says_so() -> None:
    book = openpyxl.Workbook()
    put_marks(book, [], {})
    assert book[HANDED]["A1"].value == "没有需要处理的问题。"


SIDE_BY_SIDE = [
    ("养护面积", "≥100%", ["养护", "养护面积", "≥100%", "达标率", "≥100%"], (1, 2)),
    ("达标率", "≥100%", ["养护", "养护面积", "≥100%", "达标率", "≥100%"], (3, 4)),
    ("达标率", "≥95%", ["质量指标", "1、达标率", "≥", "95", "%"], (1, 3)),
    ("人数", "3人", ["", "培训\n人数", "3人"], (1, 2)),
]


@pytest.mark.parametrize(("name", "target", "cells", "columns"), SIDE_BY_SIDE)
def test_a_target_is_looked_for_beside_its_own_name(
    name: str, target: str, cells: list[str], columns: tuple[int, int]
) -> None:
    row = DraftIndicator("产出指标", None, name, target, where="第 3 行")
    plan = DraftPlan(PlanKind.PROJECT, "养护", indicators=[row])
    source = {"第 3 行": [SourceRow("第 3 行", "目标", 3, tuple(cells))]}
    finder = Finder(Preview(Draft(None, None, 2022, projects=[plan]), [], sources=source))
    found = [finder.find("p0-0", field, plan, row) for field in ("name", "target")]
    assert [place and place[1] for place in found] == list(columns)
