"""What a cell of a level-in-rows grid looks like, and rows that slid sideways as a whole."""

import re
from collections.abc import Callable

from perf.documents.readers.tables import key
from perf.documents.readers.vocabulary import (
    CLASSES,
    LEVEL2_CLASS,
    PROJECT_LEVEL2,
    code_digits,
    looks_like_amount,
    looks_like_target,
)

# The heading that stands beside all rows of a grid.
BLOCKS = frozenset({"绩效指标", "年度绩效指标"})
_SLIDES = tuple(sign * distance for distance in range(1, 7) for sign in (-1, 1))
_STEP = 0.4
_NO_COLUMN = 3.0
_SIGN = re.compile(r"[<>=≥≤≧≦⩾⩽]=?|(大于|小于)?等于|大于|小于|定性|文字描述")


def straighten(
    filled: list[tuple[int, str]], columns: dict[int, str]
) -> tuple[dict[str, str], int]:
    """The cells by role, and by how many columns the row had slid as a whole.

    Rows whose merged cells in front were lost begin further left; the smallest move under which
    every cell looks at home is taken. A cell under no heading is dropped.
    """
    best, least = 0, 0.0 if _stands(filled, columns) else _cost(filled, columns, 0)
    for slide in _SLIDES:
        # No slide this far, nor any further, can be better.
        if _STEP * abs(slide) >= least:
            break
        cost = _cost(filled, columns, slide)
        if cost < least:
            best, least = slide, cost
    cells: dict[str, str] = {}
    for column, text in filled:
        role = columns.get(column + best)
        if role is not None:
            cells.setdefault(role, text)
    return cells, best


def _stands(filled: list[tuple[int, str]], columns: dict[int, str]) -> bool:
    """Whether the row is beyond doubt: a name, a number as its weight, every cell headed.

    What was reached looks like a target; there a row is, that begins with its name.
    """
    cells = {columns.get(column, ""): text for column, text in filled}
    if "progress" in columns.values() and "" not in cells and next(iter(cells), "") == "name":
        return _name(cells["name"]) == 0
    return (
        "" not in cells
        and "name" in cells
        and _number(cells.get("weight") or cells.get("share") or "") == 0
        and _words(cells.get("note", "")) < 1
    )


def _cost(filled: list[tuple[int, str]], columns: dict[int, str], slide: int) -> float:
    cost = _STEP * abs(slide)
    for column, text in filled:
        role = columns.get(column + slide)
        cost += _NO_COLUMN if role is None else MISFITS[role](text)
    return cost


def _block(text: str) -> float:
    return 0.0 if key(text) in BLOCKS else _NO_COLUMN


def _is_level(text: str) -> bool:
    plain = key(text)
    return plain in CLASSES or plain in PROJECT_LEVEL2 or plain in LEVEL2_CLASS


def _level1(text: str) -> float:
    plain = key(text)
    if plain in CLASSES or plain + "指标" in CLASSES or "满意度指标" in plain:
        return 0.0
    return 4.0 if looks_like_target(text) or len(text) > 20 else 1.5


def _level2(text: str) -> float:
    # Many forms print 社会效益 for 社会效益指标.
    if _is_level(text) or _is_level(text + "指标"):
        return 0.0
    return 4.0 if looks_like_target(text) or len(text) > 20 else 1.5


def _name(text: str) -> float:
    if looks_like_amount(text):
        return 4.0
    if _is_level(text):
        return 1.0
    return 2.0 if looks_like_target(text) else 0.0


def _sign(text: str) -> float:
    return 0.0 if _SIGN.fullmatch(key(text)) else 4.0


def _target(text: str) -> float:
    if _is_level(text) or _SIGN.fullmatch(key(text)):
        return 4.0
    return 0.0 if looks_like_target(text) else (0.3 if len(text) <= 12 else 1.0)


def _measure(text: str) -> float:
    return 3.0 if looks_like_amount(text) or len(text) > 10 else 0.2


def _number(text: str) -> float:
    return 0.0 if looks_like_amount(text.removesuffix("%").removesuffix("分")) else 4.0


def _words(text: str) -> float:
    return 3.0 if _is_level(text) or looks_like_amount(text) or _SIGN.fullmatch(key(text)) else 0.3


def _other(text: str) -> float:
    return 2.0 if _is_level(text) or looks_like_target(text) else 0.2


def _progress(text: str) -> float:
    return 2.0 if _is_level(text) else 0.2


def _project(text: str) -> float:
    return 4.0 if _is_level(text) or looks_like_amount(text) else 0.2


def _money(text: str) -> float:
    return 0.0 if looks_like_amount(text) else 5.0


def _code(text: str) -> float:
    return 0.0 if code_digits(text) else 4.0


def _objective(text: str) -> float:
    return 4.0 if _is_level(text) or looks_like_amount(text) else (0.0 if len(text) > 8 else 0.5)


MISFITS: dict[str, Callable[[str], float]] = {
    "level1": _level1,
    "level2": _level2,
    "name": _name,
    "block": _block,
    "sign": _sign,
    "initial": _target,
    "target": _target,
    "measure": _measure,
    "weight": _number,
    "share": _number,
    "note": _words,
    "kind": _other,
    "progress": _progress,
    "project": _project,
    "unit": _project,
    "total": _money,
    "objective": _objective,
    "code": _code,
}
