"""帮助: what the texts name is there, every finding is explained, and each page leads to its guide."""

import re
from types import SimpleNamespace
from typing import Any

import pytest

from perf.core.permissions import PERMISSIONS
from perf.core.terms import Role
from perf.extensions import db
from perf.web.help_pages import GUIDES, LABEL, PARTS, TEXTS, texts
from tests.factories import make_plan, make_unit, make_user, make_year
from tests.test_docs import ROOT, difference, section, table
from tests.test_docs_findings import PAGE, SOURCES
from tests.test_permissions import make_draft
from tests.web.test_plan_checks import ODD

# Two minutes of a careful reader, who takes in about 400 signs a minute.
LONGEST = 900


@pytest.fixture
def world(app):
    with app.app_context():
        session = db.session
        make_year(session)
        unit = make_unit(session, "信访局", "024")
        own = {Role.STAFF, Role.SUPERVISOR}
        users = {one: make_user(session, one, unit if one in own else None) for one in Role}
        plan = make_plan(session, unit, name="信访值班", indicators=ODD)
        draft = make_draft(session, users[Role.STAFF])
        session.commit()
        return SimpleNamespace(
            plan=plan.id,
            draft=draft.id,
            users={role: user.username for role, user in users.items()},
        )


def all_texts(given: Any) -> str:
    """Every text in what a TOML file holds."""
    if isinstance(given, dict):
        return "\n".join(map(all_texts, given.values()))
    return "\n".join(map(all_texts, given)) if isinstance(given, list) else str(given)


def links_of(html: str, start: str) -> list[str]:
    return [href for href in re.findall(r'href="([^"]+)"', html) if href.startswith(start)]


# The texts


def test_every_button_and_link_that_the_texts_name_stands_on_a_page():
    pages = [path for path in ROOT.glob("templates/**/*.html") if path.parent.name != "help"]
    words = [*pages, *ROOT.glob("perf/web/**/*.py"), ROOT / "perf/core/terms.py"]
    shown = "\n".join(path.read_text(encoding="utf-8") for path in words)
    told = LABEL.findall(all_texts(texts("guides")) + all_texts(texts("first-day")))
    assert len(told) > 50
    gone = sorted({label for label in told if label not in shown})
    assert not gone, f"no page says {gone}; take the words that it says now"


def test_a_guide_is_read_in_two_minutes():
    for name, guide in texts("guides").items():
        assert {"title", "lead", "before", "steps", "wrong", "next"} <= guide.keys(), name
        assert len(guide["steps"]) <= 7, name
        length = len(all_texts(guide))
        assert length <= LONGEST, f"{name}: {length} signs; shorten it to {LONGEST}"


def test_the_guides_of_pages_are_there_and_every_guide_belongs_to_a_page(app):
    assert set(GUIDES) <= set(app.blueprints)
    assert set(GUIDES.values()) | {"packs"} == set(texts("guides"))


@pytest.mark.parametrize(("part", "heading"), list(zip(PARTS, SOURCES, strict=True)))
def test_every_finding_is_explained_where_it_is_told_and_no_other(part, heading):
    explained = texts(f"findings-{part}")
    codes = {row[0].strip("`") for row in table(section(PAGE, heading), "code")[1:]}
    place = (TEXTS / f"findings-{part}.toml").relative_to(ROOT).as_posix()
    assert set(explained) == codes, difference(set(explained), codes, place)
    for code, one in explained.items():
        assert all(one[each] for each in ("name", "means", "example", "do")), code


# The pages


def test_the_first_day_of_each_role_leads_it_to_pages_that_it_may_open(app):
    assert list(texts("first-day")) == list(Role)
    for role, day in zip(Role, texts("first-day").values(), strict=True):
        assert 5 <= len(day["steps"]) <= 7, role
        for step in day["steps"]:
            view: Any = app.view_functions[step["page"]]
            assert view.permission in PERMISSIONS[role], f"{role}: {step['page']}"


def test_the_first_day_is_ones_own_and_that_of_others_can_be_read(world, browse):
    client = browse(world.users[Role.STAFF])
    page = client.get("/help/first-day")
    assert "第一天 · 填报人" in page.text
    assert re.findall(r'<a href="([^"]+)" target="work">', page.html)[:2] == ["/", "/plans"]
    for role in Role:
        assert f"第一天 · {role.label}" in client.get(f"/help/first-day?role={role}").text


def test_a_finding_on_a_plans_page_leads_to_its_explanation(world, browse):
    client = browse(world.users[Role.STAFF])
    for path in (f"/plans/{world.plan}", f"/plans/{world.plan}/indicators"):
        address, _, code = links_of(client.get(path).html, "/help/findings/plan#")[0].partition("#")
        row = next(each for each in client.get(address).tree.iter("tr") if each.get("id") == code)
        assert texts("findings-plan")[code]["do"] in "".join(row.itertext())


def test_a_finding_of_an_import_leads_to_its_explanation(world, browse):
    page = browse(world.users[Role.STAFF]).get(f"/imports/{world.draft}")
    for address in links_of(page.html, "/help/findings/"):
        part, _, code = address.removeprefix("/help/findings/").partition("#")
        assert code in texts(f"findings-{part}")
    assert links_of(page.html, "/help/findings/document#")


def test_the_head_of_a_page_leads_to_its_guide(world, browse):
    plan = f"/plans/{world.plan}"
    for role, path, guide in [
        (Role.STAFF, "/", "/help/first-day"),
        (Role.STAFF, plan, "/help/guides/objectives"),
        (Role.SUPERVISOR, plan, "/help/guides/review"),
        (Role.FINANCE, "/units", "/help/guides/archives"),
        (Role.ADMIN, "/admin/packs", "/help/guides/packs"),
        (Role.ADMIN, "/admin/users", "/help/guides/administration"),
        (Role.AUDITOR, "/messages", "/help"),
    ]:
        head = browse(world.users[role]).get(path).html.partition("<main")[0]
        assert links_of(head, "/help") == [guide], (role, path)


def test_every_guide_opens_and_the_index_lists_it(world, browse):
    client = browse(world.users[Role.STAFF])
    listed = set(links_of(client.get("/help").html, "/help/guides/"))
    assert listed == {f"/help/guides/{name}" for name in texts("guides")}
    for address in listed:
        page = client.get(address)
        assert "怎么做" in page.text
        assert "「" not in page.text
    client.get("/help/guides/nothing", status=404)


def test_the_glossary_is_searched_and_says_when_nothing_is_found(world, browse):
    client = browse(world.users[Role.STAFF])
    assert client.get("/help/glossary").html.count("<dt>") == len(texts("glossary"))
    found = re.findall("<dt>([^<]+)</dt>", client.get("/help/glossary?q=执行率").html)
    assert found[0] == "预算执行率"
    assert "全年预算数" in found
    assert "偏差原因" not in found
    page = client.get("/help/glossary?q=<b>没有这个词")
    assert "没有与“&lt;b&gt;没有这个词”有关的术语" in page.html
    assert not re.findall("<dt>", page.html)
