"""Every form on paper, out of every format that has pages: nothing is clipped, hidden or on top."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from perf.documents.forms import (
    FORMATS,
    Form,
    ResultsForm,
    SummaryForm,
    form_layout,
    write_form,
)
from perf.documents.forms.shown import shown
from tests.documents import test_monitoring_forms as monitoring
from tests.documents import test_summary_forms as summaries
from tests.documents import test_target_forms as targets
from tests.documents.printed import PAGED, Page, printed, signs
from tests.documents.sample_forms import SHOWN, results
from tests.documents.test_docx_forms import with_texts_of_many_lines

LONG = "受理信访案件完成率的统计口径包括初次来信、来访和网上投诉，不含重复件；"


def crowded(form: Any) -> Any:
    """The form with texts of many lines wherever one can stand."""
    rows = [
        replace(row, name=LONG * 2, target="不低于上年同期水平且逐季提高", level2=LONG[:24])
        for row in form.rows * 4
    ]
    return replace(form, rows=rows, objective=LONG * 12, name=LONG)


def many() -> SummaryForm:
    """A summary over pages, with long names and sums of many digits."""
    row = replace(
        summaries.SIGNED,
        unit=LONG[:30],
        name=LONG,
        adjusted=Decimal("98765432109.87"),
        executed=Decimal("98765432109.86"),
    )
    rows = [row, summaries.WAITING, summaries.NOT_BEGUN] * 15
    return summaries.form(*rows, summaries.DEPARTMENT, summaries.DEPARTMENT, unit="")


def many_recommendations() -> ResultsForm:
    """Recommendations over pages, with texts that nobody reads to their end."""
    row = replace(results().rows[1], unit=LONG[:30], name=LONG, text=LONG * 4, measure=LONG * 3)
    return ResultsForm("", [row, *results().rows] * 8)


def too_low(form: Any) -> bytes:
    """The form's workbook with rows too low for their texts."""
    layout = form_layout(form)
    for sheet in layout.sheets:
        sheet.heights = [12 for _ in sheet.heights]
    return FORMATS["xlsx"].write(layout)


# The sample's forms as docs/ shows them, and each form with more text than anybody types.
FORMS: dict[str, Form] = {
    **SHOWN,
    "target-crowded": crowded(targets.revised(targets.project())),
    "target-department-crowded": crowded(targets.revised(targets.department())),
    "monitoring-crowded": crowded(monitoring.FORM),
    "self-evaluation-crowded": with_texts_of_many_lines(),
    "summary-crowded": many(),
    "results-crowded": many_recommendations(),
}


@pytest.fixture(scope="module")
def pages_by_name(tmp_path_factory):
    """The pages of each form in each format, and of a workbook whose rows are too low."""
    files = {(name, kind): write_form(form, kind) for name, form in FORMS.items() for kind in PAGED}
    files["too-low", "xlsx"] = too_low(FORMS["self-evaluation"])
    return printed(tmp_path_factory.mktemp("printed"), files)


@pytest.mark.slow
@pytest.mark.parametrize("kind", PAGED)
@pytest.mark.parametrize("name", FORMS)
def test_every_sign_is_printed_where_it_can_be_seen_on_numbered_pages(pages_by_name, name, kind):
    layout, pages = form_layout(FORMS[name]), pages_by_name[name, kind]
    wanted = signs([shown(cell) for sheet in layout.sheets for cell in sheet.cells])
    # Headings and classes stand again on later pages, so that there may be more.
    assert wanted - signs([page.text() for page in pages]) == {}
    assert [fault for page in pages for fault in page.faults()] == []
    for number, page in enumerate(pages, 1):
        assert f"第{number}页,共{len(pages)}页" in page.text()
        assert (round(page.width), round(page.height)) == (595, 842)


def page_of(*chars: dict[str, Any], lines: Sequence[dict[str, Any]] = (), ink: Any = ()) -> Page:
    """An A4 page at 100 dots an inch, black where a sign or `ink` stands (in points)."""
    image = Image.new("L", (827, 1169), 255)
    for box in [*chars, *ink]:
        corners = [round(box[side] * 100 / 72) for side in ("x0", "top", "x1", "bottom")]
        image.paste(0, tuple(corners))
    return Page(list(chars), list(lines), image, Path(), 595, 842)


def box(x0: float, top: float, x1: float, bottom: float) -> dict[str, Any]:
    return {"text": "字", "x0": x0, "top": top, "x1": x1, "bottom": bottom}


def test_a_border_through_a_sign_and_ink_at_the_papers_edge_are_found():
    sign = box(100, 100, 110, 110)
    beside = [box(50, 110, 300, 110), box(99, 50, 99, 300)]
    assert list(page_of(sign, lines=beside).faults()) == []
    through = [box(50, 105, 300, 105), box(105, 50, 105, 300)]
    struck = list(page_of(sign, lines=through).faults())
    assert struck == ["a line through 字 at 100, 100"] * 2
    assert list(page_of(sign, ink=[box(0, 400, 5, 410)]).faults()) == ["ink at the paper's edge"]
    assert list(page_of(sign, box(101, 101, 111, 111)).faults()) == ["字 on 字 at 106, 106"]


@pytest.mark.slow
def test_text_that_its_row_cuts_off_is_found(pages_by_name):
    faults = [fault for page in pages_by_name["too-low", "xlsx"] for fault in page.faults()]
    assert any(fault.startswith("not to be seen") for fault in faults)
