"""Two editors, two reviewers and a sheet on one quarter, in any order, each from a page grown old.

A model of the quarter says what has to come of each step: what was typed last over what was seen
last stands, everything else is refused with a sentence, and nothing is approved twice.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select

from perf import clock
from perf.core.errors import PerfError
from perf.core.terms import Role, Status
from perf.database import begin_writing
from perf.extensions import db
from perf.models import LedgerEntry, Submission, User
from perf.queries.submissions import quarter_to_change
from perf.services.entry_figures import Entry
from perf.services.quarter_sheets import record_sheet
from tests.factories import make_plan, make_unit, make_user, make_year
from tests.web.test_grid_autosave import row_of
from tests.web.test_reports import fields_of

pytestmark = pytest.mark.slow

ROWS = [("产出指标", "受理案件数", "≥100件", "50"), ("满意度指标", "群众满意度", "≥80%", "40")]
JSON = {"Accept": "application/json"}
EDITABLE = {Status.DRAFT, Status.RETURNED, Status.REOPENED}
# By a reviewer's step: from which status to which.
DECISIONS = {
    "approve": (Status.SUBMITTED, Status.APPROVED),
    "return": (Status.SUBMITTED, Status.RETURNED),
    "reopen": (Status.APPROVED, Status.REOPENED),
}
# Figures that meet both targets, so that no reason is ever demanded.
FIGURES = st.sampled_from(["100", "101"])
# Shrinking runs against a database; a failing run is told as it was found.
BOUNDED = settings(
    max_examples=15,
    stateful_step_count=40,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
EDITORS, REVIEWERS, CELLS = (st.sampled_from([0, 1]) for _ in range(3))


@dataclass
class Window:
    """An editor's page: the fields as they stood when it was opened or last answered."""

    fields: dict[str, str] = field(default_factory=dict)


class Together(RuleBasedStateMachine):
    """What the quarter must be, beside what it is."""

    world: ClassVar[SimpleNamespace]

    def __init__(self) -> None:
        super().__init__()
        with self.world.app.app_context():
            session = db.session
            people = tuple(
                session.scalars(select(User).where(User.username == name)).one()
                for name in (self.world.staff[0], self.world.chiefs[0])
            )
            unit = people[0].unit
            plan = make_plan(session, unit, ROWS, status=Status.APPROVED, people=people)
            session.commit()
            self.plan_id, self.keys = plan.id, [row.id for row in plan.indicators]
        self.url = f"/plans/{self.plan_id}/periods/2022-Q1"
        self.values: dict[int, str] = dict.fromkeys(self.keys, "")
        self.versions = dict.fromkeys(self.keys, 0)
        self.status: Status | None = None
        self.approvals = 0
        self.windows = [Window(), Window()]
        self.seen = [0, 0]
        for who in (0, 1):
            self.open_the_page(who)

    # Looking

    @rule(who=EDITORS)
    def open_the_page(self, who: int) -> None:
        fields = fields_of(self.world.editors[who].get(self.url)) if self.is_open else {}
        self.windows[who].fields = fields

    def read_the_quarter(self, who: int) -> None:
        self.world.reviewers[who].get(self.url)
        self.seen[who] = self.stored().version

    # Writing

    @rule(who=EDITORS, at=CELLS, text=FIGURES)
    def leave_a_cell(self, who: int, at: int, text: str) -> None:
        fields, key = self.windows[who].fields, self.keys[at]
        if not fields:
            return
        typed = row_of(fields, key, actual=text)
        if not self.is_open:
            self.refused(
                self.world.editors[who].post(f"{self.url}/draft", typed, status=409, headers=JSON)
            )
            return
        answer = (
            self.world.editors[who].post(f"{self.url}/draft", typed, status=200, headers=JSON).json
        )
        self.status = self.status or Status.DRAFT
        is_touched = text != fields[f"actual-{key}"]
        is_stale = int(fields[f"version-{key}"]) != self.versions[key]
        if not is_touched or text == self.values[key]:
            assert answer["conflicts"] == {}
        elif is_stale:
            assert answer["conflicts"][str(key)]["texts"][f"actual-{key}"] == self.values[key]
        else:
            assert (answer["conflicts"], answer["errors"]) == ({}, {})
            self.accept(key, text)
        for name, (before, after) in answer["moved"].items():
            if fields[name] == before:
                fields[name] = after
                if name == f"was-{key}":
                    # The page knows now that this is what is stored.
                    fields[f"actual-{key}"] = text

    @rule(who=EDITORS, at=CELLS, text=FIGURES)
    def upload_a_sheet(self, who: int, at: int, text: str) -> None:
        """The sheet was compared with what this editor's page showed."""
        fields, key = self.windows[who].fields, self.keys[at]
        if not fields:
            return
        version = int(fields[f"version-{key}"])
        is_taken = self.is_open and (text == self.values[key] or version == self.versions[key])
        refusal = self.store_sheet(who, Entry(indicator_id=key, version=version, value=text))
        assert is_taken == (not refusal), refusal
        if refusal:
            assert refusal.endswith("。")
            return
        self.status = self.status or Status.DRAFT
        if text != self.values[key]:
            self.accept(key, text)

    def store_sheet(self, who: int, entry: Entry) -> str:
        """The sentence with which it was refused; empty where it was stored."""
        with self.world.app.app_context():
            begin_writing(db.session())
            user = db.session.scalars(
                select(User).where(User.username == self.world.staff[who])
            ).one()
            quarter = quarter_to_change(db.session(), user.actor, self.plan_id, "2022-Q1")
            try:
                record_sheet(db.session(), user.actor, quarter, "填报表.xlsx", [entry], [], [])
            except PerfError as refusal:
                return str(refusal)
            db.session.commit()
            return ""

    # Deciding

    @rule(who=EDITORS)
    def submit(self, who: int) -> None:
        fields = self.windows[who].fields
        if not fields:
            return
        before = self.stored()
        wanted = fields | {"action": "submit", "executed-fiscal": "5"}
        page = self.world.editors[who].client.post(self.url, data=wanted)
        if page.status_code == 302:
            assert self.is_open
            assert all(self.values.values())
            assert str(before.version) == fields["version"]
            self.status = Status.SUBMITTED
            self.windows[who].fields = {}
        else:
            assert page.status_code in {409, 422}
            assert 'role="alert"' in page.get_data(as_text=True)
            # Everything that could be saved was saved; nothing was handed in.
            self.status = self.status or Status.DRAFT

    @rule(who=EDITORS)
    def fill_in_and_submit(self, who: int) -> None:
        """Somebody who opens the page, fills in what is blank and hands it in at once."""
        self.open_the_page(who)
        fields = self.windows[who].fields
        blank = [key for key in self.keys if fields and not self.values[key]]
        for key in blank:
            self.leave_a_cell(who, self.keys.index(key), "100")
        self.submit(who)

    @rule(who=EDITORS)
    def withdraw(self, who: int) -> None:
        version = int(self.windows[who].fields.get("version", self.stored().version))
        if self.step(self.world.editors[who], "withdraw", version, Status.SUBMITTED):
            self.status = Status.DRAFT

    @rule(
        who=REVIEWERS,
        action=st.sampled_from(["approve", *DECISIONS]),
        is_fresh=st.sampled_from([True, True, False]),
    )
    def decide(self, who: int, action: str, is_fresh: bool) -> None:
        if is_fresh:
            self.read_the_quarter(who)
        needed, then = DECISIONS[action]
        if self.step(self.world.reviewers[who], action, self.seen[who], needed):
            self.status = then
            self.approvals += action == "approve"

    def step(self, client, action: str, version: int, needed: Status) -> bool:
        """Whether the step was taken, which it is just where it is allowed and up to date."""
        before = self.stored()
        fields = {"version": str(version), "reason": "请核对口径。"}
        answer = client.client.post(f"{self.url}/steps/{action}", data=fields)
        if self.status is needed and version == before.version:
            assert answer.status_code == 302, answer.get_data(as_text=True)
            return True
        assert answer.status_code in {404, 409}, answer.status_code
        return False

    # What holds at any time

    @invariant()
    def what_is_stored_is_what_was_accepted(self) -> None:
        found = self.stored()
        assert found.status is self.status
        assert found.approvals == self.approvals
        for key, text in self.values.items():
            assert found.values.get(key) == (Decimal(text) if text else None)

    @property
    def is_open(self) -> bool:
        return self.status is None or self.status in EDITABLE

    def accept(self, key: int, text: str) -> None:
        self.values[key] = text
        self.versions[key] += 1

    @staticmethod
    def refused(page) -> None:
        assert page.json["message"].endswith("。")

    def stored(self) -> SimpleNamespace:
        with self.world.app.app_context():
            row = db.session.scalar(select(Submission).where(Submission.plan_id == self.plan_id))
            approvals = db.session.scalar(
                select(func.count()).where(
                    LedgerEntry.action == "approve", LedgerEntry.plan_id == self.plan_id
                )
            )
            return SimpleNamespace(
                status=row.status if row else None,
                version=row.version if row else 0,
                values={one.indicator_id: one.value for one in row.actuals} if row else {},
                approvals=approvals,
            )


def test_whatever_they_do_together_is_explained_and_nothing_is_lost(app, browse) -> None:
    with app.app_context():
        make_year(db.session)
        unit = make_unit(db.session)
        staff = [make_user(db.session, Role.STAFF, unit).username for _ in range(2)]
        chiefs = [make_user(db.session, Role.SUPERVISOR, unit).username for _ in range(2)]
        db.session.commit()

    class Here(Together):
        world = SimpleNamespace(
            app=app,
            staff=staff,
            chiefs=chiefs,
            editors=[browse(name) for name in staff],
            reviewers=[browse(name) for name in chiefs],
        )

    with clock.set_to(datetime(2022, 4, 9, 6, 32, tzinfo=UTC)):
        run_state_machine_as_test(Here, settings=BOUNDED)
