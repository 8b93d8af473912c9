"""Another rule pack for one plan, on the plan's page."""

import pytest

from perf.core.terms import Role
from perf.extensions import db
from perf.models import Plan
from tests.factories import make_plan, make_unit, make_user, make_year


@pytest.fixture
def page_of(app, browse):
    with app.app_context():
        make_year(db.session)
        unit = make_unit(db.session)
        plan = make_plan(db.session, unit)
        staff = make_user(db.session, Role.STAFF, unit).username
        chief = make_user(db.session, Role.SUPERVISOR, unit).username
        db.session.commit()
        url = f"/plans/{plan.id}"
    return browse(staff), browse(chief), url


def test_a_pack_is_chosen_with_a_reason_that_the_reviewer_reads(app, page_of):
    staff, chief, url = page_of
    assert "换用其他评分办法" in staff.get(url).text
    assert "换用其他评分办法" not in chief.get(url).text
    form = {"version": "1", "pack": "sichuan-project-2023", "reason": ""}
    page = staff.post(f"{url}/pack", form, status=422)
    assert "请填写换用理由" in page.text
    assert 'value="sichuan-project-2023" selected' in page.html
    page = staff.post(
        f"{url}/pack", form | {"reason": "按省里的办法"}, follow_redirects=True, status=200
    )
    assert "与本年度规定的办法不同 ，理由： 按省里的办法" in page.text
    assert "按省里的办法" in chief.get(url).text
    with app.app_context():
        assert db.session.get_one(Plan, 1).pack_id == "sichuan-project-2023"


def test_a_page_that_has_grown_old_changes_nothing(app, page_of):
    staff, _, url = page_of
    form = {"version": "7", "pack": "sichuan-project-2023", "reason": "按省里的办法"}
    staff.post(f"{url}/pack", form, status=409)
    with app.app_context():
        assert db.session.get_one(Plan, 1).pack_reason is None
