"""What becomes of a result: recommended, answered on a phone, carried out; and a scan is filed."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from perf import clock
from perf.core.terms import Status
from perf.extensions import db
from perf.models import Plan, SelfEvaluation
from tests.browser.steps import expect_said, expect_whole, follow, go_to, press
from tests.browser.test_pages import expect_accessible
from tests.browser.windows import Server, Windows
from tests.conftest import make_app
from tests.factories import mark

pytestmark = pytest.mark.browser

WITH_RESULTS = True
PHONE = {"width": 390, "height": 800}
ADVICE = "执行率偏低，建议压减差旅费。"


def sign_one(data_dir: Path) -> int:
    """Have one project's self-evaluation signed; the year up to there has a journey of its own."""
    app = make_app(f"sqlite:///{data_dir / 'perf.sqlite3'}", data_dir)
    with app.app_context():
        session = db.session
        plan = session.scalars(select(Plan).where(Plan.project_id.is_not(None)).limit(1)).one()
        row = SelfEvaluation(
            unit_id=plan.unit_id,
            plan_id=plan.id,
            pack_id=plan.pack_id,
            pack_version=plan.pack_version,
            updated_at=clock.now(),
        )
        mark(row, Status.APPROVED, plan.submitted_by, plan.decided_by)
        session.add(row)
        session.commit()
        return plan.id


def test_a_recommendation_is_answered_and_a_scan_filed(windows: Windows, server: Server) -> None:
    plan = sign_one(server.data_dir)
    later = (clock.today() + timedelta(days=20)).isoformat()

    finance = windows.sign_in("finance")
    finance.goto(f"/plans/{plan}/recommendations")
    finance.get_by_label("建议类别").select_option(label="预算安排")
    finance.get_by_label("建议内容").fill(ADVICE)
    finance.get_by_label("答复期限").fill(later)
    press(finance, "提出")
    expect(finance.get_by_text("请选择下年度预算怎样安排。")).to_be_visible()
    finance.get_by_label("下年度预算").select_option(label="压减")
    finance.get_by_label("建议安排预算").fill("12.5")
    press(finance, "提出")
    expect_said(finance, "建议已提出")
    expect_whole(finance)
    finance.goto(f"/plans/{plan}/recommendations")
    expect_accessible(finance)

    staff = windows.sign_in("staff", viewport=PHONE)
    follow(staff, staff.get_by_role("link", name="待答复 1 条"))
    follow(staff, staff.get_by_role("link", name=ADVICE))
    staff.get_by_label("部分采纳").check()
    staff.get_by_label("落实措施").fill("编制预算时压减。")
    staff.get_by_label("计划完成日期").fill(later)
    press(staff, "保存答复")
    expect(staff.get_by_text("请填写理由。")).to_be_visible()
    expect(staff.get_by_label("部分采纳")).to_be_checked()
    staff.get_by_label("理由").fill("会议费已是最低。")
    press(staff, "保存答复")
    expect_said(staff, "答复已保存")
    staff.get_by_role("textbox", name="落实情况").fill("已压减。")
    staff.get_by_label("落实日期").fill(clock.today().isoformat())
    press(staff, "保存落实情况")
    expect_said(staff, "落实情况已保存")
    expect_whole(staff)
    expect_accessible(staff)
    go_to(staff, "结果应用")
    expect(staff.get_by_role("row").filter(has_text=ADVICE)).to_contain_text("部分采纳")

    staff.goto(f"/plans/{plan}")
    follow(staff, staff.get_by_role("link", name="盖章扫描件"))
    expect_whole(staff)
    follow(staff, staff.get_by_role("link", name="绩效目标表"))
    expect(staff.get_by_text(re.compile(r"^[0-9A-F]{4}(-[0-9A-F]{4}){2}$"))).to_be_visible()
    for name in ("第一份.pdf", "第二份.pdf"):
        content = f"%PDF-1.7 {name}".encode()
        scan = {"name": name, "mimeType": "application/pdf", "buffer": content}
        staff.get_by_label("扫描件", exact=False).first.set_input_files(scan)
        staff.get_by_label("签字盖章日期").fill(clock.today().isoformat())
        press(staff, "归档")
        expect_said(staff, "扫描件已归档")
    expect(staff.get_by_role("listitem").filter(has_text="第一份.pdf")).to_contain_text("已替换")
    expect_whole(staff)
    expect_accessible(staff)
