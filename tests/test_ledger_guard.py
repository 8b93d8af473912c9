"""The guard over the ledger itself: it sees a change that was flushed before it could be told."""

from typing import Any

import pytest

from perf.services import budgets, ledger
from tests.factories import SYSTEM, make_plan, make_unit, make_year
from tests.ledger_guard import LedgerGuard


@pytest.fixture
def plan(session: Any) -> Any:
    make_year(session)
    return make_plan(session, make_unit(session))


def test_a_change_that_another_rows_entry_flushed_is_noticed(
    session: Any, plan: Any, ledger_guard: LedgerGuard
) -> None:
    first, second = plan.indicators[:2]
    first.name, second.name = "甲", "乙"
    ledger.record_change(session, SYSTEM, "update_indicator", first)
    # The first entry flushed both rows: nothing is left to tell of the second.
    assert ledger.record_change(session, SYSTEM, "update_indicator", second) is None
    session.flush()
    ledger_guard.judge()
    assert ledger_guard.untold == [f"indicator {second.id}: name"]
    ledger_guard.untold.clear()


def test_a_change_that_is_told_or_undone_or_the_tests_own_is_not(
    session: Any, plan: Any, ledger_guard: LedgerGuard
) -> None:
    plan.objective = "由测试写入。"
    session.flush()
    plan.objective = "由系统写入。"
    ledger.record_change(session, SYSTEM, "update_plan", plan)
    session.flush()
    ledger_guard.judge()
    assert ledger_guard.untold == []
    session.commit()
    plan.indicators[0].name = "甲"
    budgets.write_budget(session, SYSTEM, plan, {})
    session.rollback()
    ledger_guard.judge()
    assert ledger_guard.untold == []
