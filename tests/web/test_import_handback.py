"""导入: a row beside its source, what was left out by name, and the user's own workbook handed back."""

import io
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import func, select

from perf.documents import marked
from perf.documents.apart import died
from perf.extensions import db
from perf.models import ImportDraft, LedgerEntry, Plan
from perf.services import import_files, imports
from tests.documents.test_marked import HEAD, ROWS, csv_of, own_workbook
from tests.documents.test_readers import own_text
from tests.pages import Page
from tests.queries import count_queries
from tests.web.test_imports import (
    World,
    damaged,
    entries,
    first_project,
    form_of,
    opened,
    plans,
    upload,
    world,
)

pytestmark = pytest.mark.slow

__all__ = ["world"]


@pytest.fixture(autouse=True)
def data_dir(world: World, tmp_path: Path) -> Path:
    world.app.config["DATA_DIR"] = tmp_path
    return tmp_path


def opened_xlsx(world: World, name: str = "目标.xlsx") -> tuple[str, Page]:
    page = upload(world.staff, own_workbook(), name, fields={"year": "2023"})
    return page.location, world.staff.get(page.location)


def opened_csv(world: World) -> tuple[str, Page]:
    """As a workbook, but read without a process of its own."""
    page = upload(world.staff, csv_of([HEAD, *ROWS]), "目标.csv", fields={"year": "2023"})
    return page.location, world.staff.get(page.location)


def handed_back(world: World, address: str) -> tuple[Any, str]:
    """The workbook and the name under which the browser keeps it."""
    response = world.staff.get(f"{address}/marked").response
    assert response.mimetype.endswith("spreadsheetml.sheet")
    book = openpyxl.load_workbook(io.BytesIO(response.data))
    return book, response.headers["Content-Disposition"]


def kept_files(data_dir: Path) -> list[str]:
    return sorted(path.name for path in (data_dir / "imports").rglob("*") if path.is_file())


def row_of(page: Page, key: str) -> str:
    """The row of the page's table and the fold below it, as read."""
    rows = page.html.partition(f'<tr id="row-{key}"')[2].split("</tr>")[:2]
    return " ".join(re.sub(r"<[^>]+>", " ", "".join(rows)).split())


def test_each_row_stands_beside_what_the_document_says_there(world: World) -> None:
    _, page = opened(world.staff, own_text("parks-2023"))
    shown = row_of(page, "p0-1")
    assert "养护达标率" in shown
    assert re.search(r"原文 · 第 \d+ 行 .*2、养护达标率 ｜ .*≥95%", shown)


def test_a_corrected_target_is_read_again_and_shows_what_the_file_says(world: World) -> None:
    address, page = opened(world.staff, damaged())
    page = world.staff.post(address, form_of(page) | {"target-p0-1": "≥９５％"}, follow=True)
    shown = row_of(page, "p0-1")
    assert "至少 95 %" in shown
    assert "文件中：（空白）" in shown
    page = world.staff.post(address, form_of(page) | {"target-p0-1": ""}, follow=True)
    assert "文件中" not in row_of(page, "p0-1")
    assert "指标值为空，请填写" in page.text


def test_all_rows_in_error_are_left_out_at_once_and_named_in_result_and_ledger(
    world: World,
) -> None:
    address, page = opened(world.staff, damaged())
    assert "有错误的 1 行都不导入" in page.text
    page = world.staff.post(address, form_of(page) | {"leave": "errors"}, follow=True)
    assert "处错误" not in page.text
    assert "skip-p0-1" in form_of(page)
    done = world.staff.post(f"{address}/confirm", form_of(page) | {"skip-p1": "1"}, follow=True)
    table = done.html.partition('id="left-out"')[2]
    assert table.index("养护达标率") < table.index("行道树补植")
    assert "“养护达标率”：指标值为空，请填写。" in done.text
    assert "核对时标为“不导入”" in done.text
    with world.app.app_context():
        told = [
            row.changes["left_out"][1]
            for row in db.session.scalars(select(LedgerEntry).order_by(LedgerEntry.id))
            if row.action == "import_plan" and "left_out" in row.changes
        ]
    assert len(told) == 2
    assert told[0].startswith("行道树补植（第 "), "what has no plan is told with the first one"
    assert told[1].startswith("公园绿地养护经费 · 养护达标率（第 ")


def test_a_failure_in_the_middle_stores_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, page = opened(world.staff, own_text("parks-2023"))
    before = entries(world)
    make, made = imports.create_plan_from_draft, []

    def fails_at_the_last(*arguments: Any, **options: Any) -> Plan:
        made.append(1)
        if len(made) == 3:
            raise RuntimeError("the disk is full")
        return make(*arguments, **options)

    monkeypatch.setattr(imports, "create_plan_from_draft", fails_at_the_last)
    world.app.config["PROPAGATE_EXCEPTIONS"] = False
    world.staff.post(f"{address}/confirm", form_of(page), status=500)
    assert len(made) == 3
    assert plans(world) == []
    assert entries(world) == before
    assert "待确认" in world.staff.get(address).text
    monkeypatch.undo()
    world.staff.post(f"{address}/confirm", form_of(page))
    assert len(plans(world)) == 3


def test_the_users_own_workbook_comes_back_marked_before_and_after_it_went_in(
    world: World,
) -> None:
    address, page = opened_xlsx(world)
    assert "下载标注后的工作簿" in page.text
    book, name = handed_back(world, address)
    assert "%EF%BC%88%E6%A0%87%E6%B3%A8%EF%BC%89.xlsx" in name
    assert book.sheetnames == ["目标", "合计", "问题清单"]
    assert "指标值为空" in book["目标"]["G5"].comment.text
    assert "没有读到部门名称" not in str(list(book["问题清单"].values)), "none for their own unit"
    form = form_of(page) | {"leave": "errors", "name-p0-0": "绿地面积"}
    page = world.staff.post(address, form, follow=True)
    world.staff.post(f"{address}/confirm", form_of(page))
    book, _ = handed_back(world, address)
    assert "没有导入" in book["目标"]["F5"].comment.text
    assert "核对时改为“绿地面积”" in book["目标"]["F4"].comment.text
    with world.app.app_context():
        assert [row.name for row in first_project().indicators] == ["绿地面积", "市民满意度"]


def test_the_uploaded_file_is_kept_as_long_as_the_import(world: World, data_dir: Path) -> None:
    address, _ = opened_csv(world)
    assert len(kept_files(data_dir)) == 1
    page = world.staff.post(f"{address}/discard", {}, follow=True)
    assert "已放弃“目标.csv”的导入" in page.text
    assert kept_files(data_dir) == []
    world.staff.get(address, status=404)
    with world.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(ImportDraft)) == 0


def test_one_file_of_two_imports_stays_until_both_are_gone(world: World, data_dir: Path) -> None:
    first, _ = opened_csv(world)
    second, _ = opened_csv(world)
    world.staff.post(f"{first}/discard", {})
    assert len(kept_files(data_dir)) == 1
    world.staff.post(f"{second}/discard", {})
    assert kept_files(data_dir) == []


def test_no_more_than_the_newest_files_are_kept(
    world: World, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_files, "MOST_FILES", 2)
    rows = "部门预算项目绩效目标申报表\n项目名称,一级指标,二级指标,三级指标,指标值\n养护,产出指标,数量指标,面积,{}\n"
    addresses = [upload(world.staff, rows.format(at), "表.csv").location for at in ("≥1", "≥2", "")]
    assert len(kept_files(data_dir)) == 2
    monkeypatch.setattr(marked, "run_apart", lambda *_, **__: pytest.fail("there is no file"))
    book, _ = handed_back(world, addresses[0])
    assert book.sheetnames == ["有问题的行", "问题清单"]


def test_a_text_is_not_kept_and_its_bad_rows_are_listed(world: World, data_dir: Path) -> None:
    address, page = opened(world.staff, damaged())
    assert not (data_dir / "imports").exists()
    assert "下载有问题的行" in page.text
    book, _ = handed_back(world, address)
    assert "“养护达标率”：指标值为空，请填写。" in [row[5] for row in book["问题清单"].values]


def test_a_workbook_that_cannot_be_marked_is_handed_back_as_a_list(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_arguments: Any, **_options: Any) -> bytes:
        raise died("标注")

    address, _ = opened_csv(world)
    monkeypatch.setattr(marked, "run_apart", dies)
    book, _ = handed_back(world, address)
    assert book.sheetnames == ["有问题的行", "问题清单"]


def test_a_confirmed_import_is_not_given_up(world: World) -> None:
    address, page = opened(world.staff, own_text("parks-2023"))
    world.staff.post(f"{address}/confirm", form_of(page))
    again = world.staff.post(f"{address}/discard", {}, follow=True)
    assert "已经确认导入，没有再次改动" in again.text
    assert len(plans(world)) == 3


def test_marks_and_giving_up_are_nobody_elses(world: World, browse: Any) -> None:
    address, _ = opened(world.staff, damaged())
    for client in (browse("colleague"), world.admin):
        client.get(f"{address}/marked", status=404)
        client.post(f"{address}/discard", {}, status=404)
    world.staff.get(address)


def test_an_import_of_before_sources_were_kept_is_still_shown(world: World) -> None:
    address, _ = opened(world.staff, damaged())
    with world.app.app_context():
        row = db.session.scalars(select(ImportDraft)).one()
        row.content = {
            name: part for name, part in row.content.items() if name not in {"sources", "as_read"}
        }
        db.session.commit()
    page = world.staff.get(address)
    assert "原文 ·" not in page.text
    assert "指标值为空" in page.text
    handed_back(world, address)


def test_a_preview_takes_as_many_queries_for_three_plans_as_for_twelve(world: World) -> None:
    def queries(projects: int, *, confirm: bool) -> int:
        head = "部门预算项目绩效目标申报表\n项目名称,项目编码,一级指标,二级指标,三级指标,指标值\n"
        rows = "".join(
            f"项目{at},5301022200000000{at:04d},产出指标,数量指标,面积,≥{at + 1}公顷\n"
            for at in range(projects)
        )
        address = upload(world.staff, head + rows, "表.csv", fields={"year": "2023"}).location
        page = world.staff.get(address)
        if confirm:
            world.staff.post(f"{address}/confirm", form_of(page))
            address = upload(world.staff, head + rows, "表.csv", fields={"year": "2023"}).location
        with world.app.app_context(), count_queries(db.engine) as counted:
            shown = world.staff.get(address)
        assert shown.text.count("已有，内容相同，没有改动" if confirm else "新建") >= projects
        return len(counted)

    few = queries(3, confirm=False)
    assert queries(12, confirm=False) == few
    stored = queries(3, confirm=True)
    with world.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Plan)) == 3
    assert queries(12, confirm=True) == stored
