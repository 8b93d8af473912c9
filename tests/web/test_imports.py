"""The page 导入: upload, look through, correct, confirm once."""

import io
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from perf import clock
from perf.core.terms import FundSource, PlanKind, Role
from perf.documents.reading import MAX_BYTES
from perf.extensions import db
from perf.models import FiscalYear, ImportDraft, LedgerEntry, Plan, Unit, User
from tests.documents.test_readers import own_text
from tests.factories import make_unit, make_user, make_year
from tests.pages import Client, Page

pytestmark = pytest.mark.slow


@dataclass
class World:
    app: Any
    staff: Client
    admin: Client
    unit_id: int


@pytest.fixture
def world(app, browse) -> World:
    with app.app_context():
        make_year(db.session, 2023)
        unit = make_unit(db.session, "云川市清河区园林绿化中心", "106")
        make_user(db.session, Role.STAFF, unit, "clerk")
        make_user(db.session, Role.STAFF, unit, "colleague")
        make_user(db.session, Role.ADMIN, None, "boss")
        db.session.commit()
        unit_id = unit.id
    return World(app, browse("clerk"), browse("boss"), unit_id)


def upload(client: Client, text: str | bytes, name: str = "预算.txt", **kwargs: Any) -> Page:
    content = text.encode() if isinstance(text, str) else text
    data = {"file": (io.BytesIO(content), name), **kwargs.pop("fields", {})}
    return client.post("/imports/new", data, content_type="multipart/form-data", **kwargs)


def opened(client: Client, text: str, **kwargs: Any) -> tuple[str, Page]:
    """The address of the preview and the preview itself."""
    address = upload(client, text, **kwargs).location
    return address, client.get(address)


def form_of(page: Page) -> dict[str, str]:
    """What a browser would post of the preview's form as it stands."""
    form = page.html.partition('<form id="sheet"')[2].partition("</form>")[0]
    data = {}
    for tag in re.findall(r"<input [^>]*>", form):
        name = re.search(r'name="([^"]*)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        if name and ('type="checkbox"' not in tag or " checked" in tag):
            data[name[1]] = value[1] if value else ""
    for name, options in re.findall(r'<select id="[^"]*" name="([^"]*)"[^>]*>(.*?)</select>', form):
        chosen = re.search(r'value="([^"]*)" selected', options)
        data[name] = chosen[1] if chosen else ""
    return data


def damaged() -> str:
    """A document with one target missing: an error at its row."""
    text = own_text("parks-2023")
    assert "2、养护达标率\t≥95%" in text
    return text.replace("2、养护达标率\t≥95%", "2、养护达标率\t")


def plans(world: World) -> list[tuple[str, int]]:
    with world.app.app_context():
        rows = db.session.scalars(select(Plan).order_by(Plan.id)).all()
        return [(row.name, len(row.indicators)) for row in rows]


def first_project() -> Any:
    """The first project's plan; within an application context."""
    query = select(Plan).where(Plan.kind == PlanKind.PROJECT).order_by(Plan.id)
    return db.session.scalars(query).first()


def entries(world: World) -> int:
    with world.app.app_context():
        return db.session.scalar(select(func.count()).select_from(LedgerEntry)) or 0


def test_the_empty_list_says_what_to_do(world):
    page = world.staff.get("/imports/new")
    assert "还没有导入过文件" in page.text
    assert "云川市清河区园林绿化中心" in page.text


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("预算.doc", b"\xd0\xcf\x11\xe0", "目前接受的文件类型是 .txt"),
        ("预算.txt", b"PK\x03\x04", "其实是 Word、Excel 或压缩文件"),
        ("预算.txt", b"", "文件是空的"),
        ("预算.txt", "没有表格。".encode(), "没有找到部门整体绩效目标表和项目绩效目标表"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_what_to_do(world, name, content, words):
    page = upload(world.staff, content, name, status=422, fields={"year": "2023"})
    assert words in page.text
    assert 'value="2023"' in page.html
    with world.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(ImportDraft)) == 0


def test_a_file_too_large_is_refused_with_what_to_do(world):
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
    body = head + b"9" * (MAX_BYTES + 1) + b"\r\n--x--\r\n"
    page = world.staff.post(
        "/imports/new", body, content_type="multipart/form-data; boundary=x", status=422
    )
    assert "文件超过 10 MB" in page.text


def test_an_upload_without_a_file_or_with_a_wrong_year_is_refused(world):
    page = world.staff.post("/imports/new", {}, status=422)
    assert "请选择要导入的文件" in page.text
    page = upload(world.staff, own_text("parks-2023"), status=422, fields={"year": "二三"})
    assert "四位年份" in page.text


def test_the_preview_shows_everything_that_was_read_and_stores_no_plan(world):
    address, page = opened(world.staff, own_text("parks-2023"))
    assert plans(world) == []
    for words in ("2023", "公园绿地养护经费", "行道树补植", "≥86公顷", "至少 86 公顷", "150.00"):
        assert words in page.text
    assert "第 74 行" in page.text
    assert "确认后新建 3 份绩效目标" in page.text
    assert "说明 9 条：读取时理顺了什么" in page.text
    listed = world.staff.get("/imports/new")
    assert f'href="{address}"' in listed.html
    assert "待确认" in listed.text


def test_on_confirmation_the_plans_are_made_once(world):
    address, page = opened(world.staff, own_text("parks-2023"))
    form = form_of(page)
    done = world.staff.post(f"{address}/confirm", form, follow=True)
    assert "已新建 3 份绩效目标" in done.text
    assert done.text.count("新建") >= 3
    assert re.search(r'href="/plans/\d+"', done.html)
    made = plans(world)
    assert [name for name, _ in made] == ["部门整体", "公园绿地养护经费", "行道树补植"]
    told = entries(world)
    for action in ("/confirm", ""):
        again = world.staff.post(f"{address}{action}", form, follow=True)
        assert "已经确认导入，没有再次改动" in again.text
    assert plans(world) == made
    assert entries(world) == told
    assert "已导入" in world.staff.get("/imports/new").text


def test_the_same_file_again_says_that_nothing_changes(world):
    address, page = opened(world.staff, own_text("parks-2023"))
    world.staff.post(f"{address}/confirm", form_of(page))
    told, made = entries(world), plans(world)
    address, page = opened(world.staff, own_text("parks-2023"))
    assert "系统中都已有，确认后没有改动" in page.text
    assert page.text.count("已有，内容相同，没有改动") == 3
    done = world.staff.post(f"{address}/confirm", form_of(page), follow=True)
    assert "系统中都已有，没有改动" in done.text
    assert done.text.count("已有，内容相同，没有改动") == 3
    assert entries(world) == told
    assert plans(world) == made


def test_a_document_that_differs_lists_the_differences_and_overwrites_nothing(world):
    address, page = opened(world.staff, own_text("parks-2023"))
    world.staff.post(f"{address}/confirm", form_of(page))
    made = plans(world)
    changed = own_text("parks-2023").replace("≥86公顷", "≥99公顷")
    address, page = opened(world.staff, changed)
    assert "“绿地养护面积”的指标值：系统中为“≥86公顷”，文档中为“≥99公顷”" in page.text
    done = world.staff.post(f"{address}/confirm", form_of(page), follow=True)
    assert "≥99公顷" in done.text
    assert plans(world) == made
    with world.app.app_context():
        texts = [
            row.target_text for plan in db.session.scalars(select(Plan)) for row in plan.indicators
        ]
    assert "≥86公顷" in texts
    assert "≥99公顷" not in texts


def test_while_an_error_stands_nothing_is_confirmed_and_the_page_says_why(world):
    address, page = opened(world.staff, damaged())
    assert "还有 1 处错误" in page.text
    assert re.search(r"formaction=\"[^\"]*/confirm\" disabled", page.html)
    assert "“养护达标率”：指标值为空，请填写。" in page.text
    assert 'href="#row-p0-1"' in page.html
    refused = world.staff.post(f"{address}/confirm", form_of(page), status=422)
    assert "1 处错误须先更正" in refused.text
    assert plans(world) == []


def test_a_row_in_error_is_corrected_and_comes_in(world):
    address, page = opened(world.staff, damaged())
    form = form_of(page) | {"target-p0-1": "≥ 95 %"}
    page = world.staff.post(address, form, follow=True)
    assert "已保存修改并重新检查" in page.text
    assert "处错误" not in page.text
    assert "至少 95 %" in page.text
    world.staff.post(f"{address}/confirm", form_of(page))
    with world.app.app_context():
        plan = first_project()
        assert plan.indicators[1].target_text == "≥ 95 %"


def test_a_weight_stands_beside_its_row_and_is_corrected_there(world):
    address, page = opened(world.staff, own_text("parks-2023"))
    form = form_of(page)
    assert form["weight-p0-0"] == ""
    refused = world.staff.post(address, form | {"weight-p0-0": "很多"}, status=422)
    assert 'value="很多"' in refused.html
    page = world.staff.post(address, form | {"weight-p0-0": "12.5"}, follow=True)
    assert "文件中：（空白）" in page.text
    assert form_of(page)["weight-p0-0"] == "12.5"
    world.staff.post(f"{address}/confirm", form_of(page))
    with world.app.app_context():
        row = first_project().indicators[0]
        assert (row.weight, row.is_weight_entered) == (Decimal("12.5"), True)


def test_a_row_in_error_is_left_out_and_can_be_taken_in_again(world):
    address, page = opened(world.staff, damaged())
    page = world.staff.post(address, form_of(page) | {"skip-p0-1": "1"}, follow=True)
    assert "处错误" not in page.text
    assert "skip-p0-1" in form_of(page)
    form = form_of(page)
    del form["skip-p0-1"]
    page = world.staff.post(address, form, follow=True)
    assert "还有 1 处错误" in page.text
    world.staff.post(f"{address}/confirm", form_of(page) | {"skip-p0-1": "1"})
    rows = sum(name.startswith("target-p0-") for name in form)
    assert dict(plans(world))["公园绿地养护经费"] == rows - 1


def test_a_whole_plan_is_left_out_with_what_was_wrong_in_it(world):
    address, page = opened(world.staff, damaged())
    world.staff.post(f"{address}/confirm", form_of(page) | {"skip-p0": "1", "skip-d": "1"})
    assert [name for name, _ in plans(world)] == ["行道树补植"]


def test_name_code_class_and_budget_are_corrected(world):
    address, page = opened(world.staff, own_text("parks-2023"))
    changes = {
        "title-p0": "公园养护",
        "code-p0": "530102230000000009999",
        "budget-p0-fiscal": "１５０.123456",
        "level1-p0-0": "效益指标",
        "level2-p0-0": "生态效益",
        "name-p0-0": "养护面积",
    }
    page = world.staff.post(address, form_of(page) | changes, follow=True)
    world.staff.post(f"{address}/confirm", form_of(page))
    with world.app.app_context():
        plan = first_project()
        assert (plan.project.name, plan.project.code) == ("公园养护", "530102230000000009999")
        assert [(one.source, str(one.initial)) for one in plan.budget_lines] == [
            (FundSource.FISCAL, "1501234.56")
        ]
        assert any(
            (row.level1, row.level2, row.name) == ("效益指标", "生态效益", "养护面积")
            for row in plan.indicators
        )


REFUSED = [
    ("name-p0-0", "长" * 501, "三级指标最多 500 字，现有 501 字"),
    ("target-p0-0", "长" * 20_000, "指标值最多 500 字，现有 20000 字"),
    ("level2-p0-0", "长" * 65, "二级指标最多 64 字"),
    ("title-p0", "长" * 501, "项目名称最多 500 字"),
    ("code-p0", "9" * 65, "项目编码最多 64 字"),
    ("budget-p0-fiscal", "一百五十", "不是数字"),
    ("budget-p0-fiscal", "NaN", "不是数字"),
    ("budget-p0-fiscal", "1e400", "不是数字"),
    ("budget-p0-fiscal", "-1", "金额不能是负数"),
    ("budget-p0-fiscal", "1.1234567", "小数太长"),
    ("year", "20222", "四位年份"),
    ("year", "明年", "四位年份"),
]


@pytest.mark.parametrize("action", ["", "/confirm"])
def test_what_cannot_be_taken_is_refused_by_name_and_comes_back_as_typed(world, action):
    address, page = opened(world.staff, own_text("health-2024"))
    whole = form_of(page) | {"name-p1-0": "另一处修改"}
    for field, text, words in REFUSED:
        page = world.staff.post(f"{address}{action}", whole | {field: text}, status=422)
        assert words in page.text, (field, text)
        assert f'value="{text}"' in page.html, (field, text)
        assert f'id="{field}-error"' in page.html, (field, text)
        assert 'value="另一处修改"' in page.html, (field, text)
    assert plans(world) == []
    assert 'value="另一处修改"' not in world.staff.get(address).html


def test_a_text_too_long_in_a_row_left_out_holds_nothing_up(world):
    address, page = opened(world.staff, own_text("parks-2023"))
    form = form_of(page) | {"skip-p0-0": "1", "name-p0-0": "长" * 501}
    page = world.staff.post(address, form, follow=True)
    assert form_of(page)["name-p0-0"] == "绿地养护面积"


def test_two_windows_lose_nothing_silently(world):
    address, page = opened(world.staff, own_text("parks-2023"))
    first = form_of(page)
    world.staff.post(address, first | {"name-p0-0": "先保存的"})
    page = world.staff.post(address, first | {"name-p0-0": "后保存的"}, status=409)
    assert "另一个窗口里改过" in page.text
    assert 'value="后保存的"' in page.html
    assert page.text.count("另一个窗口保存的是：") == 1
    assert "另一个窗口保存的是：先保存的" in page.text
    assert 'value="先保存的"' in world.staff.get(address).html
    page = world.staff.post(address, form_of(page), follow=True)
    assert 'value="后保存的"' in page.html


def test_a_year_that_the_document_lacks_is_typed(world):
    text = own_text("health-2024").replace("2024", "")
    address, page = opened(world.staff, text)
    assert "没有读到预算年度" in page.text
    assert "还有 1 处错误" in page.text
    page = world.staff.post(address, form_of(page) | {"year": "2023"}, follow=True)
    assert "处错误" not in page.text
    world.staff.post(f"{address}/confirm", form_of(page))
    with world.app.app_context():
        found = db.session.scalars(select(Plan)).all()
        assert {(row.year, row.unit_id) for row in found} == {(2023, world.unit_id)}


def test_the_year_given_at_the_upload_comes_first(world):
    _, page = opened(world.staff, own_text("parks-2023"), fields={"year": "2022"})
    assert "文档写的是 2023 年度" in page.text
    assert "2022 年度还没有设置" in page.text


def test_an_administrator_imports_into_the_documents_unit(world):
    address, page = opened(world.admin, own_text("transport-2025"))
    assert "系统中没有“东岭区交通运输局”，导入时新建这个单位" in page.text
    world.admin.post(f"{address}/confirm", form_of(page))
    with world.app.app_context():
        unit = db.session.scalars(select(Unit).where(Unit.code == "301")).one()
        assert {row.unit_id for row in db.session.scalars(select(Plan))} == {unit.id}
        assert db.session.get(FiscalYear, 2025) is not None


def test_an_administrator_says_which_unit_is_meant(world):
    address, page = opened(world.admin, own_text("health-2024"))
    form = form_of(page) | {"unit_name": "云川市清河区园林绿化中心", "unit_code": "106"}
    page = world.admin.post(address, form, follow=True)
    assert "导入到“云川市清河区园林绿化中心”" in page.text
    assert "没有读到单位编码" not in page.text


def test_staff_cannot_choose_another_unit(world):
    address, page = opened(world.staff, own_text("transport-2025"), fields={"year": "2023"})
    form = form_of(page) | {"unit_name": "别的局", "unit_code": "301"}
    world.staff.post(f"{address}/confirm", form)
    with world.app.app_context():
        assert {row.unit_id for row in db.session.scalars(select(Plan))} == {world.unit_id}


def test_an_import_is_nobody_elses(world, browse):
    address, page = opened(world.staff, own_text("parks-2023"))
    for client in (browse("colleague"), world.admin):
        client.get(address, status=404)
        client.post(address, form_of(page), status=404)
        client.post(f"{address}/confirm", form_of(page), status=404)
        assert "预算.txt" not in client.get("/imports/new").text
    assert plans(world) == []


def test_a_form_without_its_version_is_answered_with_400(world):
    address, page = opened(world.staff, own_text("parks-2023"))
    form = form_of(page)
    del form["version"]
    world.staff.post(address, form, status=400)


def test_texts_of_the_document_are_shown_and_never_run(world):
    text = own_text("parks-2023").replace("市容环境改善", "<script>alert(1)</script>")
    _, page = opened(world.staff, text, name="<script>alert(2)</script>.txt")
    assert "&lt;script&gt;alert(1)" in page.html
    assert "<script>" not in page.html


def test_a_long_list_is_paged(world):
    with world.app.app_context():
        user_id = db.session.scalars(select(User.id).where(User.username == "clerk")).one()
        for number in range(51):
            db.session.add(
                ImportDraft(
                    created_by_id=user_id,
                    created_at=clock.now(),
                    file_name=f"文件{number}.txt",
                    sha256="",
                    content={},
                )
            )
        db.session.commit()
    page = world.staff.get("/imports/new")
    assert "第 1 页，共 2 页" in page.text
    assert "文件0.txt" in world.staff.get("/imports/new?page=2").text
