"""Formulas as 指标值说明 publish them."""

import re
import unicodedata

from perf.core.errors import InvalidInput
from perf.formulas.grammar import MAX_LENGTH, Operation, parse_formula

_EQUATION = re.compile(r"([^\s=。;,:]{2,40})=([^=。;\n]{3,300})")
_LONGEST_NOTE = 4000


def formula_in_note(name: str, note: str | None) -> str | None:
    """The formula that an explanation gives for the indicator of this name, in one spelling.

    None where there is none, or only one of another indicator: what was copied from elsewhere is
    not this one's formula. `部门绩效监控完成率=已完成数/总数*100%` under 绩效监控完成率 →
    `已完成数 / 总数 × 100%`, under 绩效目标编制完成率 → None.
    """
    wanted = _plain(name)
    if len(wanted) < 2:
        return None
    for left, right in _EQUATION.findall(_normal(note or "")[:_LONGEST_NOTE]):
        if not _is_about(wanted, left):
            continue
        # What is said after the formula within the same sentence is no part of it.
        for text in (right, re.split("[,:]", right)[0]):
            try:
                formula = parse_formula(text[:MAX_LENGTH])
            except InvalidInput:
                continue
            if formula.quantities and isinstance(formula.tree, Operation):
                return formula.printed
    return None


def _is_about(name: str, left: str) -> bool:
    plain = _plain(left)
    return plain.endswith(name) or (len(plain) > 3 and name.endswith(plain))


def _normal(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _plain(text: str) -> str:
    return "".join(_normal(text).split())
