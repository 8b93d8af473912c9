"""Forms as Word documents: what the project's own reader finds again, and what they are made of."""

import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from xml.etree import ElementTree as ET

import docx
import pytest
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st

from perf.documents.cell_text import printable
from perf.documents.forms import self_evaluation_layout
from perf.documents.forms.docx import render_docx
from perf.documents.forms.shown import shown
from perf.documents.forms.table import Layout, Sheet, Style
from perf.documents.forms.texts import actual_text, remark_text, target_text
from perf.documents.readers.docx import read_docx
from tests.documents.printed import in_own_fonts, pages_of, plain, signs
from tests.documents.test_filled_forms import OWN
from tests.documents.test_forms import FORMS

PAGE = 10_780


def layout_of(sheet, **more):
    created = datetime(2023, 1, 20, 17, tzinfo=UTC)
    return Layout("某局自评表", "某局", created, sheets=[sheet], **more)


def rows_of(sheet):
    """Each row of a sheet as the texts that stand in it, the heading row again at each break."""
    rows = [[] for _ in sheet.heights]
    for cell in sorted(sheet.cells):
        if text := shown(cell).strip():
            rows[cell.row].append(text)
    for at in sorted(sheet.breaks, reverse=True):
        if sheet.header_row is not None and sheet.header_row < at:
            rows.insert(at, rows[sheet.header_row])
    return [row for row in rows if row]


def rows_read(data):
    """Each row and line of a Word document as the texts that the reader finds in it."""
    document = read_docx(data)
    found = []
    for table in document.tables:
        found += [(line.number, [line.text]) for line in table.before]
        found += [(row.line, [text for _, text in row.filled()]) for row in table.rows]
    found += [(line.number, [line.text]) for line in document.after]
    return [texts for _, texts in sorted(found, key=lambda each: each[0])]


def opened(data):
    return docx.Document(BytesIO(data))


def body(data):
    return opened(data).element.body


# What comes back


@pytest.mark.parametrize("name", [name for name in FORMS if name != "odd-texts"])
def test_every_row_comes_back_text_by_text(name):
    layout = self_evaluation_layout(FORMS[name]())
    expected = [row for sheet in layout.sheets for row in rows_of(sheet)]
    # A note of several lines is read line by line.
    lines = [part for row in expected for part in ([[t] for t in row[0].split("\n")] if row[0].startswith("注") else [row])]  # fmt: skip
    assert rows_read(render_docx(layout)) == lines


@pytest.mark.parametrize("make", OWN, ids=lambda make: make.__name__)
def test_every_indicator_stands_in_one_row_with_its_figures(make):
    whole = make()
    if make.__name__ == "with_long_texts":
        whole = replace(whole, rows=[replace(row, name=row.name[:300]) for row in whole.rows[3:]])
    rows = rows_read(render_docx(self_evaluation_layout(whole)))
    for item in whole.rows:
        name = f"{item.name}（{item.tag}）" if item.tag else item.name
        row = next(row for row in rows if name in row)
        points = "不涉及" if item.tag == "不涉及" else item.points and f"{item.points:.2f}"
        figures = [target_text(item), actual_text(item), f"{item.weight:f}", points]
        wanted = [name, *figures, remark_text(item)]
        assert row[row.index(name) :] == [text for text in wanted if text]


@settings(max_examples=60, deadline=None)
@given(text=st.text() | st.text("<>&\"'\x00\x1b\ud800\ufffe\t\r\n]]>"))
def test_any_text_comes_back_as_typed(text):
    sheet = Sheet("表", [300, 300])
    for style in (Style.CENTRE, Style.NOTE):
        sheet.add_row(20)
        sheet.put(0, 0, f"[{text}]", style)
        sheet.put(1, 1, text, style)
    table = body(render_docx(layout_of(sheet, mark=text))).find(qn("w:tbl"))
    [document] = read_docx(render_docx(layout_of(sheet))).tables
    plain = printable(text)
    assert [row.cells[0] for row in document.rows] == [f"[{plain}]"] * 2
    assert table is not None


# What it is made of


def test_the_page_is_a4_and_each_sheet_a_section_with_page_numbers():
    made = opened(render_docx(self_evaluation_layout(FORMS["eleven-indicators"]())))
    assert len(made.sections) == 2
    for section in made.sections:
        assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
        fields = section.footer._element.findall(f".//{qn('w:fldSimple')}")
        assert [field.get(qn("w:instr")).strip() for field in fields] == ["PAGE", "NUMPAGES"]
        assert section.footer.paragraphs[0].text == "第  页，共  页"


def test_marks_stand_in_red_on_every_page_once():
    made = opened(render_docx(self_evaluation_layout(FORMS["missing-actuals"]())))
    mark = "草稿（未签署）　演示数据（非真实填报）"
    assert [section.header.paragraphs[0].text for section in made.sections] == [mark, mark]
    assert made.styles["header"].font.color.rgb == docx.shared.RGBColor(0xC0, 0, 0)
    # The sheets' own first pages say it in their text.
    assert all(section.different_first_page_header_footer for section in made.sections)
    assert [each.text for each in made.paragraphs].count(mark) == 2
    signed = opened(render_docx(self_evaluation_layout(FORMS["one-indicator"]())))
    assert not any(section.different_first_page_header_footer for section in signed.sections)
    assert all(section.header.is_linked_to_previous for section in signed.sections)


def test_a_mark_that_the_sheet_does_not_say_stands_on_its_first_page_too():
    sheet = Sheet("表", [100], heights=[20])
    [section] = opened(render_docx(layout_of(sheet, mark="草稿"))).sections
    assert not section.different_first_page_header_footer
    assert section.header.paragraphs[0].text == "草稿"


def test_title_author_and_day_are_properties_and_nothing_tells_of_the_machine():
    data = render_docx(layout_of(Sheet("表", [100], heights=[20])))
    core = opened(data).core_properties
    assert (core.title, core.author, core.created) == (
        "某局自评表",
        "某局",
        datetime(2023, 1, 20, 17, tzinfo=UTC),
    )
    with zipfile.ZipFile(BytesIO(data)) as archive:
        assert {part.date_time for part in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        for part in archive.namelist():
            ET.fromstring(archive.read(part))


def test_signatures_stay_together_and_titles_are_found_in_the_outline():
    styles = opened(render_docx(layout_of(Sheet("表", [100], heights=[20])))).styles
    assert styles["表格签字"].paragraph_format.keep_with_next
    assert not styles["表格文字"].paragraph_format.keep_with_next
    assert styles["表格标题"].element.find(f".//{qn('w:outlineLvl')}").get(qn("w:val")) == "0"


def test_the_official_fonts_are_named():
    styles = opened(render_docx(layout_of(Sheet("表", [100], heights=[20])))).styles

    def east_asian(name):
        return styles[name].element.rPr.rFonts.get(qn("w:eastAsia"))

    assert east_asian("表格标题") == "方正小标宋简体"
    defaults = styles.element.find(f".//{qn('w:rPrDefault')}//{qn('w:rFonts')}")
    assert defaults.get(qn("w:eastAsia")) == "仿宋_GB2312"
    assert {styles[name].font.size.pt for name in ("表格小字", "表格注")} == {9}


def test_the_heading_row_begins_a_table_on_every_page_and_is_repeated():
    layout = self_evaluation_layout(FORMS["sixty-two-indicators"]())
    main = layout.sheets[0]
    assert len(main.breaks) > 1
    headed = []
    for table in body(render_docx(layout)).findall(qn("w:tbl")):
        rows = table.findall(qn("w:tr"))
        marks = [row.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None for row in rows]
        assert not any(marks[1:])
        if marks[0] and "三级指标" in [each.text for each in rows[0].iter(qn("w:t"))]:
            headed.append(rows)
    assert len(headed) == 1 + len(main.breaks)


def test_short_rows_have_the_estimated_height_and_stay_whole_and_tall_ones_flow():
    sheet = Sheet("表", [100, 100], heights=[20, 400])
    for row in (0, 1):
        sheet.put(0, 1, "文字", Style.TEXT, row=row)
    short, tall = body(render_docx(layout_of(sheet))).iter(qn("w:trPr"))
    height = short.find(qn("w:trHeight"))
    assert (height.get(qn("w:val")), height.get(qn("w:hRule"))) == ("400", "atLeast")
    assert short.find(qn("w:cantSplit")) is not None
    assert len(tall) == 0


def test_the_columns_fill_the_page_and_every_row_fills_the_columns():
    for name in ("department", "odd-texts"):
        for table in body(render_docx(self_evaluation_layout(FORMS[name]()))).iter(qn("w:tbl")):
            columns = [int(each.get(qn("w:w"))) for each in table.iter(qn("w:gridCol"))]
            assert sum(columns) == PAGE
            for row in table.findall(qn("w:tr")):
                cells = row.findall(f"{qn('w:tc')}/{qn('w:tcPr')}")
                assert sum(int(each.find(qn("w:tcW")).get(qn("w:w"))) for each in cells) == PAGE
                spans = (each.find(qn("w:gridSpan")) for each in cells)
                reach = sum(1 if each is None else int(each.get(qn("w:val"))) for each in spans)
                assert reach == len(columns)


def test_lines_are_drawn_around_cells_of_the_table_and_once_between_its_halves():
    sheet = Sheet("表", [100, 100], header_row=1)
    for style in (Style.LABEL, Style.LABEL, Style.TEXT, Style.SIGN):
        sheet.add_row(20)
        sheet.put(0, 0, "文字", style)
    drawn = [
        [[edge.tag.partition("}")[2] for edge in each] for each in cell.iter(qn("w:tcBorders"))]
        for cell in body(render_docx(layout_of(sheet))).iter(qn("w:tc"))
    ]
    around = [["top", "left", "bottom", "right"]]
    assert drawn[::2] == [[["top", "left", "right"]], around, around, []]
    # What no cell was put into has no lines.
    assert drawn[1::2] == [[]] * 4
    # The line of text that parts the two halves takes no room.
    hidden = body(render_docx(layout_of(sheet))).iter(qn("w:vanish"))
    assert len(list(hidden)) == 1


def test_a_heading_row_that_begins_a_page_closes_the_table_above():
    sheet = Sheet("表", [100], header_row=1, breaks=[1])
    for row in range(3):
        sheet.add_row(20)
        sheet.put(0, 0, f"第{row}行", Style.LABEL)
    made = body(render_docx(layout_of(sheet)))
    first, second = made.findall(qn("w:tbl"))
    assert first.find(f".//{qn('w:bottom')}[@{qn('w:val')}]") is not None
    assert [each.text for each in second.iter(qn("w:t"))] == ["第1行", "第2行"]
    assert len(list(made.iter(qn("w:pageBreakBefore")))) == 1


def test_a_merge_that_goes_on_over_a_break_says_its_text_once():
    sheet = Sheet("表", [100, 100], breaks=[2])
    for row in range(4):
        sheet.add_row(20)
        sheet.put(1, 1, f"第{row}行", Style.TEXT)
    sheet.put(0, 0, "合并", Style.CENTRE, row=0, last_row=3)
    tables = body(render_docx(layout_of(sheet))).findall(qn("w:tbl"))
    merges = [
        [each.get(qn("w:val"), "continue") for each in table.iter(qn("w:vMerge"))]
        for table in tables
    ]
    assert merges == [["restart", "continue"]] * 2
    said = [[each.text for each in table.iter(qn("w:t"))] for table in tables]
    assert [texts.count("合并") for texts in said] == [1, 0]


def test_a_number_is_set_smaller_where_it_would_not_stay_on_one_line():
    sheet = Sheet("表", [600, 60], heights=[20])
    sheet.put(0, 0, Decimal("12345678901.23"), Style.MONEY)
    sheet.put(1, 1, Decimal("12345678901.23"), Style.MONEY)
    wide, narrow = body(render_docx(layout_of(sheet))).iter(qn("w:tc"))
    assert wide.find(f".//{qn('w:r')}//{qn('w:sz')}") is None
    assert int(narrow.find(f".//{qn('w:r')}//{qn('w:sz')}").get(qn("w:val"))) < 14


def test_a_sheet_wider_than_the_page_is_shrunk_as_a_whole():
    sheet = Sheet("表", [720, 720], heights=[40])
    sheet.put(0, 1, "文字", Style.TEXT)
    made = body(render_docx(layout_of(sheet)))
    assert made.find(f".//{qn('w:trHeight')}").get(qn("w:val")) == "399"
    assert made.find(f".//{qn('w:r')}//{qn('w:sz')}").get(qn("w:val")) == "10"


# As LibreOffice prints it

PRINTED = {
    "one-indicator": 2,
    "eleven-indicators": 3,
    "sixty-two-indicators": 7,
    "department": 5,
    "missing-actuals": 2,
    "long-texts": 6,
}


def with_texts_of_many_lines():
    """A form whose texts need many lines, in words and without any place to break them."""
    whole = FORMS["eleven-indicators"]()
    rows = list(whole.rows)
    rows[0] = replace(rows[0], deviation_reason="受疫情影响，接待批次减少；" * 12)
    rows[1] = replace(rows[1], name="a" * 120, target="≥" + "9" * 40, actual="http://" + "x" * 60)
    rows[2] = replace(rows[2], name="第一行\n第二行\n\n第四行", level2="一个很长的二级指标名称" * 6)
    rows[3] = replace(rows[3], steps=["目标 ≥95% · 实际 98% → 达成；" * 30] * 3)
    return replace(whole, rows=rows, objective_expected="化解矛盾纠纷。" * 60, name="经费" * 40)


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    """Each form's layout and its pages."""
    made = {
        name: self_evaluation_layout(FORMS.get(name, with_texts_of_many_lines)())
        for name in PRINTED
    }
    files = {f"{name}.docx": render_docx(layout) for name, layout in made.items()}
    paths = in_own_fonts(tmp_path_factory.mktemp("printed"), files, "pdf")
    return {name: (layout, pages_of(paths[f"{name}.docx"])) for name, layout in made.items()}


@pytest.mark.slow
@pytest.mark.parametrize("name", PRINTED)
def test_every_sign_of_the_form_is_printed_where_it_can_be_seen(printed, name):
    layout, pages = printed[name]
    expected = signs([text for sheet in layout.sheets for row in rows_of(sheet) for text in row])
    feet = [f"第{number}页,共{len(pages)}页" for number in range(1, len(pages) + 1)]
    assert signs([page.text() for page in pages]) == expected + signs(feet)
    assert [fault for page in pages for fault in page.faults()] == []


@pytest.mark.slow
@pytest.mark.parametrize(("name", "count"), PRINTED.items())
def test_each_page_has_its_number_and_its_heading_row_and_there_are_few(printed, name, count):
    layout, pages = printed[name]
    assert len(pages) <= count
    for number, page in enumerate(pages, 1):
        assert page.text().startswith(plain(layout.mark))
        assert f"第{number}页,共{len(pages)}页" in page.text()
    # Where the head alone fills the first page, the heading row begins the second one.
    main = layout.sheets[0]
    first, last = sum(at <= main.header_row for at in main.breaks), len(main.breaks)
    headed = [at for at, page in enumerate(pages) if "三级指标" in page.text()]
    assert headed == list(range(first, last + 1))
    assert all("计算过程" in page.text() for page in pages[last + 1 :])


@pytest.mark.slow
def test_a_form_without_page_breaks_flows_and_repeats_its_heading_row(tmp_path):
    layout = self_evaluation_layout(FORMS["sixty-two-indicators"]())
    layout.sheets = layout.sheets[:1]
    layout.sheets[0].breaks = []
    files = {"flow.docx": render_docx(layout)}
    pages = pages_of(in_own_fonts(tmp_path, files, "pdf")["flow.docx"])
    assert len(pages) > 2
    assert all("三级指标" in page.text() for page in pages)
