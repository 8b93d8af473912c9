"""What an actor may who stands in for somebody, and how they sign."""

import pytest

from perf.core.errors import Conflict
from perf.core.permissions import DELEGATED, Actor, Permission
from perf.core.terms import Action, Role, Status
from perf.core.workflow import actions_for, next_status

CLERK = Actor(1, "张三", Role.STAFF, 10)
DELEGATE = Actor(1, "张三", Role.STAFF, 10, also=DELEGATED, for_id=2, for_name="李四")


def test_what_is_lent_comes_to_the_own_permissions_and_nothing_else() -> None:
    gained = {one for one in Permission if DELEGATE.may(one) and not CLERK.may(one)}
    assert gained == {Permission.REVIEW, Permission.READ_LEDGER}
    assert all(DELEGATE.may(one) for one in Permission if CLERK.may(one))
    assert not DELEGATE.sees_unit(11)


def test_a_decision_is_signed_for_the_one_who_lent_it() -> None:
    assert DELEGATE.deciding.name == "张三（受李四委托代审）"
    assert CLERK.deciding is CLERK
    long = Actor(1, "长" * 64, Role.STAFF, 10, for_id=2, for_name="名" * 64).deciding.name
    assert len(long) <= 64
    assert long.startswith("长")
    assert "…（受名" in long


@pytest.mark.parametrize("submitter", [DELEGATE.id, DELEGATE.for_id])
def test_nobody_decides_for_the_one_who_submitted(submitter: int) -> None:
    actions = actions_for(Status.SUBMITTED, DELEGATE, submitter)
    assert actions == [Action.WITHDRAW]
    with pytest.raises(Conflict):
        next_status(Status.SUBMITTED, Action.APPROVE, DELEGATE, submitter)
    assert Action.APPROVE in actions_for(Status.SUBMITTED, DELEGATE, 3)
