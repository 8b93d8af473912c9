"""Forms as PDF: what readers take out of them, whatever was typed into them."""

import re
import subprocess
import sys
import threading
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pdfplumber
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perf.core.errors import PerfError
from perf.documents import typesetting
from perf.documents.forms import self_evaluation_layout
from perf.documents.forms.pdf import render_pdf
from perf.documents.forms.table import Layout, Sheet, Style
from perf.documents.readers.pdf import read_pdf
from perf.documents.typesetting import PdfUnavailable
from tests.documents.test_forms import FORMS, LONG

ROOT = Path(__file__).resolve().parent.parent.parent
# Everything that means something in typst's markup, code or mathematics, and line ends.
HOSTILE = [
    '#panic("x")',
    '#read("/etc/passwd")',
    '"); #panic(',
    "#let x = 1",
    "$x^2$ *粗* _斜_ `码` <标> @ref",
    "]] } ) \\ \\u{41} \\n //注 /*释*/",
    "= 标题\n- 项\n+ 项\n/ 词: 义",
    '{"form": 1}, "\\"',
    "---...'\"~",
]
# Characters that other makers of PDF files replace or lose.
RARE = "㎡①②≥≤±×÷℃％＃＋－＝（）【】《》“”—…·￥№Ⅳ面一豈𬭊㛃䶮龘éñЖ가"


def of(*cells: str | Decimal | None, style: Style = Style.TEXT, width: int = 350) -> Layout:
    """A layout of one column, a row a cell."""
    sheet = Sheet("表", [width, max(8, 700 - width)])
    for value in cells:
        sheet.add_row(20)
        sheet.put(0, 0, value, style)
    return Layout("题", "单位", datetime(2023, 1, 1, tzinfo=UTC), sheets=[sheet])


def pages_of(content: bytes) -> list[str]:
    """The text of each page."""
    with pypdfium2.PdfDocument(content) as document:
        return [page.get_textpage().get_text_range() for page in document]


def close(text: str) -> str:
    """The text without white space, as wrapped lines cannot be told from others."""
    return re.sub(r"\s", "", text)


def wrapped(content: bytes) -> str:
    return close("".join(pages_of(content)))


@pytest.mark.parametrize(
    "name",
    [
        "eleven-indicators",
        pytest.param("department", marks=pytest.mark.slow),
        pytest.param("sixty-two-indicators", marks=pytest.mark.slow),
    ],
)
def test_every_indicator_reads_back_with_its_texts_and_figures(name):
    whole = FORMS[name]()
    document = read_pdf(render_pdf(self_evaluation_layout(whole)))
    rows = [[close(text) for text in row.cells] for table in document.tables for row in table.rows]
    found = [
        (row[3], row[4], row[5], Decimal(row[6]), Decimal(row[7]))
        for row in rows
        if len(row) == 9 and re.fullmatch("第[0-9]+项工作任务完成率", row[3])
    ]
    assert found == [
        (row.name, row.target, row.actual, row.weight, row.points) for row in whole.rows
    ]
    assert ["总分", "", "", "", "", "", "100", f"{whole.total}", "评级：优"] in rows


@pytest.mark.slow
def test_equal_layouts_give_equal_bytes_in_another_process_too():
    code = (
        "import sys; from tests.documents.test_pdf_forms import *;"
        "sys.stdout.buffer.write(render_pdf(of(*HOSTILE, '😀𠮷ก')))"
    )
    there = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)
    assert there.stdout == render_pdf(of(*HOSTILE, "😀𠮷ก"))


def test_the_file_says_its_title_author_day_language_and_standards():
    content = render_pdf(self_evaluation_layout(FORMS["missing-actuals"]()))
    with pypdfium2.PdfDocument(content) as document:
        said = document.get_metadata_dict()
        assert document.is_tagged()
    assert said["Title"] == "2022年度信访工作经费项目支出绩效自评表"
    assert said["Author"] == "某区信访局本级"
    assert said["CreationDate"].startswith("D:20000101")
    for standard in (b"<pdfaid:part>2<", b"<pdfaid:conformance>A<", b"<pdfuaid:part>1<"):
        assert standard in content
    assert "草稿（未签署）" in content.decode("utf-8", "ignore")


def test_a_screen_reader_finds_headings_and_tables_with_their_heads():
    layout = self_evaluation_layout(FORMS["one-indicator"]())
    content = render_pdf(layout)
    with pypdfium2.PdfDocument(content) as document:
        found = [(each.get_title(), each.get_dest().get_index()) for each in document.get_toc()]
    assert found == [("项目支出绩效自评表", 0), ("得分计算说明", 1)]
    with pdfplumber.open(BytesIO(content)) as file:
        (document,) = file.structure_tree
    kinds = [child["type"] for child in document["children"]]
    assert kinds[:3] == ["H1", "P", "Table"]
    assert kinds.count("Table") == 2
    heads = [
        row
        for table in document["children"]
        if table["type"] == "Table"
        for row in rows_in(table, "TH")
    ]
    assert heads == [9, 5]


def rows_in(table, kind):
    """How many cells of this kind stand in each row that has any."""
    rows = [row for group in table["children"] for row in group["children"]]
    counts = [[cell["type"] for cell in row["children"]].count(kind) for row in rows]
    return [count for count in counts if count]


def test_texts_are_never_markup():
    content = render_pdf(of(*HOSTILE, "完"))
    assert wrapped(content) == close("".join(HOSTILE)) + "完第1页，共1页"


@settings(max_examples=12, deadline=None)
@given(
    st.lists(
        st.lists(st.sampled_from([*HOSTILE, *"中文a1 \n#$\\]\"'", "😀", "\u202e"])).map("".join),
        min_size=1,
        max_size=4,
    )
)
def test_any_texts_come_out_as_typed(texts):
    title = "".join(texts)
    layout = of(*texts)
    layout.title = layout.author = layout.mark = title
    wanted = "".join(texts).replace("😀", "〓").replace("\u202e", "")
    assert close(wanted) in wrapped(render_pdf(layout))


def test_rare_and_full_width_characters_are_extracted_as_typed():
    # Radicals share their shapes with characters: one of them would have all of these read wrongly.
    content = render_pdf(of("⾯⼀豈⻓", *re.findall("..?", RARE), RARE))
    wanted = "面一豈长" + RARE.replace("가", "〓") * 2
    assert wrapped(content).startswith(wanted)
    with pdfplumber.open(BytesIO(content)) as file:
        read = "".join(char["text"] for char in file.pages[0].chars)
    assert close(read).startswith(wanted)


def test_what_the_fonts_lack_has_a_sign_in_its_place_and_a_note():
    content = render_pdf(
        of("名😀称𠮷", "a\u200d\ufe0fb\tc", "ก" * 3, "\ud800", *map(chr, range(0x1F300, 0x1F316)))
    )
    text = wrapped(content)
    assert text.startswith("名〓称〓abc〓〓〓")
    assert "注：字库中没有的字符以“〓”代替：U+0E01、U+1F300" in text
    assert "等25个字符，原文见系统。" in text
    assert "字库" not in wrapped(render_pdf(of("名称")))


def test_two_threads_at_once_get_each_its_own_file(tmp_path, monkeypatch):
    # Wherever the server was started, the template is found.
    monkeypatch.chdir(tmp_path)
    layouts = {name: [of(f"{name}{at}号", LONG) for at in range(8)] for name in "甲乙"}
    alone = {name: [render_pdf(each) for each in made] for name, made in layouts.items()}
    found: dict[str, list[bytes]] = {}
    start = threading.Barrier(2)

    def work(name: str) -> None:
        start.wait()
        found[name] = [render_pdf(each) for each in layouts[name]]

    threads = [threading.Thread(target=work, args=(name,)) for name in layouts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == alone
    assert wrapped(found["乙"][3]).startswith("乙3号")


def test_without_typst_the_refusal_names_another_format(monkeypatch):
    monkeypatch.setattr(typesetting, "typst", None)
    with pytest.raises(PdfUnavailable, match="docx") as refused:
        render_pdf(of("文"))
    assert isinstance(refused.value, PerfError)
