"""What a cell of an uploaded sheet comes to, beside what was downloaded and what is stored now."""

from enum import Enum, auto
from typing import TypeVar

from perf.core.terms import Labelled

T = TypeVar("T")


class CellState(Labelled):
    """What became of one uploaded cell, in the order in which people have to look at them."""

    CONFLICT = "conflict", "冲突"
    INVALID = "invalid", "无效"
    CHANGED = "changed", "改动"
    NEW = "new", "新填"
    SAME = "same", "未变"


class Unknown(Enum):
    """Stands for a value that nobody can tell any more."""

    UNKNOWN = auto()


UNKNOWN = Unknown.UNKNOWN


def state_of(base: T | Unknown, mine: T, stored: T, blank: T) -> CellState:
    """The state of a valid cell: `base` was downloaded, `mine` uploaded, `stored` is there now.

    Only what was changed in the sheet counts, and it is a conflict where somebody else has stored
    another value in the meantime; an unknown base takes every difference for one. `blank` is the
    value of an empty cell.

    90 downloaded, 95 uploaded, 90 stored → 改动; the same with 92 stored → 冲突; with 95 → 未变.
    """
    if mine in (stored, base):
        return CellState.SAME
    if base != stored:
        return CellState.CONFLICT
    return CellState.NEW if stored == blank else CellState.CHANGED
