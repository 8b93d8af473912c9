"""Reports as Word and PDF files: what opens, what is read back, and every page as it is printed."""

import re
import zipfile
from dataclasses import replace
from io import BytesIO
from typing import Any

import pdfplumber
import pypdfium2
import pytest
from docx import Document
from docx.oxml.ns import qn

from perf.documents import typesetting
from perf.documents.report import REPORT_FORMATS, report_from_record, write_report
from perf.documents.report.parts import (
    Heading,
    Items,
    Paragraph,
    Picture,
    Report,
    Table,
    plain,
)
from tests.documents.printed import Page, printed, signs
from tests.documents.report_records import (
    MISSED,
    UNEXPLAINED,
    UNREPORTED,
    record,
    row,
    whole_report,
)

pytestmark = pytest.mark.slow

WORD = "W" * 150
HOSTILE = f"=1+1\n@SUM(A1) #panic(1) $x$ \x07\ud800 {WORD}　<w:p/> &amp; 完"


def hostile() -> Report:
    """One with texts as long and as odd as they can be, wherever somebody types one."""
    long = {"deviation_reason": "原因" * 200, "corrective_action": HOSTILE}
    odd = {
        "level1": WORD[:64],
        # Taller than a page in its narrow column.
        "target": (WORD * 3 + HOSTILE)[:500],
        "actual": WORD[:60],
        "quarters": [["一季度", HOSTILE]],
    }
    rows = [
        {**MISSED, **long, "name": WORD},
        {**UNEXPLAINED, **odd, "name": HOSTILE},
        *(row(key, f"第{key}项受理信访案件按期办结率" * 6) for key in range(10, 18)),
        UNREPORTED,
    ]
    data = {
        "name": WORD[:200],
        "objective_expected": HOSTILE,
        "objective_actual": "\n".join(["完成全部任务。"] * 8),
        "tasks": [[HOSTILE, HOSTILE], ["", ""]],
        "money": {
            key: dict.fromkeys(("initial", "adjusted", "executed"), "987654321098765.43")
            for key in ("total", "fiscal", "carryover", "other")
        },
        "is_demo": True,
    }
    return report_from_record(record(rows, data, is_draft=True, findings=[HOSTILE]))


REPORTS = {"every": whole_report(), "hostile": hostile()}


def texts_of(report: Report) -> list[str]:
    """Every text of the report, for looking up what is printed."""
    found = [report.title, report.note, report.unit, report.day]
    for part in report.parts:
        match part:
            case Heading():
                found.append(part.text)
            case Paragraph():
                found.append(plain(part.text))
            case Items():
                found += [item.lead + plain(item.text) for item in part.items]
            case Table():
                found += [part.caption, *(column.title for column in part.columns)]
                found += [plain(text) for cells in part.rows for text in cells]
            case Picture():
                found.append(part.caption)
    return found


def test_word_finds_headings_lists_repeated_heads_and_marked_gaps():
    report = whole_report()
    document = Document(BytesIO(write_report(report, "docx")))
    headings = [
        (each.style.name, each.text)
        for each in document.paragraphs
        if each.style.name.startswith("Heading")
    ]
    assert headings == [
        (f"Heading {part.level}", part.text) for part in report.parts if isinstance(part, Heading)
    ]
    assert document.core_properties.title == "信访工作经费2022年度项目支出绩效自评报告"
    assert len(document.tables) == sum(isinstance(part, Table) for part in report.parts)
    for table in document.tables:
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    marked = {
        each.text
        for paragraph in document.paragraphs
        for each in paragraph.runs
        if each._r.style == "Gap"
    }
    assert "（待补充）" in marked
    assert all(text[0] in "【（" and text[-1] in "】）" for text in marked)
    # Each numbered list begins at 1.
    lists = {
        number.get(qn("w:val"))
        for paragraph in document.paragraphs
        for number in paragraph._p.iter(qn("w:numId"))
    }
    assert len(lists) == sum(isinstance(part, Items) for part in report.parts)


def test_a_picture_is_dots_for_all_and_lines_for_those_who_can_with_its_numbers_in_words():
    report = whole_report()
    content = write_report(report, "docx")
    wanted = [part for part in report.parts if isinstance(part, Picture)]
    with zipfile.ZipFile(BytesIO(content)) as archive:
        drawn = [
            archive.read(f"word/media/picture{at + 1}.svg").decode() for at in range(len(wanted))
        ]
        dots = archive.read("word/media/picture1.png")
    assert drawn == [part.chart.svg for part in wanted]
    assert dots.startswith(b"\x89PNG")
    document = Document(BytesIO(content))
    assert [shape._inline.docPr.get("descr") for shape in document.inline_shapes] == [
        part.described for part in wanted
    ]
    for shape in document.inline_shapes:
        assert (
            shape.width <= document.sections[0].page_width - 2 * document.sections[0].right_margin
        )


def test_without_typst_a_picture_s_numbers_stand_in_a_table(monkeypatch):
    monkeypatch.setattr(typesetting, "typst", None)
    report = whole_report()
    document = Document(BytesIO(write_report(report, "docx")))
    assert len(document.inline_shapes) == 0
    assert len(document.tables) == sum(isinstance(part, Table | Picture) for part in report.parts)


@pytest.mark.parametrize("ending", REPORT_FORMATS)
def test_equal_reports_give_equal_bytes(ending):
    assert write_report(whole_report(), ending) == write_report(whole_report(), ending)


def test_a_pdf_tells_its_text_headings_standards_and_pictures():
    report = whole_report()
    content = write_report(report, "pdf")
    with pypdfium2.PdfDocument(content) as document:
        assert document.is_tagged()
        outline = [(each.level + 1, each.get_title()) for each in document.get_toc()]
        text = "".join(page.get_textpage().get_text_range() for page in document)
    assert outline == [
        (part.level, part.text) for part in report.parts if isinstance(part, Heading)
    ]
    close = re.sub(r"\s", "", text)
    assert "及时受理率（效益指标）：指标值≥90%，实际完成值81%，得27.00分（分值30.00）。" in close
    assert "原因：下半年来件集中，人手不足。" in close
    for standard in (b"<pdfaid:part>2<", b"<pdfaid:conformance>A<", b"<pdfuaid:part>1<"):
        assert standard in content
    with pdfplumber.open(BytesIO(content)) as file:
        (tree,) = file.structure_tree
    described = [each["alt_text"] for each in walk(tree) if each.get("alt_text")]
    assert described == [part.described for part in report.parts if isinstance(part, Picture)]


def test_a_reason_of_20_000_signs_goes_over_pages_whole():
    long = {**MISSED, "deviation_reason": "年末集中" * 5_000}
    report = report_from_record(record([long]))
    with pypdfium2.PdfDocument(write_report(report, "pdf")) as document:
        read = "".join(page.get_textpage().get_text_range() for page in document)
    assert read.count("集") == 5_000
    word = Document(BytesIO(write_report(report, "docx")))
    assert sum(each.text.count("年末集中") for each in word.paragraphs) == 5_000


def test_a_sign_that_the_fonts_lack_in_a_picture_is_marked_as_in_any_text():
    report = report_from_record(record([{**MISSED, "level1": "产出😀指标"}]))
    with pypdfium2.PdfDocument(write_report(report, "pdf")) as document:
        read = "".join(page.get_textpage().get_text_range() for page in document)
    assert "产出〓指标" in read
    assert "😀" not in read


def walk(element: Any) -> Any:
    yield element
    for child in element.get("children", []):
        yield from walk(child)


def with_borders(page: Page) -> Page:
    """The page with the lines of its tables alone, which are black.

    A chart's lines end behind the white ground of its words, and a gap's coloured ground within
    the room of its bracket.
    """
    return replace(page, lines=[line for line in page.lines if line["stroke"] and is_black(line)])


def is_black(line: dict[str, Any]) -> bool:
    colour = line["stroking_color"]
    return not any(colour if isinstance(colour, tuple) else (colour,))


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Each report's pages out of both files."""
    files = {
        (name, ending): write_report(report, ending)
        for name, report in REPORTS.items()
        for ending in REPORT_FORMATS
    }
    return printed(tmp_path_factory.mktemp("reports"), files)


@pytest.mark.parametrize("ending", REPORT_FORMATS)
@pytest.mark.parametrize("name", REPORTS)
def test_every_sign_is_printed_where_it_can_be_seen(pages, name, ending):
    report, found = REPORTS[name], pages[name, ending]
    assert signs(texts_of(report)) - signs([page.text() for page in found]) == {}
    assert [fault for page in map(with_borders, found) for fault in page.faults()] == []
    for number, page in enumerate(found, 1):
        assert f"第{number}页,共{len(found)}页" in page.text()
        assert (round(page.width), round(page.height)) == (595, 842)
        assert signs([report.mark]) - signs([page.text()]) == {}
