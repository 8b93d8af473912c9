"""What a browser is told and what a stranger's page cannot do: tokens, cookies, redirects, files."""

import re
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import func, select

from perf import config
from perf.core.terms import Role, Status
from perf.extensions import db
from perf.models import Evidence, LedgerEntry
from tests.factories import PASSWORD, make_plan, make_unit, make_user, make_year
from tests.pages import Browserless
from tests.test_permissions import address, arguments_of, routes

TEMPLATES = sorted((Path(__file__).parents[2] / "templates").rglob("*.html"))
POSTED = re.compile(r"<form\b[^>]*method=\"post\".*?</form>", re.DOTALL | re.IGNORECASE)


@pytest.fixture
def guarded(own_app):
    """The application as users meet it: forms carry their token."""
    own_app.config["WTF_CSRF_ENABLED"] = True
    with own_app.app_context():
        session = db.session
        make_year(session)
        unit = make_unit(session)
        own_app.arguments = arguments_of(session, unit)
        own_app.arguments["draft_id"] = 1
        for role in (Role.STAFF, Role.SUPERVISOR):
            make_user(session, role, unit, role.value)
        make_user(session, Role.ADMIN, username="admin")
        session.commit()
    return own_app


def test_every_posting_form_of_the_templates_carries_its_token() -> None:
    found = 0
    for path in TEMPLATES:
        text = path.read_text("utf-8")
        forms = POSTED.findall(text)
        assert len(forms) == len(re.findall(r"method=\"post\"", text, re.IGNORECASE)), path.name
        for form in forms:
            assert "{{ csrf_field() }}" in form, f"{path.name}: {form[:120]}"
            found += 1
    assert found >= 15


def test_no_route_takes_a_form_without_a_token(guarded) -> None:
    with guarded.app_context():
        before = db.session.scalar(select(func.count()).select_from(LedgerEntry))
    faults = []
    for user in (None, "staff", "supervisor", "admin"):
        client = Browserless(guarded)(user).client
        for name, method, rule in routes(guarded):
            if method == "POST":
                url = address(guarded, rule, guarded.arguments)
                status = client.post(url, data={"version": "1"}).status_code
                # The API takes JSON alone, which no page of another site can send with a cookie.
                if status not in ({401, 415} if name.startswith("POST api.") else {400}):
                    faults.append(f"{name} as {user}: {status}")
    assert faults == []
    with guarded.app_context():
        assert db.session.scalar(select(func.count()).select_from(LedgerEntry)) == before


@pytest.mark.parametrize(
    ("target", "leads_to"),
    [
        ("/plans?year=2022", "/plans?year=2022"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("\\\\evil.example", "/"),
        ("https://evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/\t/evil.example", "/"),
        ("/\n/evil.example", "/"),
        ("\t//evil.example", "/"),
        (" //evil.example", "/"),
        ("evil.example", "/"),
        ("/\x00/evil.example", "/"),
        ("", "/"),
    ],
)
def test_signing_in_leads_only_to_an_own_page(app, browse, target, leads_to) -> None:
    with app.app_context():
        make_user(db.session, Role.FINANCE, username="clerk")
        db.session.commit()
    form = {"username": "clerk", "password": PASSWORD, "next": target}
    assert browse().post("/sign-in", form).location == leads_to


def test_the_session_cookie_is_kept_from_scripts_and_other_sites(app, browse, monkeypatch) -> None:
    with app.app_context():
        make_user(db.session, Role.FINANCE, username="clerk")
        db.session.commit()
    form = {"username": "clerk", "password": PASSWORD}
    cookie = browse().post("/sign-in", form).response.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    monkeypatch.setenv("PERF_HTTPS", "1")
    assert config.settings()["SESSION_COOKIE_SECURE"] is True


@pytest.mark.parametrize("url", ["/sign-in", "/nowhere", "/static/perf.css", "/healthz"])
def test_every_answer_forbids_foreign_content_and_sniffing(browse, url) -> None:
    answer = browse().client.get(url)
    answer.close()
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("报告.pdf", b"<html><script>alert(1)</script></html>"),
        ("照片.png", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
        ("../../../etc/passwd", b"plain"),
        ('a"; filename="b.html', b"plain"),
    ],
)
def test_what_a_browser_could_run_is_only_ever_downloaded(app, browse, name, content) -> None:
    with app.app_context():
        session = db.session
        make_year(session)
        unit = make_unit(session)
        staff, chief = (make_user(session, role, unit) for role in (Role.STAFF, Role.SUPERVISOR))
        plan = make_plan(session, unit, status=Status.APPROVED, people=(staff, chief))
        url, user = f"/plans/{plan.id}/periods/2022-Q1", staff.username
        session.commit()
    client = browse(user)
    client.post(url, {"files-budget": (BytesIO(content), name)})
    with app.app_context():
        row = db.session.scalars(select(Evidence)).one()
        assert "/" not in row.name
        assert row.sha256 == sha256(content).hexdigest()
    answer = client.client.get(f"/evidence/{row.id}")
    assert answer.mimetype == "text/plain"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in answer.headers
    assert answer.data == content
    answer.close()


def test_a_body_that_breaks_off_is_no_crash(app, browse) -> None:
    with app.app_context():
        make_year(db.session)
        make_user(db.session, Role.STAFF, make_unit(db.session), "clerk")
        db.session.commit()
    answer = browse("clerk").client.post(
        "/plans/new",
        input_stream=BytesIO(b"objective=half"),
        content_type="application/x-www-form-urlencoded",
        environ_overrides={"CONTENT_LENGTH": "5000"},
    )
    assert answer.status_code == 400
    assert "请返回上一页" in answer.get_data(as_text=True)
