"""Signed copies: tied to one approval, replaced in the open, asked for anew after another one."""

from datetime import UTC, datetime
from io import BytesIO

import pytest

from perf import clock
from perf.core.errors import Conflict, InvalidInput, NotFound, NotPermitted, Stale
from perf.core.terms import Action, Role, Status
from perf.models import LedgerEntry
from perf.queries.signed_copies import (
    signed_form_to_change,
    signed_form_visible_to,
    signed_forms,
    unfiled_evaluations,
)
from perf.services.evaluations import step_self_evaluation
from perf.services.evidence_files import store_file
from perf.services.signed_copies import file_signed_copy
from tests.archived import sign
from tests.factories import make_unit, make_user
from tests.queries import count_queries
from tests.reported import make_people, make_reported_plan

pytestmark = pytest.mark.slow

MARCH = datetime(2023, 3, 1, 9, 0, tzinfo=UTC)
SCAN, OTHER = b"%PDF-1.7 scan", b"\xff\xd8\xff\xe0 photo"


@pytest.fixture
def world(session, tmp_path):
    with clock.set_to(MARCH):
        yield World(session, tmp_path)


class World:
    """A signed self-evaluation, and its people filing scans of it."""

    def __init__(self, session, folder) -> None:
        self.session, self.folder = session(), folder
        self.staff, self.chief = make_people(session)
        self.plan = make_reported_plan(session, (self.staff, self.chief))
        sign(session, self.plan, self.staff, self.chief)
        session.commit()

    def form(self, by=None):
        actor = (by or self.staff).actor
        return signed_form_visible_to(self.session, actor, self.plan.id, "self-evaluation")[1]

    def file(self, content=SCAN, by=None, day="2023-02-27", name="自评表.pdf", **shown):
        actor, form = (by or self.staff).actor, self.form()
        shown = {
            "approval_id": form.approval.id,
            "replaces": form.current.id if form.current else 0,
        } | shown
        plan, held = signed_form_to_change(
            self.session, self.staff.actor, self.plan.id, "self-evaluation"
        )
        stored = store_file(self.folder, BytesIO(content))
        return file_signed_copy(self.session, actor, plan, held, stored, name, day, **shown)

    def step(self, user, action, **said) -> None:
        row = self.form().subject
        step_self_evaluation(self.session, user.actor, row, action, version=row.version, **said)


def test_a_scan_is_of_one_approval_and_the_next_approval_asks_for_another(world) -> None:
    assert unfiled_evaluations(world.session, [world.plan.id]) == {world.plan.id}
    first = world.file()
    form = world.form()
    assert (form.current, form.earlier, first.snapshot_id) == (first, [], form.approval.id)
    assert unfiled_evaluations(world.session, [world.plan.id]) == set()
    code = form.code
    world.step(world.chief, Action.REOPEN, reason="更正")
    assert world.form().subject.status is Status.REOPENED
    with pytest.raises(Conflict, match="重新打开"):
        world.file(OTHER)
    world.step(world.staff, Action.SUBMIT)
    world.step(world.chief, Action.APPROVE)
    form = world.form()
    assert (form.current, form.earlier) == (None, [first])
    assert form.code != code
    assert unfiled_evaluations(world.session, [world.plan.id]) == {world.plan.id}
    with pytest.raises(Stale, match="重新通过"):
        world.file(OTHER, approval_id=first.snapshot_id)
    second = world.file(OTHER, world.chief)
    assert (world.form().current, world.form().earlier) == (second, [first])


def test_replacing_keeps_the_scan_before_and_nobody_replaces_one_unseen(world) -> None:
    first = world.file()
    assert world.file() is None
    with pytest.raises(Stale, match="他人"):
        world.file(OTHER, replaces=0)
    second = world.file(OTHER, day="2023-02-28")
    assert (world.form().current, world.form().earlier) == (second, [first])
    entries = world.session.query(LedgerEntry).filter_by(action="file_signed_copy").all()
    assert [entry.changes["sha256"][1] for entry in entries] == [first.sha256, second.sha256]


def test_what_is_no_scan_or_has_no_day_is_refused(world) -> None:
    for content, day, fields in (
        (b"PK\x03\x04", "2023-02-27", []),
        (b"a text", "2023-02-27", ["file"]),
        (SCAN, "", ["signed_on"]),
        (SCAN, "2023-03-02", ["signed_on"]),
    ):
        with pytest.raises(InvalidInput) as refused:
            world.file(content, day=day)
        assert list(refused.value.fields) == fields
    assert world.form().copies == []


def test_only_the_units_own_people_file_a_scan(world) -> None:
    with pytest.raises(NotPermitted):
        world.file(by=make_user(world.session, Role.FINANCE))
    stranger = make_user(world.session, Role.STAFF, make_unit(world.session))
    with pytest.raises(NotFound):
        world.file(by=stranger)
    with pytest.raises(NotFound):
        world.form(stranger)


def test_every_approved_form_is_listed_in_the_order_of_the_year_at_the_same_cost(world) -> None:
    def walk():
        world.session.expire_all()
        plan = world.plan
        assert plan.id
        with count_queries(world.session.get_bind()) as sent:
            forms = signed_forms(world.session, plan)
            said = [(one.key, one.is_approved, one.current and one.current.name) for one in forms]
        return said, len(sent)

    said, few = walk()
    assert [key for key, *_ in said] == ["self-evaluation"]
    world.file()
    world.file(OTHER)
    said, many = walk()
    assert said == [("self-evaluation", True, "自评表.pdf")]
    assert many == few
