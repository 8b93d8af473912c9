"""PDF files into tables: pages chosen by their words, pieces of one table on common columns."""

import pytest

from perf.documents.readers import UnreadableDocument
from perf.documents.readers.pdf import read_pdf
from perf.documents.readers.radicals import as_typed
from perf.documents.readers.tables import Document
from tests.documents.office import grid, pdf, scan, words

HEAD = ["一级指标", "三级指标", "指标值"]


def cells(document: Document) -> list[list[list[str]]]:
    return [[row.cells for row in each.rows] for each in document.tables]


def test_text_above_a_table_stands_before_it_and_text_below_after_it() -> None:
    page = words("项目绩效目标表") + grid([HEAD, ["产出指标", "次数", "≥2次"]])
    document = read_pdf(pdf([page + words("注：完", bottom=600)]))
    assert [line.text for line in document.tables[0].before] == ["项目绩效目标表"]
    assert cells(document) == [[HEAD, ["产出指标", "次数", "≥2次"]]]
    assert [line.text for line in document.after] == ["注：完"]


def test_a_cell_of_two_lines_and_one_over_two_columns_are_cells() -> None:
    document = read_pdf(pdf([grid([HEAD, ["社会\n效益", "总体指标值", None], ["a", "b", "c"]])]))
    assert cells(document) == [[HEAD, ["社会\n效益", "总体指标值", ""], ["a", "b", "c"]]]


def test_pieces_on_two_pages_have_common_columns_also_where_one_lacks_a_column() -> None:
    first = grid([HEAD, ["产出指标", "次数", "≥2次"]])
    second = grid([["合格率", None, "≥95%"], ["及时率", None, "100%"], ["完成率", None, "100%"]])
    document = read_pdf(pdf([first + words("- 1 -", bottom=30), second]))
    assert cells(document)[1] == [
        ["合格率", "", "≥95%"],
        ["及时率", "", "100%"],
        ["完成率", "", "100%"],
    ]
    assert [line.text for table in document.tables for line in table.before] == []
    assert document.tables[1].rows[0].after_break


def test_the_head_of_every_page_is_text_once() -> None:
    pages = [words("某局预算公开", bottom=820) + grid([HEAD, ["a", "b", str(n)]]) for n in range(4)]
    document = read_pdf(pdf(pages))
    assert [[line.text for line in table.before] for table in document.tables] == [
        ["某局预算公开"], [], [], []
    ]  # fmt: skip


def test_pages_without_the_forms_words_give_their_text_only() -> None:
    other = words("机构设置情况说明如下") + grid([["科室", "人数"], ["办公室", "3人"]])
    document = read_pdf(pdf([other, words("项目绩效目标表") + grid([HEAD, ["a", "b", "c"]])]))
    assert cells(document) == [[HEAD, ["a", "b", "c"]]]
    assert "机构设置情况说明如下" in [line.text for line in document.tables[0].before]


def test_a_blank_page_is_no_scan() -> None:
    assert cells(read_pdf(pdf([b"", grid([HEAD, ["a", "b", "c"]])]))) == [[HEAD, ["a", "b", "c"]]]


def test_scanned_pages_are_refused_by_their_numbers() -> None:
    with pytest.raises(UnreadableDocument, match=r"第 1、2 页（全部 2 页）是扫描的图片.*OCR"):
        read_pdf(scan(2))
    strokes = b"0 0 m 9 9 l S\n" * 300
    mixed = pdf([grid([HEAD, ["a", "b", "c"]]), strokes])
    with pytest.raises(UnreadableDocument, match=r"第 2 页（共 2 页中的 1 页）是扫描的图片"):
        read_pdf(mixed)


TYPED = [
    ("⾯积", "面积"),
    ("⾏⾛⾥程", "行走里程"),
    ("⻋辆⻚数⻓度", "车辆页数长度"),
    ("︵一︶", "(一)"),
    ("ﬁle", "file"),
    ("（万元）　≥９０％", "（万元）　≥９０％"),
    ("①㎡", "①㎡"),
    ("a\x00b\xadc", "abc"),
]


@pytest.mark.parametrize(("printed", "typed"), TYPED)
def test_look_alikes_are_read_as_typed_and_signs_as_published(printed: str, typed: str) -> None:
    assert as_typed(printed) == typed
