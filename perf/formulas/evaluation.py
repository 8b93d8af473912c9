"""What a formula comes to, exactly: nothing is divided before the end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Context, Decimal
from math import gcd

from perf.core.actuals import Quotient
from perf.core.attainment import NOT_APPLICABLE, NotApplicable
from perf.core.errors import InvalidInput
from perf.core.numbers import MAX_INTEGER_DIGITS
from perf.formulas.grammar import Formula, Name, Negated, Node, Number, Operation, nodes, written

_ONE, _HUNDRED = Decimal(1), Decimal(100)
_SCALES = {"%": _HUNDRED, "‰": Decimal(1000)}
# As many digits as the largest formula of the longest numbers can give.
_WHOLE = Context(prec=1600)
_MOST_DIGITS = 60
# A numerator and a denominator that is not 0, or None for 0 over 0: nothing due, nothing done.
Pair = tuple[Decimal, Decimal] | None
Result = Quotient | NotApplicable | None


@dataclass(frozen=True, slots=True)
class Total:
    """A formula's result over units, and the positions (from 0) of units left out of it."""

    result: Result
    left_out: tuple[int, ...]


def evaluate(formula: Formula, values: Mapping[str, Decimal | None], unit: str | None) -> Result:
    """The formula's number in the indicator's unit, by the quantities' values by name.

    None while a quantity is 未填报; 不涉及 for 0 over 0; InvalidInput for anything else over 0 and
    for what no figure can hold. `N%` is N hundredths; where the unit is % (‰) the result counts
    hundredths (thousandths), and a bare factor 100 in a formula without % means 100%, a bare 1000
    without ‰ 1000‰. Source: the
    published formulas (… × 100%). 预算完成数 / 预算数 × 100% with 92.5 and 100 in % → 92.5.
    """
    if any(values.get(name) is None for name in formula.quantities):
        return None
    known = {name: value for name, value in values.items() if value is not None}
    pair = _pair(_as_share(formula.tree, unit), known)
    if pair is None:
        return NOT_APPLICABLE
    numerator, denominator = pair
    numerator = _WHOLE.multiply(numerator, _SCALES.get(unit or "", _ONE))
    if denominator < 0:
        numerator, denominator = numerator.copy_negate(), denominator.copy_negate()
    result = _shortened(Quotient(_WHOLE.plus(numerator), denominator))
    if abs(result.rounded) >= 10**MAX_INTEGER_DIGITS:
        raise InvalidInput("计算结果太大，请核对各项数据的单位。")
    return result


def add_up(
    formula: Formula, many: Sequence[Mapping[str, Decimal | None]], unit: str | None
) -> Total:
    """The formula over many units: each quantity is added over the units, then it is worked out.

    So numerators and denominators are added first, as the rule for ratios has it: where both are
    sums of quantities, as in all the published formulas, adding the quantities adds them. A unit
    with a quantity 未填报 is left out. 1 of 2 and 90 of 100 → 91 of 102.
    """
    left_out = tuple(
        index
        for index, values in enumerate(many)
        if any(values.get(name) is None for name in formula.quantities)
    )
    without = set(left_out)
    taken = [values for index, values in enumerate(many) if index not in without]
    if not taken:
        return Total(None, left_out)
    sums: dict[str, Decimal | None] = {}
    for name in formula.quantities:
        total = Decimal(0)
        for values in taken:
            total = _WHOLE.add(total, values[name] or Decimal(0))
        sums[name] = total
    return Total(evaluate(formula, sums, unit), left_out)


def _as_share(tree: Node, unit: str | None) -> Node:
    """The tree with its bare factor 100 read as 100% where the unit is % and no % says so."""
    if unit is None or unit not in _SCALES:
        return tree
    if any(isinstance(node, Number) and node.share for node in nodes(tree)):
        return tree
    return _with_share(tree, unit) or tree


def _with_share(node: Node, unit: str) -> Node | None:
    """The node with one such factor in each of its terms, None where a term has none."""
    if node == Number(_SCALES[unit]):
        return Number(_SCALES[unit], unit)
    if isinstance(node, Negated):
        inner = _with_share(node.inner, unit)
        return None if inner is None else Negated(inner)
    if not isinstance(node, Operation):
        return None
    left = _with_share(node.left, unit)
    if node.sign in "+-":
        right = _with_share(node.right, unit)
        return None if left is None or right is None else replace(node, left=left, right=right)
    if left is not None:
        return replace(node, left=left)
    right = _with_share(node.right, unit) if node.sign == "×" else None
    return None if right is None else replace(node, right=right)


def _pair(node: Node, values: Mapping[str, Decimal]) -> Pair:
    match node:
        case Number(value, share):
            scale = _SCALES.get(share, _ONE)
            return (_ONE, _ONE) if share and value == scale else (value, scale)
        case Name(name):
            return values[name], _ONE
        case Negated(inner):
            pair = _pair(inner, values)
            return None if pair is None else (pair[0].copy_negate(), pair[1])
        case Operation():
            return _combined(node, _pair(node.left, values), _pair(node.right, values))


def _combined(node: Operation, left: Pair, right: Pair) -> Pair:
    if left is None or right is None:
        return None
    (a, b), (c, d) = left, right
    if node.sign == "×":
        return _WHOLE.multiply(a, c), _WHOLE.multiply(b, d)
    if node.sign == "/":
        if not c:
            if not a:
                return None
            raise InvalidInput(f"“{written(node.right)}”为 0，不能作除数，请核对填报的数据。")
        return _WHOLE.multiply(a, d), _WHOLE.multiply(b, c)
    other = c if node.sign == "+" else c.copy_negate()
    if b == d:
        return _WHOLE.add(a, other), b
    return _WHOLE.add(_WHOLE.multiply(a, d), _WHOLE.multiply(other, b)), _WHOLE.multiply(b, d)


def _shortened(number: Quotient) -> Quotient:
    """The same number; in lowest terms where it is too long to be kept as it came about."""
    if _digits(number) <= _MOST_DIGITS:
        return number
    top, under = number.numerator.as_integer_ratio()
    bottom, over = number.denominator.as_integer_ratio()
    top, bottom = top * over, bottom * under
    common = gcd(top, bottom) or 1
    short = Quotient(Decimal(top // common), Decimal(bottom // common))
    if _digits(short) > _MOST_DIGITS:
        raise InvalidInput("算式的数位太多，无法精确保留，请减少乘除的次数或数据的小数位。")
    return short


def _digits(number: Quotient) -> int:
    return max(len(format(part, "f")) for part in (number.numerator, number.denominator))
