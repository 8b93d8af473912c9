"""The reviewer's points on the page: what is offered, kept, refused, shown, signed and printed."""

from copy import deepcopy
from decimal import Decimal
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from perf import clock
from perf.core.terms import Role, Status
from perf.extensions import db
from perf.models import Period, Score
from perf.services import evaluations
from perf.services.evaluation_shown import content_at
from perf.services.evaluations import Reason, save_self_evaluation
from tests.factories import make_user
from tests.reported import YEAR
from tests.services.test_decisions import HENAN, HENAN_YEAR
from tests.web.test_evaluations import Case, fact

pytestmark = pytest.mark.slow

OVER = YEAR | {"受理案件数": ("20", "45", "80", "160")}
WHY = "年初目标定得偏低，<b>逐年如此</b>。"


class Decided(Case):
    """A submitted self-evaluation of which one indicator is over-achieved."""

    def __init__(self, app: Any, browse: Any, **fields: Any) -> None:
        super().__init__(app, **({"figures": OVER} | fields))
        with app.app_context():
            evaluation = self.row()
            staff = evaluation.plan.submitted_by
            save_self_evaluation(
                db.session(),
                staff.actor,
                evaluation,
                version=evaluation.version,
                objective_actual="全年任务完成。",
                execution_reason="",
                reasons={row.indicator_id: Reason("见说明。") for row in evaluation.scores},
            )
            db.session.commit()
        version = str(self.version())
        form = {"version": version, "objective_actual": "全年任务完成。", "action": "submit"}
        browse(self.staff).post(self.url, form)
        self.cases = self.ids["受理案件数"]

    def decide(self, browse: Any, status: int = 302, user: str = "", **form: str) -> Any:
        return browse(user or self.supervisor).post(
            f"{self.url}/decisions", {"version": str(self.version())} | form, status=status
        )

    def typed(self, points: str = "42.5", reason: str = WHY, key: int = 0) -> dict[str, str]:
        key = key or self.cases
        return {f"decided-{key}": points, f"why-{key}": reason}

    def decided(self) -> dict[str, Decimal | None]:
        with self.app.app_context():
            rows = db.session.scalars(select(Score)).all()
            return {row.indicator.name: row.decided_points for row in rows}


def row_of(page: Any, key: int) -> str:
    """A score's row with everything that belongs to it."""
    return page.html.partition(f'id="row-{key}"')[2].partition('<tr id="row-')[0]


def test_the_reviewer_finds_bounds_and_advice_in_the_rows_fold(app, browse):
    case = Decided(app, browse)
    page = browse(case.supervisor).get(case.url)
    row = row_of(page, case.cases)
    assert "算式、评定、写意见" in row
    assert "35.00 至 50.00" in row
    assert "计算得分 50.00；与计算得分相差不超过分值的 30%。" in row
    assert "完成率 160%，超额较多：可以写明理由评定扣分" in row
    field = row.partition(f'name="decided-{case.cases}" value=""')[2].partition(">")[0]
    assert 'form="review"' in field
    assert f'formaction="{case.url}/decisions"' in row
    assert "撤销评定" not in row
    assert "超额较多：" not in row_of(page, case.ids["及时受理率"])


def test_only_whoever_may_sign_is_offered_a_decision(app, browse):
    case = Decided(app, browse)
    with app.app_context():
        make_user(db.session, Role.AUDITOR, username="auditor")
        db.session.commit()
    for user in (case.staff, "auditor"):
        assert "decided-" not in browse(user).get(case.url).html
    case.decide(browse, 403, user=case.staff, **case.typed())
    case.step(browse, "approve")
    assert "decided-" not in browse(case.supervisor).get(case.url).html


def test_a_decision_is_kept_and_shown_to_everybody_beside_the_computed_points(app, browse):
    case = Decided(app, browse)
    answer = case.decide(browse, **case.typed())
    assert answer.location.endswith(f"/self-evaluation#row-{case.cases}")
    for user in (case.supervisor, case.staff):
        page = browse(user).get(case.url)
        row = " ".join(row_of(page, case.cases).split())
        assert '<b class="lost">42.50</b><span class="under nowrap">计算 50.00</span>' in row
        assert "<b>审核人评定 42.50</b>" in row
        assert "年初目标定得偏低，&lt;b&gt;逐年如此&lt;/b&gt;。" in row
        assert "计算得分 50.00，审核人评定 42.50（审核人" in row
        assert fact(page, "总分") == "89.01"
        assert "得 42.50 / 50.00" in page.html


def test_the_list_and_the_unit_show_the_decided_total(app, browse):
    case = Decided(app, browse)
    case.decide(browse, **case.typed())
    assert "89.01" in browse(case.supervisor).get("/self-evaluations").text
    case.step(browse, "approve")
    with app.app_context():
        make_user(db.session, Role.FINANCE, username="finance")
        unit_id = case.row().unit_id
        db.session.commit()
    assert "89.01" in browse("finance").get(f"/units/{unit_id}?year=2022").text
    assert "89.01" in browse("finance").get("/").text


def test_a_decision_is_taken_back_by_its_button_or_by_clearing_both_fields(app, browse):
    case = Decided(app, browse)
    for form in ({"withdraw": str(case.cases), **case.typed()}, case.typed("", "")):
        case.decide(browse, **case.typed())
        assert "撤销评定，按计算得分" in browse(case.supervisor).get(case.url).text
        case.decide(browse, **form)
        page = browse(case.supervisor).get(case.url)
        assert fact(page, "总分") == "96.51"
        assert case.decided()["受理案件数"] is None


def test_one_button_saves_what_is_typed_at_every_row(app, browse):
    case = Decided(app, browse)
    rate = case.ids["及时受理率"]
    case.decide(browse, **case.typed(), **case.typed("26", "酌减。", rate))
    assert case.decided() == {
        "受理案件数": Decimal("42.50"),
        "及时受理率": Decimal("26.00"),
        "群众满意度": None,
    }


def test_what_is_refused_comes_back_as_typed_with_a_sentence_at_its_field(app, browse):
    case = Decided(app, browse)
    rate = case.ids["及时受理率"]
    form = case.typed("12,0x", "不是数字也留着") | case.typed("26", " ", rate)
    page = case.decide(browse, 422, **form, **{f"remark-{rate}": "这条意见还没寄出"})
    assert 'value="12,0x"' in page.html
    for text in ("不是数字也留着", "这条意见还没寄出", "请写明评定理由", "评定得分有误，未保存"):
        assert text in page.text
    assert f'href="#decided-{case.cases}"' in page.html
    assert f'id="why-{rate}-error"' in page.html
    assert row_of(page, case.cases).partition("<details")[2].startswith(' class="toggle" open')
    assert set(case.decided().values()) == {None}


def test_remarks_typed_beside_a_saved_decision_stay_on_the_page(app, browse):
    case = Decided(app, browse)
    rate = case.ids["及时受理率"]
    form = case.typed() | {f"remark-{rate}": "先别丢", "reason": "总体还好"}
    page = case.decide(browse, 200, **form)
    assert "评定得分已保存" in page.text
    assert "先别丢" in page.text
    assert "总体还好" in page.text
    assert case.decided()["受理案件数"] == Decimal("42.50")
    assert f'name="version" value="{case.version()}"' in page.html


def test_an_old_page_decides_nothing_and_keeps_what_was_typed(app, browse):
    case = Decided(app, browse)
    old = str(case.version())
    case.decide(browse, **case.typed("40", "第一位审核人"))
    page = case.decide(browse, 409, version=old, **case.typed("48", "第二位审核人"))
    assert 'value="48"' in page.html
    assert "第二位审核人" in page.text
    assert "现已保存的内容：40.00" in page.text
    assert "现已保存的内容：第一位审核人" in page.text
    assert case.decided()["受理案件数"] == Decimal("40.00")


def test_what_was_decided_too_late_is_given_back_to_be_copied(app, browse):
    case = Decided(app, browse)
    old = str(case.version())
    browse(case.staff).post(f"{case.url}/steps/withdraw", {"version": old})
    page = case.decide(browse, 409, version=old, **case.typed("48", "已经看过台账"))
    assert "您填写而没有保存的内容" in page.text
    assert "受理案件数 · 评定得分" in page.text
    assert "已经看过台账" in page.text


def test_a_locked_year_takes_no_decision(app, browse):
    case = Decided(app, browse)
    with app.app_context():
        query = select(Period).where(Period.code == "2022-FY")
        db.session.scalars(query).one().locked_at = clock.now()
        db.session.commit()
    assert "decided-" not in browse(case.supervisor).get(case.url).html
    page = case.decide(browse, 409, **case.typed())
    assert "已由管理员锁定" in page.text


@pytest.mark.parametrize("action", ["approve", "return"])
def test_a_step_takes_along_what_is_typed_and_not_saved(app, browse, action):
    case = Decided(app, browse)
    case.step(browse, action, reason="已核对。", **case.typed())
    assert case.decided()["受理案件数"] == Decimal("42.50")
    assert case.status() is (Status.APPROVED if action == "approve" else Status.RETURNED)


def test_signing_with_a_wrong_decision_signs_nothing(app, browse):
    case = Decided(app, browse)
    page = case.step(browse, "approve", status=422, reason="同意。", **case.typed("10"))
    assert "超出范围" in page.text
    assert 'value="10"' in page.html
    assert "同意。" in page.text
    assert case.status() is Status.SUBMITTED
    assert set(case.decided().values()) == {None}


def test_a_check_list_waits_for_its_decisions_and_leads_to_them(app, browse):
    case = Decided(app, browse, figures=HENAN_YEAR, indicators=HENAN, pack_id="henan-project-2024")
    keys = [case.ids[name] for name in ("资金使用合规率", "制度健全率")]
    page = browse(case.supervisor).get(case.url)
    for key in keys:
        row = row_of(page, key)
        assert "待评定" in row
        assert "此项由审核人核对后评定，签署前须评定。" in row
        assert ' class="toggle" open' in row
    page = case.step(browse, "approve", status=422)
    assert "还不能签署：请先评定 资金使用合规率、制度健全率 的得分。" in page.text
    assert all(f'href="#decided-{key}"' in page.html for key in keys)
    assert case.status() is Status.SUBMITTED
    typed = case.typed("12", "核对无误。", keys[0]) | case.typed("3", "缺一项制度。", keys[1])
    case.step(browse, "approve", **typed)
    assert case.status() is Status.APPROVED


@pytest.mark.parametrize("is_signed", [False, True])
def test_the_form_prints_both_with_who_and_why(app, browse, is_signed):
    case = Decided(app, browse)
    case.decide(browse, **case.typed())
    if is_signed:
        case.step(browse, "approve")
    page = browse(case.staff).get(f"{case.url}/form")
    book = openpyxl.load_workbook(BytesIO(page.response.data), data_only=True)
    sheet = book.worksheets[0]
    (row,) = [row for row in sheet.iter_rows() if row[3].value == "受理案件数"]
    assert row[7].value == 42.5
    assert "计算得分 50.00，审核人评定 42.50（审核人" in row[8].value
    assert row[8].value.endswith(f"）：{WHY}")
    (total,) = [row for row in sheet.iter_rows() if row[0].value == "总分"]
    assert total[7].value == 89.01
    texts = [cell.value for row in book["得分计算说明"].iter_rows() for cell in row]
    assert sum("审核人评定 42.50" in str(text) for text in texts) == 1


def test_the_ledger_tells_it_in_chinese(app, browse):
    case = Decided(app, browse)
    case.decide(browse, **case.typed())
    case.decide(browse, withdraw=str(case.cases), **case.typed())
    text = browse(case.supervisor).get("/ledger").text
    for word in ("评定得分", "撤销评定", "评定理由", "评定人", "计算总分"):
        assert word in text


def test_a_form_signed_before_there_were_decisions_still_opens_and_prints(app, browse, monkeypatch):
    case = Decided(app, browse)

    def as_kept_before(*arguments: Any) -> Any:
        content = deepcopy(content_at(*arguments))
        for row in content["data"]["rows"]:
            for key in ("decided", "initial_target", "initial_points"):
                del row[key]
        return content

    monkeypatch.setattr(evaluations, "content_at", as_kept_before)
    case.step(browse, "approve")
    page = browse(case.staff).get(case.url)
    assert fact(page, "总分") == "96.51"
    form = browse(case.staff).get(f"{case.url}/form").response.data
    sheet = openpyxl.load_workbook(BytesIO(form), data_only=True).worksheets[0]
    assert "受理案件数" in {row[3].value for row in sheet.iter_rows()}
