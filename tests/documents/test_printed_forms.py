"""Target forms, monitoring forms and summaries on paper, from each format that has pages."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from perf.documents.forms import FORMATS, SummaryForm, form_layout, write_form
from perf.documents.forms.shown import shown
from tests.documents import test_monitoring_forms as monitoring
from tests.documents import test_summary_forms as summaries
from tests.documents import test_target_forms as targets
from tests.documents.printed import converted, pages_of, signs

LONG = "受理信访案件完成率的统计口径包括初次来信、来访和网上投诉，不含重复件；"
PAGED = [kind for kind in FORMATS if kind != "csv"]


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


FORMS = {
    "target": targets.project(),
    "target-revised": crowded(targets.revised(targets.project())),
    "target-department": targets.revised(targets.department()),
    "target-department-crowded": crowded(targets.department()),
    "monitoring": monitoring.FORM,
    "monitoring-crowded": crowded(monitoring.FORM),
    "summary": many(),
}


@pytest.fixture(scope="module", params=PAGED)
def printed(request, tmp_path_factory):
    """Each form's layout and its pages, out of files of one kind."""
    kind = request.param
    folder = tmp_path_factory.mktemp(kind)
    files = {f"{name}.{kind}": write_form(form, kind) for name, form in FORMS.items()}
    if kind == "pdf":
        for name, content in files.items():
            (folder / name).write_bytes(content)
        paths = {name: folder / name for name in files}
    else:
        paths = converted(folder, files, "pdf")
    return {
        name: (form_layout(form), pages_of(paths[f"{name}.{kind}"])) for name, form in FORMS.items()
    }


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMS)
def test_every_sign_is_printed_where_it_can_be_seen(printed, name):
    layout, pages = printed[name]
    wanted = signs([shown(cell) for sheet in layout.sheets for cell in sheet.cells])
    # Headings and classes stand again on later pages, so that there may be more.
    assert wanted - signs([page.text() for page in pages]) == {}
    assert [fault for page in pages for fault in page.faults()] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMS)
def test_every_page_has_its_number_and_is_upright_a4(printed, name):
    _, pages = printed[name]
    for number, page in enumerate(pages, 1):
        assert f"第{number}页,共{len(pages)}页" in page.text()
        assert (round(page.width), round(page.height)) == (595, 842)
