"""Users, their passwords, and the command that makes one."""

import json

import pytest
from sqlalchemy import select

from perf import clock
from perf.core.errors import Conflict, InvalidInput, NotPermitted
from perf.core.terms import Role
from perf.extensions import db
from perf.models import LedgerEntry, User
from perf.services import accounts
from tests.factories import PASSWORD, PASSWORD_HASH, SYSTEM, make_unit, make_user

pytestmark = pytest.mark.slow


def create(session, **changes) -> User:
    fields = {
        "username": "li.na",
        "display_name": "李娜",
        "role": Role.FINANCE,
        "unit": None,
        "password_hash": PASSWORD_HASH,
        "must_change_password": True,
    }
    return accounts.create_user(session, SYSTEM, **(fields | changes))


def test_a_user_is_made_and_the_ledger_keeps_no_secret(session):
    user = create(session, username=" li.na ")
    assert user.username == "li.na"
    (entry,) = session.scalars(select(LedgerEntry)).all()
    assert entry.action == "create_user"
    assert entry.changes["role"] == [None, "finance"]
    assert not {"password_hash", "session_key"} & set(entry.changes)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"username": "a"}, "username"),
        ({"username": "a b"}, "username"),
        ({"username": "a\x00b"}, "username"),
        ({"username": "x" * 65}, "username"),
        ({"username": "taken"}, "username"),
        ({"display_name": "  "}, "display_name"),
        ({"display_name": "李\x00娜"}, "display_name"),
        ({"display_name": "名" * 65}, "display_name"),
        ({"role": Role.STAFF}, "unit"),
    ],
)
def test_a_user_is_refused_at_the_field_that_is_wrong(session, changes, field):
    make_user(session, Role.ADMIN, username="taken")
    with pytest.raises(InvalidInput) as refused:
        create(session, **changes)
    assert list(refused.value.fields) == [field]
    assert len(session.scalars(select(User)).all()) == 1


def test_a_role_without_a_unit_takes_none_and_an_archived_unit_takes_nobody(session):
    unit = make_unit(session)
    with pytest.raises(InvalidInput):
        create(session, role=Role.AUDITOR, unit=unit)
    unit.archived_at = clock.now()
    session.flush()
    with pytest.raises(InvalidInput, match="单位已停用"):
        create(session, role=Role.STAFF, unit=unit)


def test_another_role_or_unit_ends_the_users_sessions_and_another_name_does_not(session):
    user = make_user(session, Role.STAFF, unit := make_unit(session))
    key = user.session_key
    accounts.update_user(
        session, SYSTEM, user, display_name="新名", role=Role.STAFF, unit=unit, is_archived=False
    )
    assert user.session_key == key
    accounts.update_user(
        session,
        SYSTEM,
        user,
        display_name="新名",
        role=Role.SUPERVISOR,
        unit=unit,
        is_archived=False,
    )
    assert user.session_key != key
    told = [sorted(entry.changes) for entry in session.scalars(select(LedgerEntry))]
    assert told == [["display_name"], ["role"]]


def test_an_administrator_cannot_lock_themselves_out(session):
    user = make_user(session, Role.ADMIN)
    for role, is_archived in [(Role.ADMIN, True), (Role.FINANCE, False)]:
        with pytest.raises(Conflict):
            accounts.update_user(
                session,
                user.actor,
                user,
                display_name="我",
                role=role,
                unit=None,
                is_archived=is_archived,
            )


def test_only_an_administrator_sets_somebody_elses_password(session):
    user, other = make_user(session, Role.AUDITOR), make_user(session, Role.FINANCE)
    with pytest.raises(NotPermitted):
        accounts.set_password(session, user.actor, other, "x", must_change=True)
    key = user.session_key
    accounts.set_password(session, user.actor, user, "hash", must_change=False)
    assert user.session_key != key
    (entry,) = session.scalars(select(LedgerEntry)).all()
    assert entry.changes == {"password": [None, None]}


def test_a_password_is_long_enough_and_a_generated_one_always_is():
    for wrong in ["", "123456789", "x" * 201]:
        with pytest.raises(InvalidInput) as refused:
            accounts.hash_password(wrong)
        assert "password" in refused.value.fields
    generated = {accounts.generate_password() for _ in range(50)}
    assert len(generated) == 50
    assert all(len(one) == 19 and not set(one) & set("01loi") for one in generated)


# The command


@pytest.fixture
def run(app):
    def run(*arguments: str, **environment: str):
        return app.test_cli_runner().invoke(
            args=["perf", "create-user", *arguments], env={"PERF_PASSWORD": None, **environment}
        )

    return run


def test_the_command_prints_a_generated_password_once(app, run):
    done = run("li.na", "--name", "李娜", "--role", "admin")
    assert done.exit_code == 0
    password = done.stdout.strip().rpartition("：")[2]
    with app.app_context():
        user = db.session.scalars(select(User)).one()
        assert accounts.is_password_of(user, password)
        assert user.must_change_password
        (entry,) = db.session.scalars(select(LedgerEntry)).all()
        assert entry.actor_name.startswith("system:")


def test_the_command_takes_the_password_of_the_environment_and_prints_none(app, run):
    done = run("li.na", "--name", "李娜", "--role", "admin", "--json", PERF_PASSWORD=PASSWORD)
    assert json.loads(done.stdout) == {"username": "li.na", "role": "admin", "password": None}
    assert run("li.na", "--name", "李娜", "--role", "admin").exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "code", "reason"),
    [
        (["li.na", "--name", "李娜", "--role", "staff"], 1, "须填写单位"),
        (["li.na", "--name", "李娜", "--role", "staff", "--unit", "无此局"], 1, "无此局"),
        (["l", "--name", "李娜", "--role", "admin"], 1, "2 至 64"),
        (["li.na", "--name", "李娜", "--role", "king"], 2, "king"),
        (["li.na"], 2, "--name"),
    ],
)
def test_the_command_says_on_standard_error_why_it_refuses(app, run, arguments, code, reason):
    done = run(*arguments)
    assert done.exit_code == code
    assert reason in done.stderr
    assert done.stdout == ""
    with app.app_context():
        assert not db.session.scalars(select(User)).all()
