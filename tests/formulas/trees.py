"""Formulas for property tests: as text, and worked out by fractions, without the project's code."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import strategies as st

NAMES = ("甲", "乙数", "“丙”费")
numbers = st.decimals(0, 10**6, places=2).map(lambda value: f"{value:f}")
leaves = st.sampled_from(NAMES) | numbers | st.sampled_from(["100%", "5%"])


@st.composite
def _operations(draw, children):
    left, right = draw(children), draw(children)
    sign = draw(st.sampled_from(["+", "-", "−", "×", "*", "/", "÷"]))
    opening, closing = draw(st.sampled_from(["()", "（）"]))
    return f"{opening}{left}{closing} {sign} {opening}{right}{closing}"


def texts():
    """Well-formed formulas of up to a dozen parts, every operand in brackets."""
    return st.recursive(
        leaves, lambda children: _operations(children) | children.map("-({})".format), max_leaves=6
    )


def worked_out(text: str, values: dict[str, Decimal]) -> Fraction:
    """The formula by Python's own grammar over fractions."""
    plain = text.replace("（", "(").replace("）", ")").replace("÷", "/").replace("−", "-")
    plain = plain.replace("×", "*").replace("*", " * ")
    for index, name in enumerate(NAMES):
        plain = plain.replace(name, f"v{index}")
    parts = []
    for token in plain.replace("(", " ( ").replace(")", " ) ").split():
        if token[0].isdigit():
            share = token.endswith("%")
            value = f"F('{token.rstrip('%')}')"
            parts.append(f"({value} / 100)" if share else value)
        else:
            parts.append(token)
    names = {f"v{index}": Fraction(values[name]) for index, name in enumerate(NAMES)}
    return eval(" ".join(parts), {"F": Fraction, **names})
