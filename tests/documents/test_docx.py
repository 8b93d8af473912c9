"""Word files into tables: what stands where, whatever the file is made of."""

import pytest

from perf.documents.readers import UnreadableDocument
from perf.documents.readers.docx import read_docx
from perf.documents.readers.tables import Document
from tests.documents.office import cell, docx, paragraph, table


def cells(document: Document) -> list[list[list[str]]]:
    return [[row.cells for row in each.rows] for each in document.tables]


def before(document: Document) -> list[list[str]]:
    return [[line.text for line in each.before] for each in document.tables]


def test_paragraphs_stand_above_the_table_that_follows_them() -> None:
    body = paragraph("甲表") + table([["1", "2"]]) + paragraph("乙表") + table([["3", "4"]])
    document = read_docx(docx(body + paragraph("完")))
    assert before(document) == [["甲表"], ["乙表"]]
    assert cells(document) == [[["1", "2"]], [["3", "4"]]]
    assert [line.text for line in document.after] == ["完"]
    assert [row.line for each in document.tables for row in each.rows] == [2, 4]


def test_a_merged_cell_stands_in_its_first_cell_and_leaves_the_others_blank() -> None:
    rows = [
        [cell("一级指标", merge="restart"), cell("指标", span=2)],
        [cell("一级指标", merge="continue"), cell("名称"), cell("值")],
    ]
    assert cells(read_docx(docx(table(rows, 3)))) == [
        [["一级指标", "指标", ""], ["", "名称", "值"]]
    ]


def test_a_table_that_goes_on_after_a_page_break_keeps_its_columns() -> None:
    first, second = table([["a", "b", "c"]], 3), table([[cell("d", span=2), "e"]], 3)
    document = read_docx(docx(first + paragraph("") + paragraph("- 3 -") + second))
    assert cells(document) == [[["a", "b", "c"]], [["d", "", "e"]]]
    assert [each.rows[0].after_break for each in document.tables] == [True, True]
    assert before(document) == [[], []]


def test_a_piece_with_other_columns_is_laid_over_the_first_by_where_its_cells_begin() -> None:
    wide = table([["a", "b"]]).replace(
        "<w:tblGrid></w:tblGrid>",
        '<w:tblGrid><w:gridCol w:w="1800"/><w:gridCol w:w="900"/></w:tblGrid>',
    )
    assert cells(read_docx(docx(table([["1", "2", "3"]], 3) + wide))) == [
        [["1", "2", "3"]],
        [["a", "", "b"]],
    ]


def test_a_table_within_a_cell_stands_after_its_row() -> None:
    inner = table([["三级指标", "指标值"], ["满意度", "≥90%"]])
    outer = table([["年度目标", "略"], ["绩效指标", cell(inside=inner)], ["备", "注"]])
    assert cells(read_docx(docx(outer))) == [
        [["年度目标", "略"], ["绩效指标", ""]],
        [["三级指标", "指标值"], ["满意度", "≥90%"]],
        [["备", "注"]],
    ]


def test_a_frame_around_the_page_is_no_table() -> None:
    inside = paragraph("项目绩效目标表") + table([["三级指标", "指标值"]]) + paragraph("说明")
    document = read_docx(docx(table([[cell(inside=inside)]])))
    assert before(document) == [["项目绩效目标表"]]
    assert cells(document) == [[["三级指标", "指标值"]]]


def test_a_title_in_the_tables_own_rows_stands_above_it() -> None:
    rows = [
        [cell("2022年度部门预算项目绩效目标表", span=2)],
        ["部门名称：某局", "单位：万元"],
        ["三级指标", "指标值"],
    ]
    document = read_docx(docx(table(rows, 2)))
    assert before(document) == [["2022年度部门预算项目绩效目标表", "部门名称：某局", "单位：万元"]]
    assert cells(document) == [[["三级指标", "指标值"]]]


READ = [
    ("two runs of one word", "<w:p><w:r><w:t>绩</w:t></w:r><w:r><w:t>效</w:t></w:r></w:p>", "绩效"),
    ("inserted", "<w:p><w:ins><w:r><w:t>新</w:t></w:r></w:ins></w:p>", "新"),
    ("deleted", "<w:p><w:del><w:r><w:delText>旧</w:delText></w:r></w:del><w:r><w:t>新</w:t></w:r></w:p>", "新"),
    ("moved away", "<w:p><w:moveFrom><w:r><w:t>旧</w:t></w:r></w:moveFrom><w:r><w:t>新</w:t></w:r></w:p>", "新"),
    ("a field's code", "<w:p><w:r><w:instrText>PAGE</w:instrText></w:r><w:r><w:t>5页</w:t></w:r></w:p>", "5页"),
    ("a content control", f"<w:sdt><w:sdtContent>{paragraph('文')}</w:sdtContent></w:sdt>", "文"),
    ("a text box", f"<w:p><w:r><w:txbxContent>{paragraph('框')}</w:txbxContent></w:r></w:p>", "框"),
    ("a line break", "<w:p><w:r><w:t>上</w:t><w:br/><w:t>下</w:t></w:r></w:p>", "上|下"),
    ("a hyphen", "<w:p><w:r><w:t>1</w:t><w:noBreakHyphen/><w:t>3次</w:t></w:r></w:p>", "1-3次"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "text"), [row[1:] for row in READ], ids=[row[0] for row in READ])
def test_the_text_is_what_a_reader_of_the_file_sees(body: str, text: str) -> None:
    assert "|".join(line.text for line in read_docx(docx(body)).after) == text


def test_a_deleted_row_is_not_read() -> None:
    rows = table([["旧", "1"], ["新", "2"]])
    tracked = rows.replace("<w:tr>", "<w:tr><w:trPr><w:del/></w:trPr>", 1)
    assert cells(read_docx(docx(tracked))) == [[["新", "2"]]]


def test_the_strict_form_of_the_format_is_read_too() -> None:
    strict = "http://purl.oclc.org/ooxml/wordprocessingml/main"
    body = f'<x:p xmlns:x="{strict}"><x:r><x:t>字</x:t></x:r></x:p>'
    assert [line.text for line in read_docx(docx(body)).after] == ["字"]


@pytest.mark.parametrize("body", ["", paragraph(""), table([["", ""]])])
def test_a_file_without_text_is_refused(body: str) -> None:
    with pytest.raises(UnreadableDocument, match="没有文字"):
        read_docx(docx(body))
