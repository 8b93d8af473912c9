"""Forms as PDF: how their pages look."""

import re
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from io import BytesIO

import pdfplumber
import pytest
from PIL import Image

from perf.documents.forms import self_evaluation_layout, target_layout
from perf.documents.forms.pages import MARGIN_SIDE, PAGE_WIDTH
from perf.documents.forms.pdf import render_pdf
from perf.documents.forms.shown import shown
from perf.documents.forms.summary import summary_layout
from perf.documents.forms.table import Layout, Sheet, Style
from tests.documents.test_forms import FORMS, HUGE, LONG, form, indicators
from tests.documents.test_pdf_forms import HOSTILE, close, of, pages_of
from tests.documents.test_summary_forms import SIGNED
from tests.documents.test_summary_forms import form as summary
from tests.documents.test_target_forms import FORMS as TARGETS


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
    rows[9] = replace(rows[9], revision_document="信访发〔2022〕8号", is_lowered_late=True)
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
