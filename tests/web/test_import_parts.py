"""导入: a long document is corrected part by part, and nothing of the other parts is lost."""

import pytest

from perf.core.drafts import Draft, DraftIndicator, DraftPlan
from perf.core.terms import PlanKind
from perf.documents.preview import Preview
from perf.web import import_parts
from perf.web.import_parts import part_with, parts_of, plan_key_of
from tests.pages import Page
from tests.web.test_imports import World, form_of, upload, world

__all__ = ["world"]


def preview(*rows: int) -> Preview:
    plans = [
        DraftPlan(
            PlanKind.PROJECT,
            f"项目{at}",
            indicators=[DraftIndicator("产出指标", None, "x", "1")] * count,
        )
        for at, count in enumerate(rows)
    ]
    return Preview(Draft(None, None, 2023, projects=plans), [])


@pytest.mark.parametrize(
    ("rows", "parts"),
    [
        ((3, 4), [("p0", "p1")]),
        ((200, 100, 1), [("p0", "p1"), ("p2",)]),
        ((500, 500), [("p0",), ("p1",)]),
        ((), [("",)]),
    ],
)
def test_a_part_has_whole_plans_of_some_three_hundred_rows(
    rows: tuple[int, ...], parts: list[tuple[str, ...]]
) -> None:
    found = parts_of(preview(*rows))
    assert [part.keys for part in found] == parts
    assert part_with(found, parts[-1][-1]) == found[-1]
    assert part_with(found, "p99") == found[0]


@pytest.mark.parametrize(
    ("anchor", "key"),
    [("plan-d", "d"), ("row-p12-3", "p12"), ("p1", ""), ("plan-p1#x", ""), ("//x", ""), ("", "")],
)
def test_only_an_anchor_of_the_page_leads_anywhere(anchor: str, key: str) -> None:
    assert plan_key_of(anchor) == key


def long_document(world: World, monkeypatch: pytest.MonkeyPatch) -> tuple[str, Page]:
    """Three projects of two rows, two projects a part; the last target is missing."""
    monkeypatch.setattr(import_parts, "PART_ROWS", 4)
    head = "部门预算项目绩效目标申报表\n项目名称,项目编码,一级指标,二级指标,三级指标,指标值\n"
    rows = "".join(
        f"项目{at},5301022200000000000{at},产出指标,数量指标,面积,≥1公顷\n"
        f",,,质量指标,养护达标率,{'' if at == 2 else '≥90%'}\n"
        for at in range(3)
    )
    address = upload(world.staff, head + rows, "表.csv", fields={"year": "2023"}).location
    return address, world.staff.get(address)


def test_a_long_document_is_shown_in_parts_and_typing_is_saved_on_the_way(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, page = long_document(world, monkeypatch)
    assert "分 2 部分核对" in page.text
    assert 'id="row-p1-0"' in page.html
    assert 'id="row-p2-0"' not in page.html
    assert 'name="go" value="row-p2-1"' in page.html, "an error elsewhere is one step away"
    form = form_of(page) | {"target-p0-0": "≥2公顷", "skip-p0-1": "1", "go": "row-p2-1"}
    sent = world.staff.post(address, form)
    assert sent.location == f"{address}?at=p2#row-p2-1"
    second = world.staff.get(sent.location)
    assert 'id="row-p2-1"' in second.html
    assert 'id="row-p0-0"' not in second.html
    sent = world.staff.post(address, form_of(second) | {"target-p2-1": "≥80%"})
    assert sent.location == f"{address}?at=p2"
    first = form_of(world.staff.get(address))
    assert first["target-p0-0"] == "≥2公顷"
    assert "skip-p0-1" in first, "what was left out in one part stays so when another is sent"
    refused = world.staff.post(
        address, form_of(world.staff.get(sent.location)) | {"name-p2-0": "长" * 501}, status=422
    )
    assert 'id="name-p2-0-error"' in refused.html, "a refused part comes back itself"


def test_all_parts_go_in_together(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    address, page = long_document(world, monkeypatch)
    page = world.staff.post(address, form_of(page) | {"leave": "errors"}, follow=True)
    done = world.staff.post(f"{address}/confirm", form_of(page), follow=True)
    assert "已新建 3 份绩效目标" in done.text
    assert "项目2 · 养护达标率" in done.text
