"""What a cell of an uploaded sheet comes to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perf.core.sheet_cells import UNKNOWN, CellState, Unknown, state_of


@pytest.mark.parametrize(
    ("base", "mine", "stored", "state"),
    [
        (None, None, None, CellState.SAME),
        (90, 90, 90, CellState.SAME),
        (None, 95, None, CellState.NEW),
        (90, 95, 90, CellState.CHANGED),
        (90, None, 90, CellState.CHANGED),
        (90, 95, 92, CellState.CONFLICT),
        (90, None, 92, CellState.CONFLICT),
        (None, 95, 92, CellState.CONFLICT),
        (90, 95, None, CellState.CONFLICT),
        # Both typed the same, or only the other one typed.
        (90, 95, 95, CellState.SAME),
        (90, 90, 92, CellState.SAME),
        (UNKNOWN, 95, 92, CellState.CONFLICT),
        (UNKNOWN, 95, None, CellState.CONFLICT),
        (UNKNOWN, 92, 92, CellState.SAME),
    ],
)
def test_a_cell_is_judged_by_what_was_downloaded_typed_and_stored(
    base: int | Unknown | None, mine: int | None, stored: int | None, state: CellState
) -> None:
    assert state_of(base, mine, stored, None) is state


VALUES = st.sampled_from([None, 1, 2])


@given(base=VALUES, mine=VALUES, stored=VALUES)
def test_nothing_that_somebody_else_stored_is_ever_overwritten_unasked(
    base: int | None, mine: int | None, stored: int | None
) -> None:
    state = state_of(base, mine, stored, None)
    if state in {CellState.NEW, CellState.CHANGED}:
        assert stored == base != mine
    if state is CellState.SAME:
        assert mine in {stored, base}
    if state is CellState.CONFLICT:
        assert len({base, mine, stored}) > 1
        assert stored not in (base, mine)
