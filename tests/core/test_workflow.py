"""Who may take which step from where, as one table of what must come out."""

import pytest

from perf.core.errors import Conflict, NotPermitted
from perf.core.permissions import PERMISSIONS, Actor, Permission, system_actor
from perf.core.terms import Action, Role, Status
from perf.core.workflow import EDITABLE, STEPS, actions_for, next_status

STAFF = Actor(1, "填报人", Role.STAFF, 10)
SUPERVISOR = Actor(2, "审核人", Role.SUPERVISOR, 10)
READERS = [Actor(3, "财政", Role.FINANCE), Actor(4, "审计", Role.AUDITOR)]


@pytest.mark.parametrize(
    ("status", "by_staff", "by_supervisor"),
    [
        (Status.DRAFT, [Action.SUBMIT], []),
        (Status.RETURNED, [Action.SUBMIT], []),
        (Status.REOPENED, [Action.SUBMIT], []),
        (Status.SUBMITTED, [Action.WITHDRAW], [Action.RETURN, Action.APPROVE]),
        (Status.APPROVED, [], [Action.REOPEN]),
    ],
)
def test_each_role_is_offered_its_own_steps(status, by_staff, by_supervisor):
    assert actions_for(status, STAFF, STAFF.id) == by_staff
    assert actions_for(status, SUPERVISOR, STAFF.id) == by_supervisor
    for reader in READERS:
        assert actions_for(status, reader, STAFF.id) == []


@pytest.mark.parametrize(
    ("status", "action", "actor", "after"),
    [
        (Status.DRAFT, Action.SUBMIT, STAFF, Status.SUBMITTED),
        (Status.SUBMITTED, Action.WITHDRAW, STAFF, Status.DRAFT),
        (Status.SUBMITTED, Action.RETURN, SUPERVISOR, Status.RETURNED),
        (Status.SUBMITTED, Action.APPROVE, SUPERVISOR, Status.APPROVED),
        (Status.APPROVED, Action.REOPEN, SUPERVISOR, Status.REOPENED),
    ],
)
def test_a_step_leads_where_the_table_says(status, action, actor, after):
    assert next_status(status, action, actor, STAFF.id) is after


def test_every_step_that_the_table_lacks_is_refused_with_what_to_do():
    for status in Status:
        for action in Action:
            if (status, action) not in STEPS:
                with pytest.raises(Conflict, match="请刷新页面"):
                    next_status(status, action, system_actor("root"), None)


def test_nobody_decides_what_they_submitted():
    assert actions_for(Status.SUBMITTED, SUPERVISOR, SUPERVISOR.id) == []
    with pytest.raises(Conflict, match="本人提交"):
        next_status(Status.SUBMITTED, Action.APPROVE, SUPERVISOR, SUPERVISOR.id)


def test_a_role_without_the_permission_is_refused():
    with pytest.raises(NotPermitted, match="权限"):
        next_status(Status.SUBMITTED, Action.APPROVE, STAFF, STAFF.id)


def test_what_may_be_edited_is_what_may_be_submitted():
    assert {status for status, action in STEPS if action is Action.SUBMIT} == EDITABLE


def test_units_see_their_own_rows_and_whoever_reads_all_sees_all():
    assert STAFF.sees_unit(10)
    assert not STAFF.sees_unit(11)
    assert not STAFF.sees_unit(None)
    assert all(reader.sees_unit(11) and reader.sees_unit(None) for reader in READERS)


def test_the_system_may_everything_and_sees_everything():
    system = system_actor("root")
    assert system.name == "system:root"
    assert all(system.may(permission) for permission in Permission)
    assert system.sees_unit(7)


def test_an_auditor_may_only_read():
    reading = {
        Permission.READ,
        Permission.EXPORT,
        Permission.READ_ALL_UNITS,
        Permission.READ_LEDGER,
    }
    assert PERMISSIONS[Role.AUDITOR] == reading
    assert set(PERMISSIONS) == set(Role)
