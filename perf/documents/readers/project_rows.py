"""How rows of the class-column form go on: torn cells, whole names, codes glued to names."""

import re

from perf.core.drafts import DraftIndicator
from perf.documents.readers.tables import Row
from perf.documents.readers.vocabulary import (
    code_and_name,
    code_digits,
    looks_like_amount,
    looks_like_target,
)

PROJECT_CODE_DIGITS = 10
_WHOLE_NAME = re.compile(
    r".{2,}(率|度|数|量|性|费|成本|值|次|里程|面积|时间|时限|效益|环境|情况|水平|能力|工作|任务)"
)
_LONG_CODE = re.compile(r"\d{14,}|\d{6,}[A-Z]\d{4,}")
_UNIT_CODE = re.compile(r"[\[(【]\d{3,9}[\])】]|\d{3,9}\s*[-—_]")


def looks_like_figure(text: str) -> bool:
    """Whether the cell is a code, a sum of money or a figure to reach, and no end of a text."""
    return bool(code_digits(text)) or looks_like_amount(text) or looks_like_target(text)


def is_whole_name(name: str) -> bool:
    """Whether an indicator's name reads as finished (…率, …时间, …情况)."""
    return bool(_WHOLE_NAME.fullmatch(name))


def is_continuation(
    last: DraftIndicator, name: str, target: str, row: Row, is_fragment: bool
) -> bool:
    """Whether the cells belong to the indicator above: torn at a page break, or wrapped."""
    if name and target:
        return not last.target and (row.after_break or is_fragment)
    if name:
        return row.after_break or is_fragment
    if not last.target:
        return True
    if target[0] in "≥≤≧≦><=＞＜":
        return False
    if looks_like_target(last.target) and looks_like_target(target):
        return row.after_break or last.target[-1] in "0123456789.，,≥≤><="
    return True


def placed_again(cells: dict[str, str], ended: frozenset[str]) -> bool:
    """Whether a class goes on that had ended further up, as when a row slid by a whole class."""
    return any(role in ended for role in cells)


def split_glued_code(filled: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """`4107…4802 某经费` in one cell is a code and a name, `105001-某单位` a unit's."""
    if not filled:
        return filled
    column, text = filled[0]
    taken = len(filled) > 1 and filled[1][0] == column + 1
    long_code, unit_code = _LONG_CODE.match(text), _UNIT_CODE.match(text)
    if taken or not (long_code or unit_code):
        return filled
    if long_code:
        code, rest = long_code.group(), text[long_code.end() :].strip()
        if not rest or rest[0].isdigit():
            return filled
    else:
        found, rest = code_and_name(text)
        if found is None:
            return filled
        code = found
    return [(column, code), (column + 1, rest), *filled[1:]]


def rejoin_name(
    filled: list[tuple[int, str]], name: int | None, total: int | None
) -> list[tuple[int, str]]:
    """The row with a project's name in one cell that a space had cut into two.

    The second half then stands where the sum is due, and the sum and all behind it one further.
    """
    cells = dict(filled)
    if name is None or total != name + 1 or code_digits(cells.get(name, "0" * 10)):
        return filled
    behind = cells.get(total, "")
    if not behind or looks_like_amount(behind) or not looks_like_amount(cells.get(total + 1, "")):
        return filled
    return [
        (column - 1 if column > total else column, text + behind if column == name else text)
        for column, text in filled
        if column != total
    ]
