"""`perf seed-demo`: users who can sign in, the 2022 sample, and invented quarters marked as such."""

import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from perf import clock
from perf.core.terms import Action, FundSource, Role, Status
from perf.extensions import db
from perf.models import (
    Indicator,
    LedgerEntry,
    Period,
    Plan,
    Rectification,
    Remark,
    SelfEvaluation,
    Submission,
    Unit,
    User,
)
from perf.queries.packs import pack_of
from perf.services.plan_content import missing_for_submission
from tests import postgres
from tests.conftest import make_app
from tests.pages import Browserless

pytestmark = pytest.mark.slow
PASSWORD = "only for the demo"


def seed(app: Flask, *arguments: str, password: str | None = PASSWORD) -> Any:
    env = {"PERF_DEMO_PASSWORD": password}
    return app.test_cli_runner(env=env).invoke(args=["perf", "seed-demo", *arguments])


@pytest.fixture(scope="module")
def seeded(
    database_kind: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    """The sample with its quarters, loaded once for all tests that only read it."""
    folder = tmp_path_factory.mktemp("demo")
    with ExitStack() as stack:
        if database_kind == "postgres":
            url = stack.enter_context(postgres.fresh_database(template))
        else:
            shutil.copyfile(template, folder / "perf.sqlite3")
            url = f"sqlite:///{folder / 'perf.sqlite3'}"
        app = make_app(url, folder)
        result = seed(app)
        assert result.exit_code == 0, result.output
        yield app
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def browse(seeded: Flask) -> Browserless:
    return Browserless(seeded)


def sign_in(browse: Browserless, username: str, password: str) -> int:
    """The status of a sign-in: 302 where it succeeds."""
    client = browse().client
    answer = client.post("/sign-in", data={"username": username, "password": password})
    if answer.status_code == 302:
        assert client.get("/").status_code in {200, 302}
    return answer.status_code


def test_one_user_a_role_signs_in_with_the_password_from_the_environment(seeded, browse):
    for role in Role:
        assert sign_in(browse, role.value, PASSWORD) == 302
        assert sign_in(browse, role.value, "something else") != 302
    with seeded.app_context():
        users = db.session.scalars(select(User)).all()
        assert sorted(user.username for user in users) == sorted(role.value for role in Role)
        assert not any(user.must_change_password for user in users)


def test_passwords_are_generated_one_a_user_and_printed_once(app):
    result = seed(app, "--empty", password=None)
    printed = dict(re.findall(r"\t(\w+)\t(\S+)", result.stdout))
    assert printed.keys() == {role.value for role in Role}
    assert len(set(printed.values())) == len(Role)
    for username, password in printed.items():
        assert sign_in(Browserless(app), username, password) == 302
    again = seed(app, "--empty", password=None)
    assert again.exit_code == 0
    assert not any(password in again.output for password in printed.values())


def test_the_sample_is_the_bureaus_three_projects_and_its_whole_plan(seeded):
    with seeded.app_context():
        assert db.session.scalars(select(Unit.name)).all() == ["新乡市红旗区信访局"]
        plans = db.session.scalars(select(Plan)).all()
        assert {plan.name: len(plan.indicators) for plan in plans} == {
            "部门整体": 31,
            "信访工作经费": 11,
            "党建经费": 12,
            "特殊疑难信访救助资金": 8,
        }
        assert {plan.name: str(plan.budget_lines[0].initial) for plan in plans} == {
            "部门整体": "2109100.00",
            "信访工作经费": "300000.00",
            "党建经费": "3600.00",
            "特殊疑难信访救助资金": "179200.00",
        }
        for plan in plans:
            assert plan.status is Status.APPROVED
            assert plan.objective
            assert plan.budget_lines[0].source is FundSource.FISCAL
            assert missing_for_submission(plan) == []
            weights = [row.weight for row in plan.indicators if row.weight]
            assert len(weights) == len(plan.indicators)
            assert sum(weights, Decimal(0)) == pack_of(plan).indicator_weight


def test_the_quarters_stand_in_every_state_and_are_marked_as_invented(seeded):
    with seeded.app_context():
        rows = db.session.execute(
            select(Period.code, Submission.status, func.count())
            .join(Period, Period.id == Submission.period_id)
            .group_by(Period.code, Submission.status)
        )
        assert {(code, status): number for code, status, number in rows} == {
            ("2022-Q1", Status.APPROVED): 4,
            ("2022-Q2", Status.APPROVED): 4,
            ("2022-Q3", Status.APPROVED): 1,
            ("2022-Q3", Status.SUBMITTED): 1,
            ("2022-Q3", Status.RETURNED): 1,
            ("2022-Q3", Status.DRAFT): 1,
        }
        submissions = db.session.scalars(select(Submission)).all()
        assert all(row.is_demo for row in submissions)
        assert all(row.actuals for row in submissions)
        assert all(
            row.decided_by_id != row.submitted_by_id
            for row in submissions
            if row.status is Status.APPROVED
        )
        # What waits came in today, so that no reviewer begins years behind.
        (waiting,) = [row for row in submissions if row.status is Status.SUBMITTED]
        assert clock.now() - waiting.submitted_at < timedelta(hours=1)
        remark = db.session.scalars(select(Remark)).one()
        assert db.session.get_one(Indicator, remark.indicator_id).name == "受理信访案件完成率"


def test_what_lagged_is_followed_up_in_every_state(seeded):
    with seeded.app_context():
        rows = db.session.execute(
            select(Rectification.state, func.count()).group_by(Rectification.state)
        )
        counts = {state.value: count for state, count in rows}
        assert counts["closed"] == counts["reported"] == 1
        assert counts["open"] > 1


def test_the_ledger_tells_the_story_in_its_order(seeded):
    with seeded.app_context():
        steps = db.session.execute(
            select(LedgerEntry.action, LedgerEntry.actor_name, func.count())
            .where(LedgerEntry.action.in_([action.value for action in Action]))
            .group_by(LedgerEntry.action, LedgerEntry.actor_name)
        )
        # Four plans, eight quarters of the first half-year and three of the four third quarters.
        assert {(action, name): number for action, name, number in steps} == {
            ("submit", "演示填报人"): 4 + 8 + 3,
            ("approve", "演示审核人"): 4 + 8 + 1,
            ("return", "演示审核人"): 1,
        }
        entries = db.session.scalars(
            select(LedgerEntry).order_by(LedgerEntry.chain, LedgerEntry.seq)
        ).all()
        recorded = [entry for entry in entries if entry.action == "record_actual"]
        assert len(recorded) == 3 * 62
        assert {entry.at.date().isoformat() for entry in recorded} == {
            "2022-04-11",
            "2022-07-11",
            "2022-10-12",
        }
        for chain in {entry.chain for entry in entries}:
            numbers = [entry.seq for entry in entries if entry.chain == chain]
            assert numbers == list(range(1, len(numbers) + 1))


def test_empty_has_the_plans_and_no_results(app):
    assert seed(app, "--empty").exit_code == 0
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Plan)) == 4
        for model in (Submission, SelfEvaluation):
            assert db.session.scalar(select(func.count()).select_from(model)) == 0


@pytest.mark.parametrize("arguments", [[], ["--empty"]])
def test_a_second_run_changes_nothing_and_says_so(seeded, arguments):
    with seeded.app_context():
        before = db.session.scalar(select(func.count()).select_from(LedgerEntry))
    result = seed(seeded, *arguments, password="another password")
    assert (result.exit_code, result.stdout) == (0, "已有数据，没有改动。\n")
    with seeded.app_context():
        assert db.session.scalar(select(func.count()).select_from(LedgerEntry)) == before


def test_the_first_pages_of_every_role_show_the_sample(browse):
    for role in Role:
        page = browse(role.value).get("/plans")
        assert "特殊疑难信访救助资金" in page.text
