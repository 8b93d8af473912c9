"""The page 复核: a filled form recomputed for whoever is signed in, and nothing of it kept."""

import json
import tempfile
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from perf.core.rules import PACKS, load_pack
from perf.core.terms import Role
from perf.documents import rechecking
from perf.documents.forms import self_evaluation_xlsx
from perf.documents.readers.filled_forms import MAX_BYTES
from perf.extensions import db
from perf.models import Base, User
from perf.services.packs import copy_pack, publish_pack
from perf.web import recheck as page_of_recheck
from tests.documents.rebuilt import as_csv, as_docx, as_xlsx, official
from tests.documents.test_filled_forms import HEAD, HOSTILE, csv_bytes, own
from tests.documents.test_readers import DATA
from tests.factories import make_unit, make_user
from tests.pages import Client, Page
from tests.test_permissions import ROLES

COLUMNS = [
    "一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "偏差原因",
]  # fmt: skip
ROWS = [
    ["产出指标", "数量指标", "1、宣传场次", "≥1场", "1场", "10", "10", ""],
    ["", "数量指标", "2、救助供养人数", "≥4754人", "4604", "30", "30", ""],
    ["", "质量指标", "3、试剂合格率", "≥100%", "100%", "10", "7", ""],
    ["效益指标", "社会效益", "4、社会稳定", "明显", "良好", "20", "20", ""],
    ["", "社会效益", "5、人均成本", "≤5300元", "5830元", "10", "10", "涨价"],
    ["满意度指标", "满意度", "6、群众满意度", "≥90%", "", "10", "9", ""],
]
TOTAL = ["总分", "", "", "", "", "100", "95.85", "自评等级：优"]
FILLED = csv_bytes([*HEAD, COLUMNS, *ROWS, TOTAL])


@pytest.fixture
def client(app, browse) -> Client:
    with app.app_context():
        unit = make_unit(db.session, "本单位", "106")
        for role in ROLES:
            own_unit = unit if role in {Role.STAFF, Role.SUPERVISOR} else None
            make_user(db.session, role, own_unit, role.value)
        db.session.commit()
    return browse("staff")


def send(
    client: Client, content: bytes, name: str = "自评表.csv", *, status: int = 200, pack: str = ""
) -> Page:
    # Put together by hand: the test client would leave a file of its own open for a large one.
    part = 'Content-Disposition: form-data; name="{}"{}\r\n\r\n'
    head = f"--x\r\n{part.format('pack', '')}{pack}\r\n--x\r\n"
    head += part.format("file", f'; filename="{name}"')
    body = head.encode() + content + b"\r\n--x--\r\n"
    return client.post(
        "/recheck", body, content_type="multipart/form-data; boundary=x", status=status
    )


def cells(page: Page, table: str) -> list[list[str]]:
    """The cells of a table's rows as texts, the lines of working left out."""
    rows = page.html.partition(f'<table id="{table}"')[2].partition("</table>")[0]
    found = []
    for row in rows.partition("<tbody>")[2].split("<tr")[1:]:
        if 'class="detail' not in row[:30]:
            parts = row.replace("</th>", "</td>").split("</td>")[:-1]
            found.append([" ".join(text_of(part).split()) for part in parts])
    return found


def text_of(html: str) -> str:
    return "".join(part.partition(">")[2] for part in html.split("<"))


@pytest.mark.parametrize("role", ROLES)
def test_every_role_finds_the_page_by_its_navigation_and_may_use_it(client, browse, role):
    signed_in = browse(role.value)
    page = signed_in.get("/recheck")
    navigation = page.html.partition('aria-label="主导航"')[2].partition("</nav>")[0]
    assert '<a href="/recheck" aria-current="page">复核' in navigation
    assert "目前接受 .xlsx、.docx、.pdf、.csv" in page.text
    assert "禁毒经费" in send(signed_in, FILLED).text


def test_the_classes_decide_unless_a_pack_is_chosen_by_name_and_id(client):
    page = client.get("/recheck")
    select_box = page.html.partition('id="pack"')[2].partition("</select>")[0]
    options = [text_of(f"<{part}") for part in select_box.split("<option ")[1:]]
    packs = [f"{load_pack(key).name} · {load_pack(key).label}" for key in PACKS]
    assert options == ["按表内一级指标判断", *packs]
    assert "按 cn-project-2020 第 1 版 复核（按表内一级指标判断）" in send(client, FILLED).text
    chosen = send(client, FILLED, pack="sichuan-project-2023")
    assert "按 sichuan-project-2023 第 1 版 复核 ·" in chosen.text
    assert 'value="sichuan-project-2023" selected' in chosen.html


def test_a_published_local_pack_can_be_chosen_and_a_draft_cannot(app, client):
    with app.app_context():
        session = db.session()
        boss = session.scalars(select(User).where(User.role == Role.ADMIN)).one().actor
        for name in ("local-qinghe", "local-draft"):
            row = copy_pack(session, boss, load_pack("cn-project-2020"), pack_id=name)
            if name == "local-qinghe":
                publish_pack(session, boss, row, version=row.version)
        session.commit()
    assert "local-draft" not in client.get("/recheck").html
    page = send(client, FILLED, pack="local-qinghe@1")
    assert "按 local-qinghe 第 1 版 复核" in page.text


def test_rows_stand_side_by_side_with_the_differences_first(client):
    page = send(client, FILLED)
    assert cells(page, "rows") == [
        ["救助供养人数第 2 项 · 产出指标 · 数量指标", "≥4754人", "4604", "30", "30.00", "29.05", "不一致错误 1 · 警告 1", "算式"],
        ["试剂合格率第 3 项 · 产出指标 · 质量指标", "≥100%", "100%", "10", "7.00", "10.00", "不一致警告 1", "算式"],
        ["人均成本第 5 项 · 效益指标 · 社会效益", "≤5300元", "5830元", "10", "10.00", "9.09", "不一致错误 1", "算式"],
        ["社会稳定第 4 项 · 效益指标 · 社会效益", "明显", "良好", "20", "20.00", "—", "无法判断", "算式"],
        ["群众满意度第 6 项 · 满意度指标 · 满意度", "≥90%", "—", "10", "9.00", "—", "无法判断警告 1", "算式"],
        ["宣传场次第 1 项 · 产出指标 · 数量指标", "≥1场", "1场", "10", "10.00", "10.00", "一致", "算式"],
    ]  # fmt: skip
    assert "30 × 4604 ÷ 4754 = 29.05（四舍五入至 0.01）" in page.text
    # The working of a difference lies open, that of what agrees is folded.
    assert page.html.count('<details class="toggle" open>') == 3


def test_the_whole_form_is_told_beside_what_it_should_be(client):
    page = send(client, FILLED)
    assert cells(page, "whole") == [
        ["总分重算时，无法判断的 2 项按表上得分计入", "95.85", "96.99", "不一致"],
        ["预算执行率98.50 ÷ 100.00 万元", "98.50%", "98.50%", "一致"],
        ["预算执行得分分值 10", "9.85", "9.85", "一致"],
        ["评级", "优", "优", "一致"],
        ["分值合计含预算执行 10", "100.00", "100.00", "一致"],
    ]
    facts = page.html.partition('<dl class="facts">')[2].partition("</dl>")[0]
    told = [part.partition("</dd>")[0] for part in facts.split("<dd>")[1:]]
    assert told == ["95.85", "96.99", "3", "2", "1"]


def test_what_the_form_does_not_print_is_a_dash_and_no_verdict(client):
    page = send(client, csv_bytes([COLUMNS, *ROWS[:1]]))
    assert cells(page, "whole") == [
        ["总分", "—", "10.00", "表上没有"],
        ["评级", "—", "差", "表上没有"],
        ["分值合计", "—", "10.00", "不一致"],
    ]
    assert "（没有读到项目名称）" in page.text
    blank = [*ROWS[0][:5], "", "", ""]
    page = send(client, csv_bytes([COLUMNS, blank, [*TOTAL[:6], "80", "自评等级：良"]]))
    assert cells(page, "whole") == [
        ["总分", "80.00", "—", "无法判断"],
        ["评级", "良", "—", "无法判断"],
        ["分值合计", "100.00", "—", "无法判断"],
    ]


def test_findings_stand_by_severity_and_lead_to_their_rows(client):
    page = send(client, FILLED)
    places = [page.html.index(f'id="findings-{key}"') for key in ("error", "warning")]
    assert places == sorted(places)
    errors = page.html[places[0] : places[1]]
    assert "没有达到指标值 ≥4754人" in errors
    assert 'href="#row-2"' in errors
    assert "已达到指标值" in page.html[places[1] :]
    assert 'id="findings-info"' not in page.html
    assert 'href="/help/findings/form#missed-full-score"' in page.html


def test_our_own_export_shows_no_difference_and_no_doubt(client):
    page = send(client, self_evaluation_xlsx(own()), "自评表.xlsx")
    assert "没有不一致" in page.text
    assert "没有发现疑点" in page.text
    assert {row[-1] for row in cells(page, "whole")} == {"一致"}


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "write"), [("docx", as_docx), ("xlsx", as_xlsx), ("csv", as_csv)])
def test_a_form_in_any_format_is_shown_with_the_same_rows(client, kind, write):
    table = json.loads((DATA / "self_evaluations.jsonl").read_text("utf-8").splitlines()[0])
    page = send(client, write(official(table)), f"自评表.{kind}")
    assert [(row[1], row[2], row[4], row[6]) for row in cells(page, "rows")][:2] == [
        ("≤1.2万元", "1.17万元", "10.00", "一致"),
        ("≥40座", "38座", "14.25", "一致"),
    ]


def test_texts_of_a_file_are_shown_as_texts_and_bounded(client):
    row = ["产出指标", "数量指标", "<script>甲</script>\x1b", "长" * 5000, "1", "10", "10", ""]
    page = send(client, csv_bytes([COLUMNS, row]), "<b>表</b>\x07.csv")
    assert "<script>甲" not in page.html
    assert "&lt;script&gt;甲&lt;/script&gt;" in page.html
    assert "<b>表" not in page.html
    assert "\x1b" not in page.html
    assert "长" * 300 + "……" in page.html
    assert "长" * 301 not in page.html


def test_a_form_whose_rows_agree_and_whose_total_does_not_is_no_form_without_a_difference(client):
    form = own()
    page = send(client, self_evaluation_xlsx(replace(form, total=form.total - 1)), "自评表.xlsx")
    assert {row[-1] for row in cells(page, "whole")} == {"一致", "不一致"}
    assert "没有不一致" not in page.text
    assert "有不一致" in page.text


# What is refused

OTHERS = [
    ("表.doc", lambda _: b"PK", "接受的文件类型是 .xlsx、.docx、.pdf、.csv"),
    ("表", lambda _: b"1", "接受的文件类型是 .xlsx、.docx、.pdf、.csv"),
]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "make", "told"), [*HOSTILE, *OTHERS], ids=[told for *_, told in [*HOSTILE, *OTHERS]]
)
def test_what_is_no_form_is_refused_at_the_field_with_the_pack_still_chosen(
    client, name, make, told
):
    content = make(self_evaluation_xlsx(own()))
    page = send(client, content, name, status=422, pack="cn-project-2021")
    error = page.html.partition('id="file-error">')[2].partition("</p>")[0]
    assert told in error
    assert 'value="cn-project-2021" selected' in page.html


def test_nothing_chosen_is_refused_at_its_field(client):
    page = client.post("/recheck", {"pack": "cn-project-2021"}, status=422)
    assert 'id="file-error">请选择要复核的自评表。' in page.html
    assert 'value="cn-project-2021" selected' in page.html
    page = client.post("/recheck", status=422)
    assert 'id="pack-error"' not in page.html


def test_a_pack_that_is_not_on_the_list_is_refused_at_its_field(client):
    page = send(client, FILLED, status=422, pack="cn-project-1999")
    assert 'id="pack-error">请选择列表中的评分办法。' in page.html
    assert 'id="file-error"' not in page.html


# What is kept: nothing


def test_neither_file_nor_result_is_kept_anywhere(app, client, tmp_path, monkeypatch):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    # More than the server keeps of an upload in memory.
    padded = csv_bytes([*HEAD, COLUMNS, *ROWS, TOTAL, ["注：" + "甲" * 300] * 800])
    assert len(padded) > 600_000
    before = everything(app)
    send(client, padded)
    send(client, bytes(MAX_BYTES + 1), "表.xlsx", status=422)
    assert everything(app) == before
    assert list(tmp_path.rglob("*")) == [temporary]


def everything(app) -> dict[str, list[Any]]:
    """Every row of every table."""
    with app.app_context():
        return {
            table.name: [tuple(row) for row in db.session.execute(select(table))]
            for table in Base.metadata.sorted_tables
        }


def test_no_transaction_is_open_while_the_file_is_read(client, monkeypatch):
    seen = []

    def read(*arguments: Any) -> Any:
        seen.append(db.session().in_transaction())
        return rechecking.recheck_file(*arguments)

    monkeypatch.setattr(page_of_recheck, "recheck_file", read)
    send(client, FILLED)
    assert seen == [False]
