"""Whatever is typed into any form: an answer with a sentence, no crash, nothing kept by halves.

Every page's own forms are sent again with each field replaced in turn. Commits are held back while
this runs, so that every request meets the same world; what would have been kept is judged by it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import html5lib
import pytest
from argon2 import PasswordHasher
from flask import Flask
from markupsafe import escape
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from perf import clock
from perf.core.rules import load_pack
from perf.core.terms import (
    Adoption,
    ArchiveState,
    FundSource,
    PlanKind,
    RectificationState,
    Role,
    Status,
)
from perf.documents.preview import preview_of
from perf.documents.quarter_sheets import Column, read_quarter_sheet
from perf.extensions import db
from perf.models import (
    BudgetExecution,
    ImportDraft,
    LocalPack,
    Period,
    Remark,
    SelfEvaluation,
    Submission,
    User,
)
from perf.services import accounts
from perf.services.evaluations import begin_self_evaluation
from perf.services.evidence_files import path_of
from perf.services.packs import copy_pack, publish_pack
from perf.web import archives
from tests.factories import PASSWORD_HASH, make_plan, make_unit, make_user, make_year, mark
from tests.ledger_guard import LedgerGuard
from tests.pages import Browserless, check_page
from tests.reported import make_reported_plan
from tests.services.test_imports import document
from tests.sheets import filled
from tests.test_permissions import (
    CONTENT,
    make_archive,
    make_calendar,
    make_ending,
    make_evidence,
    make_message,
    make_people,
    make_recommendation,
    make_rectification,
    make_remark,
    make_revision,
    make_signed_copy,
    routes,
)

HTML = "<script>alert(1)</script>"
VALUES = {
    "letters": "abc",
    "NaN": "NaN",
    "Infinity": "-Infinity",
    "beyond a float": "1e400",
    "negative": "-1",
    "full-width": "１２３．５",
    "other digits": "²③๓",
    "a day": "2022-03-01",
    "a wrong day": "2022-13-45",
    "a week": "2022-W10-1",
    "thirty zeros": "1" + "0" * 30,
    "many decimals": "0." + "1" * 40,
    "NUL": "甲\x00乙",
    "a lone surrogate": "甲\ud800乙",
    "controls": "\x1b[31m\u202e\x7f\x85\ufffe",
    "line breaks": "甲\r\n\r\n乙\r",
    "long": "长" * 20_000,
    "long without spaces": "%" * 20_000,
    "emoji": "👩‍👩‍👧‍👦",
    "a formula": "=1+1",
    "HTML": HTML,
    "quotes": "'; DROP TABLE plan; --\"",
    "a huge id": "99999999999999999999",
    "the largest key": "2147483648",
    "blank": "",
    "spaces": " \u3000\t ",
}
# What a database or a page cannot hold is typed into every field of a form at once.
FORBIDDEN = [
    *((label, VALUES[label]) for label in ("NUL", "a lone surrogate", "controls", "HTML")),
    ("thirty zeros", VALUES["thirty zeros"]),
    ("longer than any column", "长" * 5000),
]
# Each field gets every eighth value, each form every fourth one in all fields.
STRIDE = 8
IN_ALL = 4
CHECKED = frozenset({"NUL", "controls", "HTML"})
_forms: list["Form"] = []
URLENCODED = "application/x-www-form-urlencoded"
REFUSED = frozenset({400, 404, 405, 409, 413, 422})
ANSWERS = REFUSED | {200, 302}
# These keep what is valid and give back the rest, as they say on their page.
KEEPS_THE_VALID = frozenset(
    {
        "reports.save",
        "grid.autosave",
        "evaluations.save",
        "rectifications.save",
        "threads.answer",
    }
)
CHINESE = re.compile(r"[\u4e00-\u9fff]{4}")
UNSHOWN = re.compile(r"version|row|was|digest|action|password|csrf|id$|current|again|next")


@dataclass(frozen=True)
class Form:
    """One form of a page: who may send it, where to, and its fields as the page shows them."""

    user: str
    endpoint: str
    url: str
    fields: tuple[tuple[str, str], ...]
    texts: frozenset[str]
    buttons: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> tuple[Any, ...]:
        """Forms of one kind are sent once: by place, button and names without their numbers."""
        names = {re.sub(r"\d+", "#", name) for name, _ in self.fields}
        return self.endpoint, self.url.rpartition("/")[2], tuple(sorted(names))


@dataclass
class Prober:
    """Sends forms and gathers what went wrong."""

    app: Flask
    browse: Browserless
    guard: LedgerGuard
    foreign: dict[str, str]
    commits: int = 0
    sent: int = 0
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._clients: dict[str, tuple[Any, str]] = {}

    def client(self, user: str) -> Any:
        if user not in self._clients:
            client = self.browse(user or None).client
            cookie = client.get_cookie("session")
            self._clients[user] = client, cookie.value if cookie else ""
        client, kept = self._clients[user]
        client.delete_cookie("session")
        if kept:
            client.set_cookie("session", kept)
        return client

    def send(
        self,
        form: Form,
        pairs: Sequence[tuple[str, str]],
        what: str,
        *,
        shown: str = "",
        is_checked: bool = False,
    ) -> TestResponse:
        body = urlencode(pairs, errors="surrogatepass").encode()
        return self.send_raw(
            form,
            what,
            shown=shown,
            is_checked=is_checked,
            data=body,
            content_type=URLENCODED,
        )

    def send_raw(
        self, form: Form, what: str, *, shown: str = "", is_checked: bool = False, **sent: Any
    ) -> TestResponse:
        self.sent += 1
        before = self.commits
        told = f"{form.endpoint} {form.url} {what}"
        try:
            answer = self.client(form.user).post(form.url, **sent)
        except Exception as error:  # noqa: BLE001 - every crash is a finding of its own.
            self.faults.append(f"{told}: {type(error).__name__}: {str(error)[:300]}")
            return TestResponse(b"", "500", {}, None)
        status = answer.status_code
        html = answer.get_data(as_text=True)
        if status not in ANSWERS:
            self.faults.append(f"{told}: {status}")
        elif status != 302 and not answer.is_json and not CHINESE.search(html):
            self.faults.append(f"{told}: {status} without a Chinese sentence")
        if status in REFUSED and self.commits > before and form.endpoint not in KEEPS_THE_VALID:
            self.faults.append(f"{told}: {status}, but something was kept")
        if HTML in html and not answer.is_json:
            self.faults.append(f"{told}: {status}, the page carries the script")
        if status == 422 and shown and str(escape(shown)) not in html:
            self.faults.append(f"{told}: 422, and what was typed is gone")
        if is_checked and status != 302 and not answer.is_json:
            try:
                check_page(html, told)
            except AssertionError as error:
                self.faults.append(" ".join(str(error).split())[:300])
        return answer


@pytest.fixture
def prober(
    app: Flask,
    browse: Browserless,
    ledger_guard: LedgerGuard,
    monkeypatch: pytest.MonkeyPatch,
) -> Prober:
    monkeypatch.setattr(
        accounts, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    )
    monkeypatch.setattr(accounts, "_DECOY", PASSWORD_HASH)
    foreign = fill(app)
    prober = Prober(app, browse, ledger_guard, foreign)

    def hold_back(session: Session) -> None:
        session.flush()
        ledger_guard.judge()
        prober.commits += 1

    monkeypatch.setattr(Session, "commit", hold_back)
    # What is held back no other process could make.
    monkeypatch.setattr(archives, "start_making", lambda *_: None)
    return prober


def fill(app: Flask) -> dict[str, str]:
    """A unit with every kind of form open to somebody; the ids of another unit's objects."""
    with app.app_context():
        session = db.session
        make_year(session, 2022)
        make_year(session, 2023)
        make_year(session, 2021).periods[0].locked_at = clock.now()
        unit, other = make_unit(session, "本单位", "106"), make_unit(session, "别的单位", "107")
        staff = make_user(session, Role.STAFF, unit, "staff")
        supervisor = make_user(session, Role.SUPERVISOR, unit, "supervisor")
        make_user(session, Role.ADMIN, username="admin")
        people = staff, supervisor
        rows = [
            ("产出指标", "受理案件数", "≥100件", "30"),
            ("产出指标", "办结时间", "2022-10-31前", "20"),
            ("效益指标", "社会影响", "有所提升", "30"),
            ("满意度指标", "群众满意度", "≥80%", "10"),
        ]
        make_plan(session, unit, rows, name="草稿项目")
        make_plan(session, unit, kind=PlanKind.DEPARTMENT, pack_id="department-overall", year=2023)
        mark(make_plan(session, unit, name="待审核项目"), Status.SUBMITTED, staff, supervisor)
        recorded = make_plan(
            session, unit, rows, name="填报项目", status=Status.APPROVED, people=people
        )
        asked = make_remark(session, make_evidence(session, recorded).submission_id)
        make_rectifications(session, asked.submission_id, staff)
        make_revision(session, recorded)
        make_ending(session, recorded)
        waiting = make_plan(
            session, unit, rows, name="季度待审", status=Status.APPROVED, people=people
        )
        make_waiting_quarter(session, waiting, people)
        mark(make_revision(session, waiting), Status.SUBMITTED, staff, supervisor)
        mark(make_ending(session, waiting), Status.SUBMITTED, staff, supervisor)
        make_reported_plan(session, people, name="可自评")
        evaluated = make_reported_plan(session, people, name="自评草稿")
        session.flush()
        begin_self_evaluation(session(), staff.actor, evaluated)
        signing = make_reported_plan(session, people, name="自评待审")
        session.flush()
        mark(
            begin_self_evaluation(session(), staff.actor, signing),
            Status.SUBMITTED,
            staff,
            supervisor,
        )
        session.flush()
        strangers = (
            make_user(session, Role.STAFF, other),
            make_user(session, Role.SUPERVISOR, other),
        )
        make_message(session, staff)
        make_calendar(session, staff)
        foreign = make_plan(session, other, rows, status=Status.APPROVED, people=strangers)
        foreign_evidence = make_evidence(session, foreign)
        make_signed_evaluation(session, unit, people)
        make_offices(session, recorded, people)
        for state in (ArchiveState.WAITING, ArchiveState.FAILED, ArchiveState.DONE):
            make_archive(session, staff).state = state
        for user in (staff, session.get(type(staff), 3)):
            session.add(
                ImportDraft(
                    created_by_id=user.id,
                    created_at=clock.now(),
                    file_name="预算.txt",
                    sha256="",
                    content=preview_of(document()).to_content(),
                )
            )
        admin = session.scalars(select(User).where(User.role == Role.ADMIN)).one().actor
        for pack_id in ("local-draft", "local-out"):
            copy_pack(session(), admin, load_pack("cn-project-2020"), pack_id=pack_id)
        drafted = session.scalars(select(LocalPack).where(LocalPack.pack_id == "local-out")).one()
        publish_pack(session(), admin, drafted, version=drafted.version)
        ids = {
            "an indicator of another unit": str(foreign.indicators[0].id),
            "a file of another unit": str(foreign_evidence.id),
        }
        session.commit()
    path = path_of(app.config["DATA_DIR"], sha256(CONTENT).hexdigest())
    path.parent.mkdir(parents=True)
    path.write_bytes(CONTENT)
    return ids


def make_offices(session: Any, plan: Any, people: Any) -> None:
    """An office of the staff's that owes all of the plan, so that its grid shows every cell."""
    second = make_user(session, Role.STAFF, plan.unit, "second")
    office = make_people(session, plan, (second, people[1]))["office_id"]
    for row in (people[0], *plan.indicators):
        row.office_id = office


def make_signed_evaluation(session: Any, unit: Any, people: Any) -> None:
    """The tenth plan: its targets scanned, its self-evaluation signed, two recommendations on it.

    One waits for its answer, one was adopted.
    """
    plan = make_plan(session, unit, status=Status.APPROVED, people=people)
    make_signed_copy(session, plan)
    evaluation = SelfEvaluation(
        unit_id=unit.id,
        plan_id=plan.id,
        pack_id=plan.pack_id,
        pack_version=1,
        updated_at=clock.now(),
    )
    mark(evaluation, Status.APPROVED, *people)
    session.add(evaluation)
    session.flush()
    make_recommendation(session, evaluation, people[1])
    adopted = make_recommendation(session, evaluation, people[1])
    adopted.adoption, adopted.measure = Adoption.ADOPTED, "细化"
    adopted.answered_by_id, adopted.answered_at = people[0].id, clock.now()
    session.flush()


def make_rectifications(session: Any, submission_id: int, staff: User) -> None:
    """One to be worked at, and one that waits to be confirmed."""
    make_rectification(session, submission_id)
    reported = make_rectification(session, submission_id, indicator=1)
    reported.state = RectificationState.REPORTED
    reported.measure, reported.outcome = "增派人手", "已补上"
    reported.reported_by_id, reported.reported_at = staff.id, clock.now()
    session.flush()


def make_waiting_quarter(session: Any, plan: Any, people: Any) -> None:
    period = session.query(Period).filter_by(code="2022-Q1").one()
    row = Submission(
        unit_id=plan.unit_id, plan_id=plan.id, period_id=period.id, updated_at=clock.now()
    )
    mark(row, Status.SUBMITTED, *people)
    row.remarks.append(Remark(unit_id=plan.unit_id, text="请核对", created_at=clock.now()))
    row.executions.append(BudgetExecution(unit_id=plan.unit_id, source=FundSource.FISCAL))
    session.add(row)
    session.flush()


def forms_of(prober: Prober) -> tuple[Form, ...]:
    """One of each kind of form that any page shows to anybody; every world shows the same."""
    if not _forms:
        _forms.extend(shown_forms(prober))
    return tuple(_forms)


def shown_forms(prober: Prober) -> list[Form]:
    found: dict[tuple[Any, ...], Form] = {}
    for user in ("", "staff", "supervisor", "admin"):
        client = prober.client(user)
        for url in pages_of(prober.app, user):
            answer = client.get(url)
            if answer.status_code == 200 and answer.mimetype == "text/html":
                for form in read_forms(prober.app, user, answer.get_data(as_text=True), url):
                    found.setdefault(form.key, form)
                    if form.endpoint == "plans.save_indicators":
                        # The script asks the same of what is typed, and nothing is stored.
                        asked = replace(form, endpoint="plans.checks", url=f"{form.url}/checks")
                        found.setdefault(asked.key, asked)
                    if form.endpoint == "reports.save":
                        # So does the grid's script, to save a row as it is left.
                        saved = replace(form, endpoint="grid.autosave", url=f"{form.url}/draft")
                        found.setdefault(saved.key, saved)
    for form in previewed_sheet(prober):
        found.setdefault(form.key, form)
    return list(found.values())


def previewed_sheet(prober: Prober) -> list[Form]:
    """The forms of the page that an uploaded quarter's sheet leads to."""
    client = prober.client("staff")
    pages = (f"/plans/{plan}/periods/2022-Q1/sheet" for plan in range(1, 9))
    url = next(page for page in pages if client.get(f"{page}.xlsx").status_code == 200)
    content = client.get(f"{url}.xlsx").data
    key = next(row.key for row in read_quarter_sheet(content).rows)
    edited = filled(content, {(key, Column.ACTUAL): 5, (key, Column.REASON): "原因"})
    answer = client.post(url, data={"file": (BytesIO(edited), "a.xlsx")})
    return list(read_forms(prober.app, "staff", answer.get_data(as_text=True), url))


def pages_of(app: Flask, user: str) -> list[str]:
    if user == "admin":
        pages = ["/imports/new", "/imports/1", "/imports/2", "/admin/users/new", "/admin/users/1"]
        pages += [
            "/admin/units/new",
            "/admin/units/1",
            "/admin/years",
            "/admin/years/2022",
            "/past",
        ]
        pages += [
            f"/admin/packs/{one}/1" for one in ("cn-project-2020", "local-draft", "local-out")
        ]
        return [*pages, "/admin/packs/local-draft/1/edit", "/admin/years/2021"]
    pages = ["/sign-in", "/account/password"]
    if user == "staff":
        pages += ["/archives", "/archives/new", "/archives/disclosure?year=2022&format=csv"]
        pages += ["/plans/new", "/plans/new?kind=department", "/imports/new", "/imports/1"]
        pages += ["/plans/successors?year=2022"]
        pages += [
            "/recheck",
            "/revisions/1/edit",
            "/endings/1/edit",
            "/account/contact",
            "/messages",
        ]
    pages += ["/rectifications/1", "/rectifications/2"] if user else []
    pages += ["/recommendations/1", "/recommendations/2"] if user else []
    pages += ["/plans/10/recommendations", "/plans/10/signed-copies/target"] if user else []
    pages += ["/revisions/1", "/revisions/2", "/endings/1", "/endings/2"] if user else []
    if user == "supervisor":
        pages += ["/missing?period=2022-Q4", "/units/1/people", "/people/1/handover"]
        pages += ["/review/bulk/confirm?item=plan-3-2"]
    ends = ["", "/self-evaluation", "/periods/2022-Q1", "/periods/2022-Q1/collection"]
    ends += (
        [
            "/edit",
            "/indicators",
            "/offices",
            "/revisions/new",
            "/endings/new",
            "/periods/2022-Q1/money/fiscal/list",
            "/periods/2022-Q1/sheet",
            "/periods/2022-Q1/evidence/budget",
        ]
        if user == "staff"
        else []
    )
    # Which indicator takes which list is for the pages to say; the others answer that none does.
    lists = (f"{key}/list?kind={kind}" for key in range(1, 25) for kind in ("days", "answers"))
    ends += [f"/periods/2022-Q1/indicators/{one}" for one in lists] if user == "staff" else []
    pages += [f"/plans/{plan}{end}" for plan in range(1, 9) if user for end in ends]
    return pages


def read_forms(app: Flask, user: str, html: str, page: str) -> Iterator[Form]:
    tree = html5lib.parse(html, namespaceHTMLElements=False)
    adapter = app.url_map.bind("localhost")
    for element in tree.iter("form"):
        if element.get("method", "").lower() != "post":
            continue
        url = element.get("action") or page.partition("?")[0]
        endpoint, _ = adapter.match(url.partition("?")[0], "POST")
        inside = [one for one in inside_of(tree, element) if one.get("name")]
        fields, texts, buttons = [], set(), []
        for one in inside:
            name, kind = one.get("name"), one.get("type", "text")
            if one.tag == "button":
                buttons.append((name, one.get("value", "")))
            elif one.tag == "textarea":
                fields.append((name, one.text or ""))
                texts.add(name)
            elif one.tag == "select":
                options = one.findall(".//option")
                chosen = [each for each in options if each.get("selected") is not None] or options
                fields.append((name, (chosen[0].get("value") or "") if chosen else ""))
            elif kind in {"checkbox", "radio"}:
                if one.get("checked") is not None:
                    fields.append((name, one.get("value", "on")))
            elif kind != "file" and name != "csrf_token":
                fields.append((name, one.get("value", "")))
                if kind in {"text", "search"}:
                    texts.add(name)
        form = Form(user, endpoint, url, tuple(fields), frozenset(texts), tuple(buttons))
        yield form
        for other in {one.get("formaction") for one in inside_of(tree, element)} - {None}:
            endpoint, _ = adapter.match(other, "POST")
            yield replace(form, endpoint=endpoint, url=other)


def inside_of(tree: Any, form: Any) -> list[Any]:
    """What belongs to a form: everything in it, and what names it from outside."""
    key = form.get("id")
    return [*form.iter(), *(one for one in tree.iter() if key and one.get("form") == key)]


def probe(prober: Prober, form: Form, *, is_wide: bool) -> None:
    """Send the form with each field replaced, missing and doubled, and as no browser would."""
    fields = [*form.fields, *form.buttons[:1]]
    values = list((VALUES | prober.foreign).items())
    kinds: set[str] = set()
    place = sum(map(ord, form.endpoint))
    for at, (name, _) in enumerate(fields):
        kind = re.sub(r"\d+", "#", name)
        is_new = kind not in kinds
        kinds.add(kind)
        step = at * 5 + place
        # A field of a table stands for the same field of every other row.
        taken = values[step % STRIDE :: STRIDE] if is_wide else [values[step % len(values)]]
        chosen = taken if is_new else []
        for label, value in chosen:
            pairs = [*fields[:at], (name, value), *fields[at + 1 :]]
            is_text = name in form.texts and not UNSHOWN.search(name)
            prober.send(
                form,
                pairs,
                f"{name} = {label}",
                shown=value if is_text and label in {"HTML", "quotes", "emoji", "letters"} else "",
                is_checked=is_new and (label in CHECKED if is_wide else at % 4 == 0),
            )
        if is_new and (is_wide or at % 2):
            prober.send(form, [*fields[:at], *fields[at + 1 :]], f"without {name}")
        if is_new and is_wide:
            prober.send(form, [*fields, fields[at]], f"{name} twice")
    for label, value in values[place % IN_ALL :: IN_ALL] if is_wide else FORBIDDEN:
        pairs = [(name, old if UNSHOWN.search(name) else value) for name, old in fields]
        prober.send(form, pairs, f"all = {label}", is_checked=label in CHECKED)
    for version in ("0", "1" * 9, "１", "²") if "version" in dict(fields) else ():
        pairs = [(name, version if "version" in name else old) for name, old in fields]
        prober.send(form, pairs, f"version = {version}")
    prober.send(form, [], "an empty body")
    prober.send(form, [*fields, *fields], "everything twice")
    marked = [(f"remove-{value}", "1") for name, value in fields if name == "row"]
    if marked:
        prober.send(form, [*fields, *fields, *marked], "everything twice and removed")


def probe_bodies(prober: Prober, form: Form) -> None:
    """Send what is no form at all."""
    for content_type in ("application/json", "text/plain", "multipart/form-data", "x/y; a=\xff"):
        prober.send_raw(form, content_type, data=b'{"a": [', content_type=content_type)
    prober.send_raw(
        form,
        "a broken multipart body",
        data=b'--b\r\nContent-Disposition: form-data; name="version"\r\n\r\n1',
        content_type="multipart/form-data; boundary=b",
    )
    prober.send_raw(form, "bytes of no text", data=b"%ff%fe&=&&a=%", content_type=URLENCODED)
    prober.send_raw(form, "random bytes", data=bytes(range(256)), content_type=URLENCODED)


def demand_no_fault(prober: Prober) -> None:
    assert not prober.faults, f"{len(prober.faults)} faults\n" + "\n".join(prober.faults[:60])
    assert prober.guard.untold == []


@pytest.mark.slow
def test_every_form_answers_whatever_is_typed_with_a_sentence(
    prober: Prober, database_kind: str
) -> None:
    forms = forms_of(prober)
    for form in forms:
        probe(prober, form, is_wide=False)
    # What is no form at all is refused before any database.
    for form in {form.endpoint: form for form in forms if database_kind == "sqlite"}.values():
        probe_bodies(prober, form)
    demand_no_fault(prober)
    shown = {form.endpoint for form in forms}
    posted = {rule.endpoint for _, method, rule in routes(prober.app) if method == "POST"}
    # No page shows what programs send; tests/web/test_api_schema.py makes up requests for it. What
    # the grid sends of files has tests of its own in test_evidence.py.
    posted = {endpoint for endpoint in posted if not endpoint.startswith("api.")}
    posted.discard("evidence.upload")
    # Its button stands on a past day alone, of which this world has none.
    posted.discard("past.leave")
    assert posted - shown == set(), "no page of this world shows these forms"


@pytest.mark.slow
@pytest.mark.parametrize("part", range(2))
def test_fields_of_every_kind_answer_every_kind_of_value_with_a_sentence(
    prober: Prober, database_kind: str, part: int
) -> None:
    # Half of the forms on either database: what both have to hold, the test above sends to all.
    half = forms_of(prober)[database_kind == "postgres" :: 2]
    for form in half[part::2]:
        probe(prober, form, is_wide=True)
    demand_no_fault(prober)
