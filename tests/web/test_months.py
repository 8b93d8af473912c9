"""A year reported by months: every page that links lead to speaks of months, none of quarters."""

import re
from collections import deque
from datetime import UTC, datetime
from urllib.parse import unquote

import pytest
from sqlalchemy import select
from werkzeug.exceptions import HTTPException

from perf import clock
from perf.core.terms import Light, Rhythm, Role, Status
from perf.documents.quarter_sheets import read_quarter_sheet
from perf.extensions import db
from perf.models import Plan, Unit
from perf.services.organisation import create_year
from perf.services.rectifications import open_rectifications
from tests.factories import SYSTEM, make_plan, make_user
from tests.reported import make_approved_period, make_people

pytestmark = pytest.mark.slow

# What is about quarters as such in any year: how targets come due, and when they were lowered.
OF_QUARTERS = re.compile("各季度末累计（%）或到期季度|按各季度计划|四季度调低|按季度|季度末")
# The guide to the sample, files, and the way out.
SKIPPED = {"help.first_day", "auth.sign_out", "static", "calendar.file", "evidence.download"}
FIGURES = {"受理案件数": "40", "及时受理率": "88", "群众满意度": "90"}


@pytest.fixture
def people(app):
    with app.app_context(), clock.set_to(datetime(2022, 8, 10, 2, tzinfo=UTC)):
        create_year(db.session(), SYSTEM, 2022, Rhythm.MONTHS)
        users = make_people(db.session)
        plan = make_plan(db.session, users[0].unit, status=Status.APPROVED, people=users)
        for month in range(1, 8):
            row = make_approved_period(
                db.session, plan, users, f"2022-M{month:02}", FIGURES, "40000"
            )
            for actual in row.actuals:
                actual.light = Light.YELLOW
        db.session.flush()
        open_rectifications(db.session(), users[1].actor, row)
        others = [make_user(db.session, role) for role in (Role.FINANCE, Role.ADMIN)]
        db.session.commit()
        return [user.username for user in (*users, *others)]


def test_no_page_of_a_monthly_year_speaks_of_quarters(app, browse, people):
    seen, wrong = set(), {}
    urls = app.url_map.bind("localhost")
    with clock.set_to(datetime(2022, 8, 10, 2, tzinfo=UTC)):
        for username in people:
            browser, ahead = browse(username), deque(["/"])
            while ahead:
                path = ahead.popleft()
                page = browser.get(path)
                text = OF_QUARTERS.sub("", page.text)
                if "季" in text:
                    at = text.index("季")
                    wrong[path] = text[max(at - 20, 0) : at + 20]
                for link in page.tree.iterfind(".//a[@href]"):
                    address = link.get("href").partition("#")[0]
                    if not address.startswith("/") or link.get("download") is not None:
                        continue
                    try:
                        endpoint, _ = urls.match(address.partition("?")[0], method="GET")
                    except HTTPException:
                        continue
                    key = (username, endpoint) if endpoint == "workbench.home" else endpoint
                    if key not in seen and "format" not in address and endpoint not in SKIPPED:
                        seen.add(key)
                        ahead.append(address)
    assert not wrong
    assert {"reports.show", "plans.show", "evaluations.show", "forecast.index"} <= seen
    assert len(seen) > 25
    with app.app_context():
        unit_id = db.session.scalar(select(Unit.id))
    page = browse(people[0]).get(f"/units/{unit_id}?year=2022")
    assert "各期填报" in page.text
    assert "已通过 7 / 12" in page.text


def test_a_month_is_filled_in_as_a_sheet(app, browse, people):
    with app.app_context():
        plan_id = db.session.scalar(select(Plan.id))
    with clock.set_to(datetime(2022, 8, 10, 2, tzinfo=UTC)):
        answer = browse(people[0]).get(f"/plans/{plan_id}/periods/2022-M08/sheet.xlsx").response
    head = read_quarter_sheet(answer.data).head
    assert (head.code, head.period_name) == ("2022-M08", "1—8月")
    assert "2022-M08" in unquote(answer.headers["Content-Disposition"])
