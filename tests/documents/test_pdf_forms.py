"""Forms as PDF: what readers take out of them, and how their pages look."""

import re
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from io import BytesIO
from pathlib import Path

import pdfplumber
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from perf.core.errors import PerfError
from perf.documents.forms import pdf, self_evaluation_layout, target_layout
from perf.documents.forms.pages import MARGIN_SIDE, PAGE_WIDTH
from perf.documents.forms.pdf import PdfUnavailable, render_pdf
from perf.documents.forms.shown import shown
from perf.documents.forms.summary import summary_layout
from perf.documents.forms.table import Layout, Sheet, Style
from perf.documents.readers.pdf import read_pdf
from tests.documents.test_forms import FORMS, HUGE, LONG, form, indicators
from tests.documents.test_summary_forms import SIGNED
from tests.documents.test_summary_forms import form as summary
from tests.documents.test_target_forms import FORMS as TARGETS

ROOT = Path(__file__).resolve().parent.parent.parent
NUMBERS = {Style.MONEY, Style.RATE, Style.NUMBER, Style.POINTS, Style.TOTAL, Style.TOTAL_POINTS}
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
    monkeypatch.setattr(pdf, "typst", None)
    with pytest.raises(PdfUnavailable, match="docx") as refused:
        render_pdf(of("文"))
    assert isinstance(refused.value, PerfError)


def test_a_form_a_little_longer_than_a_page_stays_on_one_with_its_classes_whole():
    layout = self_evaluation_layout(FORMS["eleven-indicators"]())
    assert sum(layout.sheets[0].heights) > 740
    first, second = pages_of(render_pdf(layout))
    # Once in the header, once as the class of all rows.
    assert close(first).count("绩效指标") == 2
    assert close(first).endswith("单位（盖章）：第1页，共2页")
    assert close(second).startswith("得分计算说明")


def test_pages_repeat_header_and_mark_and_are_numbered():
    rows = indicators(31)
    whole = form(rows, is_draft=True, is_demo=True)
    layout = self_evaluation_layout(whole)
    pages = [close(page) for page in pages_of(render_pdf(layout))]
    assert len(pages) == sum(1 + len(sheet.breaks) for sheet in layout.sheets)
    working = next(at for at, page in enumerate(pages) if "得分计算说明（" in page)
    for number, page in enumerate(pages, 1):
        assert page.endswith(f"第{number}页，共{len(pages)}页")
        assert page.count("草稿（未签署）演示数据（非真实填报）") == 1
        head = "三级指标年度指标值" if number <= working else "序号指标分值得分计算过程"
        assert page.count(head) == 1
    # Once in the header, once as the class of the page's rows.
    assert all(page.count("绩效指标") == 2 for page in pages[:working])


def test_rows_are_as_high_as_the_layout_has_them_or_as_their_texts():
    layout = of("一行", "两行\n两行", "许多行\n" * 6, None)
    layout.sheets[0].heights = [40, 90, 20, 30]
    with pdfplumber.open(BytesIO(render_pdf(layout))) as file:
        (table,) = file.pages[0].find_tables()
    heights = [row.bbox[3] - row.bbox[1] for row in table.rows]
    assert heights == pytest.approx([40, 90, 6 * 14.2 - 4.2 + 6, 30], abs=0.1)


def test_a_cell_over_a_break_keeps_its_frame_on_both_pages():
    sheet = Sheet("表", [300, 400])
    for at in range(4):
        sheet.add_row(20)
        sheet.put(1, 1, f"步骤{at}", Style.TEXT)
    sheet.put(0, 0, "指标", Style.SMALL, row=0, last_row=3)
    sheet.add_row(900)
    sheet.breaks = [2]
    layout = Layout("题", "", datetime(2023, 1, 1, tzinfo=UTC), sheets=[sheet])
    with pdfplumber.open(BytesIO(render_pdf(layout))) as file:
        tables = [page.extract_tables() for page in file.pages[:2]]
    assert tables == [
        [[["指标", "步骤0"], [None, "步骤1"]]],
        [[["", "步骤2"], [None, "步骤3"]]],
    ]


@pytest.mark.parametrize(
    ("value", "style", "width"),
    [
        (Decimal("123456789012345678.91"), Style.MONEY, 60),
        (Decimal(100), Style.NUMBER, 20),
        ("http://example.gov.cn/" + "abcdefghij" * 9, Style.CENTRE, 76),
        ("WWWWWWWW@@@@MMMM", Style.TEXT, 60),
        ("。" * 40, Style.TEXT, 76),
        ("——" * 20, Style.SMALL, 76),
        ("\u00a0".join("一二三四五六七八九十"), Style.TEXT, 40),
        ("ＡＢＣ１２３" * 10, Style.LABEL, 40),
    ],
)
def test_nothing_reaches_over_its_cell(value, style, width):
    content = render_pdf(of(value, style=style, width=width))
    with pdfplumber.open(BytesIO(content)) as file:
        (page,) = file.pages
        assert "".join(char["text"] for char in page.chars if char["top"] < 400)
        assert faults(page) == []


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("（年初：≥90%，按年初指标值）", ["（年初：", "≥90%，按", "年初指标", "值）"]),
        ("自2022-12-31起", ["自", "2022-12-31", "起"]),
        ("见a.cn/list?page=12345", ["见a.cn/", "list?page=", "12345"]),
        ("1234567890123456", ["123456789", "0123456"]),
    ],
)
def test_figures_stay_whole_in_narrow_cells(text, lines):
    content = render_pdf(of(text, width=76))
    (page,) = pages_of(content)
    assert page.split("\r\n")[: len(lines)] == lines


# Where a closing and an opening mark have their ink; the rest of a full-width one is blank, and
# neighbours may be moved into it.
CLOSING = "，。；：、！？）》”’】」』"
OPENING = "（《“‘【「『"


def inked(char):
    """The horizontal extent of a character's ink."""
    half = (char["x0"] + char["x1"]) / 2
    if char["text"] in CLOSING:
        return char["x0"], half
    if char["text"] in OPENING:
        return half, char["x1"]
    return char["x0"], char["x1"]


def faults(page):
    """Characters that reach over their cell or the page's margins, or lie on another one."""
    found = []
    boxes = [cell for table in page.find_tables() for cell in table.cells]
    chars = sorted(
        (char for char in page.chars if not char["text"].isspace()), key=lambda each: each["top"]
    )
    for char in chars:
        left, right = inked(char)
        middle = (char["top"] + char["bottom"]) / 2
        upper, lower = middle - char["size"] * 0.45, middle + char["size"] * 0.45
        around = [
            box
            for box in boxes
            if box[0] <= (left + right) / 2 <= box[2] and box[1] <= middle <= box[3]
        ]
        room = min(around, key=lambda box: (box[2] - box[0]) * (box[3] - box[1]), default=None)
        room = room or (MARGIN_SIDE, 0, PAGE_WIDTH - MARGIN_SIDE, page.height)
        if left < room[0] - 0.1 or right > room[2] + 0.1 or upper < room[1] or lower > room[3]:
            found.append((char["text"], "outside", room))
    for at, char in enumerate(chars):
        for other in chars[at + 1 :]:
            if other["top"] > char["bottom"]:
                break
            common = min(inked(char)[1], inked(other)[1]) - max(inked(char)[0], inked(other)[0])
            # Neighbours are moved together a little where their shapes allow it.
            if (
                common > 0.4 * min(char["width"], other["width"])
                and other["top"] - char["top"] < min(char["size"], other["size"]) * 0.7
            ):
                found.append((char["text"], "over", other["text"]))
    return found


def with_long_texts():
    rows = indicators(31)
    rows[3] = replace(rows[3], name="长指标" * 30, deviation_reason=LONG)
    rows[7] = replace(rows[7], deviation_reason=HUGE[:9000], actual="http://a.cn/" + "abcde" * 24)
    rows[9] = replace(rows[9], target="≤50万元", initial_target="≤60万元", tag="调整")
    return form(rows, name="".join(HOSTILE), is_draft=True, objective_actual=LONG[:400])


def a_long_summary():
    return summary(*(replace(SIGNED, name=f"第{at}个项目") for at in range(40)))


RENDERED = {
    **{name: (self_evaluation_layout, make) for name, make in FORMS.items()},
    "long-texts": (self_evaluation_layout, with_long_texts),
    **{
        f"target, {name}": (target_layout, partial(replace, made)) for name, made in TARGETS.items()
    },
    "summary": (summary_layout, a_long_summary),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", RENDERED)
def test_pages_are_whole_and_legible(name, tmp_path):
    lay_out, make = RENDERED[name]
    layout = lay_out(make())
    file = tmp_path / "form.pdf"
    file.write_bytes(render_pdf(layout))

    def run(*command):
        return subprocess.run(
            command, cwd=tmp_path, capture_output=True, check=True, timeout=60
        ).stdout.decode()

    # Two lines of heads, then a line a font: name, type, encoding, embedded, subset, Unicode.
    for line in run("pdffonts", file.name).splitlines()[2:]:
        assert re.match(r"[A-Z]{6}\+Noto(Serif|Sans)SC-Regular\S* .* yes yes yes ", line), line

    pages = run("pdftotext", "-raw", file.name, "-").split("\f")[:-1]
    text = close("".join(pages))
    assert not re.search("[\u2e80-\u2fdf]", text)
    for sheet in layout.sheets:
        for cell in sheet.cells:
            assert close(shown(cell))[:60] in text
    assert all(f"第{at}页，共{len(pages)}页" in close(page) for at, page in enumerate(pages, 1))

    with pdfplumber.open(file) as document:
        assert [faults(page) for page in document.pages] == [[] for _ in pages]

    run("pdftoppm", "-r", "50", "-gray", "-png", file.name, "page")
    images = sorted(tmp_path.glob("page-*.png"))
    assert len(images) == len(pages)
    for image in images:
        with Image.open(image).convert("L") as page:
            side = int(MARGIN_SIDE / 72 * 50) - 2
            for box in ((0, 0, side, page.height), (page.width - side, 0, *page.size)):
                assert page.crop(box).getextrema() == (255, 255)
            assert page.getextrema()[0] < 100
