"""Signing in and out, and one's own password."""

from perf import clock
from perf.app import create_app
from perf.core.permissions import Permission
from perf.core.terms import Role
from perf.extensions import db, limiter
from perf.models import User
from perf.web.security import requires
from tests.factories import PASSWORD, make_unit, make_user
from tests.pages import Browserless


def make_staff(app) -> str:
    with app.app_context():
        user = make_user(db.session, Role.STAFF, make_unit(db.session))
        db.session.commit()
        return user.username


def test_a_stranger_is_led_to_sign_in_and_back(app, browse):
    page = browse().get("/account/password?x=1", status=302)
    assert page.location.startswith("/sign-in?next=")
    username = make_staff(app)
    page = browse().post(
        "/sign-in", {"username": username, "password": PASSWORD, "next": "/account/password"}
    )
    assert page.location == "/account/password"


def test_a_foreign_address_is_never_where_sign_in_leads(app, browse):
    username = make_staff(app)
    for target in ["https://evil.example/", "//evil.example", "/\\evil.example", "/x\r\nSet: y"]:
        page = browse().post(
            "/sign-in", {"username": username, "password": PASSWORD, "next": target}
        )
        assert page.location == "/"


def test_a_wrong_password_keeps_the_name_and_says_what_to_do(app, browse):
    username = make_staff(app)
    client = browse()
    page = client.post("/sign-in", {"username": username, "password": "wrong"}, status=422)
    assert "用户名或密码不对" in page.text
    assert f'value="{username}"' in page.html
    client.get("/account/password", status=302)


def test_a_password_given_by_somebody_else_is_changed_before_anything(own_app):
    username = make_staff(own_app)
    with own_app.app_context():
        db.session.query(User).filter_by(username=username).one().must_change_password = True
        db.session.commit()
    own_app.add_url_rule(
        "/elsewhere",
        view_func=requires(Permission.READ)(lambda: {"place": "here"}),
        endpoint="elsewhere",
    )
    client = Browserless(own_app)(username)
    assert client.get("/account/password").status == 200
    assert client.get("/elsewhere", status=302).location == "/account/password"
    client.post(
        "/account/password",
        {"current": PASSWORD, "password": "my own long one", "again": "my own long one"},
    )
    assert client.get("/elsewhere").status == 200


def test_the_eleventh_wrong_password_within_a_minute_has_to_wait(app, browse):
    username = make_staff(app)
    strict = create_app({**app.config, "RATELIMIT_ENABLED": True})
    limited = Browserless(strict)
    try:
        for _ in range(10):
            limited().post("/sign-in", {"username": username, "password": "wrong"}, status=422)
        page = limited().post("/sign-in", {"username": username, "password": PASSWORD}, status=429)
        assert "请等一分钟" in page.text
    finally:
        limiter.enabled = False
        with strict.app_context():
            db.engine.dispose()


def test_an_archived_user_cannot_sign_in(app, browse):
    username = make_staff(app)
    with app.app_context():
        user = db.session.query(User).filter_by(username=username).one()
        user.archived_at = clock.now()
        db.session.commit()
    browse().post("/sign-in", {"username": username, "password": PASSWORD}, status=422)


def test_a_new_password_ends_every_other_session(app, browse):
    username = make_staff(app)
    mine, other = browse(username), browse(username)
    mine.post(
        "/account/password",
        {"current": PASSWORD, "password": "another long one", "again": "another long one"},
    )
    mine.get("/account/password")
    other.get("/account/password", status=302)
    browse().post("/sign-in", {"username": username, "password": "another long one"})


def test_a_password_is_refused_in_place(app, browse):
    client = browse(make_staff(app))
    page = client.post("/account/password", {"current": "no"}, status=422)
    assert "原密码不对" in page.text
    page = client.post(
        "/account/password",
        {"current": PASSWORD, "password": "short", "again": "short"},
        status=422,
    )
    assert "至少 10 位" in page.text


def test_a_route_without_a_permission_is_denied(own_app):
    own_app.add_url_rule("/forgotten", view_func=lambda: "open", endpoint="forgotten")
    page = Browserless(own_app)(make_staff(own_app)).get("/forgotten", status=403)
    assert "没有" in page.text


def test_every_answer_carries_the_strict_headers(browse):
    response = browse().get("/sign-in").response
    assert (
        response.headers["Content-Security-Policy"] == "default-src 'self'; frame-ancestors 'none'"
    )
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "no-store"


def test_the_server_says_that_it_lives_and_is_ready(browse):
    assert browse().get("/healthz").json == {"status": "ok"}
    assert browse().get("/readyz").json["status"] == "ok"
