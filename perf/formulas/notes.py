"""Formulas as 指标值说明 publish them."""

import re
from collections.abc import Iterator

from perf.core.errors import InvalidInput
from perf.formulas.grammar import MAX_LENGTH, Operation, parse_formula
from perf.formulas.spelling import spelled

# What follows = is only looked at, since it may hold the name before the next one.
_EQUATION = re.compile("([^=。;,:\n]{2,60})\n?=(?=([^=。;]{3,300}))")
_UNIT = re.compile(r"\([^()]*\)$")
_QUOTES = re.compile('[“”"‘’]')
_LONGEST_NOTE = 4000


def formula_in_note(name: str, note: str | None) -> str | None:
    """The formula that an explanation gives for the indicator of this name, in one spelling.

    None where there is none, or only one of another indicator: what was copied from elsewhere is
    not this one's formula. `部门绩效监控完成率=已完成数/总数*100%` under 绩效监控完成率 →
    `已完成数 / 总数 × 100%`, under 绩效目标编制完成率 → None.
    """
    wanted = _plain(spelled(name).text)
    if len(wanted) < 2:
        return None
    text = spelled((note or "")[:_LONGEST_NOTE], keep_lines=True).text
    for left, right in _EQUATION.findall(text):
        if _is_about(wanted, _plain(_UNIT.sub("", left))):
            found = next(_readable(right), None)
            if found is not None:
                return found
    return None


def _readable(right: str) -> Iterator[str]:
    """What follows = as a formula: whole, or without what is said after it in the same sentence."""
    first_line = right.split("\n", maxsplit=1)[0]
    joined = right.replace("\n", "")
    shares = [match.end() for match in re.finditer("[%‰]", joined)]
    for text in (
        right if first_line == right else "",
        joined[: shares[-1]] if shares else "",
        first_line,
        re.split("[,:]", first_line)[0],
        joined[: shares[0]] if shares else "",
        joined,
    ):
        try:
            formula = parse_formula(text[:MAX_LENGTH])
        except InvalidInput:
            continue
        if formula.quantities and isinstance(formula.tree, Operation):
            yield formula.printed


def _is_about(name: str, left: str) -> bool:
    return left.endswith(name) or (len(left) > 3 and name.endswith(left))


def _plain(text: str) -> str:
    return _QUOTES.sub("", text)
