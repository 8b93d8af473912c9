"""What is refused says so in Chinese, and what was typed stays on the page."""

import pytest
from sqlalchemy.exc import IntegrityError

from perf.core.terms import Role
from perf.extensions import db
from perf.web import errors
from tests.factories import make_unit, make_user, make_year
from tests.pages import Browserless


@pytest.fixture
def guarded(own_app):
    """The application as users meet it: forms carry their token."""
    own_app.config["WTF_CSRF_ENABLED"] = True
    with own_app.app_context():
        make_year(db.session)
        make_user(db.session, Role.STAFF, make_unit(db.session), "clerk")
        db.session.commit()
    return own_app


def test_a_form_whose_session_ended_gives_back_what_was_typed(guarded):
    client = Browserless(guarded)("clerk")
    form = {"csrf_token": "gone", "objective": "把全年的信访件办结", "version": "7"}
    page = client.post("/plans/new", form, status=400)
    assert "登录已失效" in page.text
    assert "把全年的信访件办结" in page.text
    assert "gone" not in page.text


def test_a_refused_form_never_shows_a_password(guarded):
    form = {"username": "clerk", "password": "very secret words", "csrf_token": "x"}
    page = Browserless(guarded)().post("/sign-in", form, status=400)
    assert "very secret words" not in page.html


@pytest.mark.parametrize(
    ("url", "status", "words"),
    [
        ("/nowhere", 404, "没有找到"),
        ("/plans/999999999999999999999", 404, "没有找到"),
        ("/plans/1/steps/submit", 405, "不能这样访问"),
    ],
)
def test_a_wrong_address_says_what_to_do(guarded, url, status, words):
    page = Browserless(guarded)("clerk").get(url, status=status)
    assert words in page.text
    assert "请从导航重新进入" in page.text


def test_a_body_of_more_than_the_server_takes_is_refused_with_a_sentence(guarded):
    body = {"objective": "x" * (5 * 1024 * 1024)}
    page = Browserless(guarded)("clerk").post("/plans/new", body, status=413)
    assert "减少或压缩文件后再提交" in page.text


def test_a_script_gets_the_sentence_as_json(guarded):
    page = Browserless(guarded)("clerk").get(
        "/nowhere", status=404, headers={"Accept": "application/json"}
    )
    assert "不存在" in page.json["message"]
    assert page.json["code"] == "not_found"
    assert page.json["request_id"]


def test_a_crash_tells_its_number_and_keeps_its_secret(own_app, caplog):
    own_app.testing = False
    errors.init_app(own_app)

    def broken() -> str:
        raise RuntimeError("the secret of the crash")

    broken.permission = None
    own_app.add_url_rule("/broken", view_func=broken)
    page = Browserless(own_app)().get("/broken", status=500)
    assert "数据没有改动" in page.text
    assert "the secret of the crash" not in page.html
    assert "the secret of the crash" in caplog.text


def test_what_no_page_can_hold_is_left_out_of_what_is_typed(guarded):
    guarded.config["WTF_CSRF_ENABLED"] = False
    form = {"year": "20\x0022", "name": "甲\x00乙\x85\ufffe丙", "objective": "一\r\n二"}
    page = Browserless(guarded)("clerk").post(
        "/plans/new", form | {"budget-fiscal": "x"}, status=422
    )
    assert 'value="甲乙丙"' in page.html
    assert "一\n二" in page.html
    assert 'value="2022"' in page.html


def test_a_broken_constraint_that_is_nobodys_collision_is_a_fault_and_not_a_refusal(own_app):
    with own_app.app_context():
        make_year(db.session)

        def broken() -> str:
            user = make_user(db.session, Role.STAFF, make_unit(db.session))
            user.unit_id = None
            db.session.flush()
            return ""

        broken.permission = None
        own_app.add_url_rule("/broken", view_func=broken)
    with pytest.raises(IntegrityError):
        Browserless(own_app)().get("/broken")
