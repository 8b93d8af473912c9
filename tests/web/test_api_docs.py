"""docs/api.md: its table has every endpoint, and its examples answer as it shows."""

import json
import re
import shlex
from pathlib import Path

from sqlalchemy import select

from perf.core.terms import Role
from perf.extensions import db
from perf.models import Plan
from tests.factories import PASSWORD, make_user
from tests.web.test_api import API
from tests.web.test_evaluations import Case

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text(encoding="utf-8")


def commands() -> list[list[str]]:
    """The curl commands to the API, each as its words."""
    lines = re.findall(r"^curl .*/api/v1/.*$", PAGE, re.MULTILINE)
    assert len(lines) >= 6
    return [shlex.split(line) for line in lines]


def test_the_table_has_every_endpoint_and_no_other(app):
    written = re.findall(r"^\| `(\w+) ([^?`]+)[^`]*` \|", PAGE, re.MULTILINE)
    there = {
        (method, re.sub(r"<(?:int:)?(\w+)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("api.")
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert set(written) == there, "docs/api.md, the table of endpoints"


def test_every_command_is_answered_and_the_score_is_the_one_shown(app, browse):
    case = Case(app)
    with app.app_context():
        auditor = make_user(db.session, Role.AUDITOR).username
        assert db.session.scalar(select(Plan.id)) == case.plan_id
        db.session.commit()
    client = browse(auditor)
    scored = None
    for words in commands():
        url = words[-1].removeprefix("$PERF").replace("/plans/1", f"/plans/{case.plan_id}")
        assert url.startswith(API)
        if "-d" not in words:
            client.get(url)
            continue
        body, kind = words[words.index("-d") + 1], "application/json"
        assert f"Content-Type: {kind}" in words
        scored = client.post(url, body.encode(), content_type=kind, status=200).json
    (shown,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert scored == json.loads(shown)


def test_a_program_that_signs_in_as_the_page_says_is_let_in(own_app):
    own_app.config["WTF_CSRF_ENABLED"] = True
    with own_app.app_context():
        make_user(db.session, Role.AUDITOR, username="auditor")
        db.session.commit()
    client = own_app.test_client()
    (pattern,) = re.findall(r"sed -n 's/(.*?)/\\1/p'", PAGE)
    page = client.get("/sign-in").get_data(as_text=True)
    found = re.search(pattern.replace(r"\(", "(").replace(r"\)", ")"), page)
    assert found, "what docs/api.md looks for is not on the page"
    form = {"csrf_token": found[1], "username": "auditor", "password": PASSWORD}
    assert client.post("/sign-in", data=form).status_code == 302
    assert client.get(f"{API}/packs").status_code == 200
