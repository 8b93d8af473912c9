"""The grammar of formulas: named quantities, numbers, + - × ÷ and %, in Chinese or plain signs."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import cast

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from perf.core.errors import InvalidInput
from perf.core.numbers import format_number, parse_number
from perf.formulas.spelling import Spelled, spelled

MAX_LENGTH = 300
MAX_NODES = 40
MAX_DEPTH = 12
_HINT = "请写成“实际完成数 / 计划数 × 100%”这样的形式。"
_LEFT_SIDE = re.compile("([^=]{0,60})=(?!=)")
_BRACKETED = re.compile(r"\([^()]*\)")
# Since nothing is multiplied without a sign, what stands in brackets right behind a name, or right
# before one, belongs to it (预算数（调整后）, （调整）预算数), unless it is itself worked out.
_MARKS = '“”"‘’《》、'
_TAIL = rf"[\w{_MARKS}]"
_NAME = (
    rf"(?:\([^\W\d]\w*\)(?={_TAIL}))?[0-9{_MARKS}]*[^\W\d]"
    rf"(?:{_TAIL}|\((?:{_TAIL}|[%‰.,:])+\))*"
)
_GRAMMAR = rf"""
?start: sum
?sum: product | sum "+" product -> add | sum "-" product -> subtract
?product: factor | product "×" factor -> times | product "/" factor -> over
?factor: atom | "-" factor -> negate
?atom: NUMBER -> number | NUMBER SHARE -> share | NAME -> name | "(" sum ")"
SHARE: "%" | "‰"
NAME.2: /{_NAME}/
NUMBER: /[0-9]{{1,3}}(,[0-9]{{3}})+(\.[0-9]+)?|[0-9]+(\.[0-9]+)?/
"""


@dataclass(frozen=True, slots=True)
class Number:
    """A number that stands in the formula; `share` is the % or ‰ that follows it, if any."""

    value: Decimal
    share: str = ""


@dataclass(frozen=True, slots=True)
class Name:
    """A quantity by its name."""

    name: str


@dataclass(frozen=True, slots=True)
class Negated:
    """The opposite of what it holds."""

    inner: "Node"


@dataclass(frozen=True, slots=True)
class Operation:
    """`sign` is one of + - × /."""

    sign: str
    left: "Node"
    right: "Node"


Node = Number | Name | Negated | Operation


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula as typed and as a tree; `name` is what stood before its =, empty where nothing did.

    `quantities` are the names in the order in which they first appear.
    """

    text: str
    name: str
    tree: Node

    @property
    def quantities(self) -> tuple[str, ...]:
        """Each name once."""
        return tuple(
            dict.fromkeys(node.name for node in nodes(self.tree) if isinstance(node, Name))
        )

    @property
    def printed(self) -> str:
        """The formula in one spelling, whatever signs it was typed with (`完成数 / 预算数`)."""
        return written(self.tree)


def parse_formula(text: str) -> Formula:
    """The formula of a text such as `预算执行率=（预算完成数÷预算数）×100%`.

    Full-width signs, ÷ * and · are read as well; a name before = is taken off. Names are of
    Chinese characters, letters, digits, quotation marks and 、; brackets right at a name are part
    of it (预算数（调整后）) where no sign of arithmetic stands in them. Raises InvalidInput, saying
    about where in the text as typed and what to do, for what is no formula and for one of more
    than 300 characters (also as printed), 40 parts or 12 levels.
    """
    if len(text) > MAX_LENGTH:
        raise InvalidInput(
            f"公式最多 {MAX_LENGTH} 个字，现有 {len(text)} 个，请精简或拆成几个指标。"
        )
    return _parsed(text)


@lru_cache(maxsize=1024)
def _parsed(text: str) -> Formula:
    name, body = _halves(spelled(text.rstrip().rstrip("。；;")))
    if not body.text:
        raise InvalidInput(f"公式是空的。{_HINT}")
    try:
        tree = cast("Node", _PARSER.parse(body.text))
    except UnexpectedInput as error:
        raise InvalidInput(_told(error, body)) from None
    if len(list(nodes(tree))) > MAX_NODES:
        raise InvalidInput(f"公式最多 {MAX_NODES} 项，请精简或拆成几个指标。")
    if _depth(tree) > MAX_DEPTH:
        raise InvalidInput(f"公式的括号最多嵌套 {MAX_DEPTH} 层，请精简。")
    printed = written(tree)
    if len(printed) > MAX_LENGTH:
        # It is kept as printed, and what is kept has to be read again.
        raise InvalidInput(
            f"公式加上空格共 {len(printed)} 个字，最多 {MAX_LENGTH} 个，请精简或拆成几个指标。"
        )
    return Formula(text, name, tree)


def _halves(whole: Spelled) -> tuple[str, Spelled]:
    """The name before the first =, and the formula; what is itself worked out is no name."""
    left = _LEFT_SIDE.match(whole.text)
    if left is None or re.search("[+×/]", _BRACKETED.sub("", left[1])):
        return "", whole
    return left[1], whole.after(left.end())


def nodes(node: Node) -> Iterator[Node]:
    """The node and everything below it, from left to right."""
    waiting = [node]
    while waiting:
        here = waiting.pop()
        yield here
        if isinstance(here, Negated):
            waiting.append(here.inner)
        elif isinstance(here, Operation):
            waiting += [here.right, here.left]


def written(node: Node) -> str:
    """A tree as text, with brackets only where they are needed to read it back the same."""
    match node:
        case Number(value, share):
            return f"{format_number(value)}{share}"
        case Name(name):
            return name
        case Negated(inner):
            return f"-{_bracketed(inner, isinstance(inner, Operation | Negated))}"
        case Operation(sign, left, right):
            is_product = sign in "×/"
            is_loose = isinstance(left, Operation) and left.sign in "+-" and is_product
            is_tight = isinstance(right, Operation) and (is_product or right.sign in "+-")
            return (
                f"{_bracketed(left, is_loose)} {sign} "
                f"{_bracketed(right, is_tight or isinstance(right, Negated))}"
            )


def _bracketed(node: Node, is_needed: bool) -> str:
    return f"({written(node)})" if is_needed else written(node)


def _depth(node: Node) -> int:
    """The levels of a tree; chains of one sign from left to right count as one."""
    deepest, waiting = 0, [(node, 1)]
    while waiting:
        here, level = waiting.pop()
        deepest = max(deepest, level)
        if isinstance(here, Negated):
            waiting.append((here.inner, level + 1))
        elif isinstance(here, Operation):
            waiting += [(here.left, level), (here.right, level + 1)]
    return deepest


def _told(error: UnexpectedInput, body: Spelled) -> str:
    """What is wrong with a text, with about where in it as it was typed."""
    if isinstance(error, UnexpectedToken) and error.token.type == "$END":
        return f"公式没有写完，请检查末尾和括号。{_HINT}"
    at = cast("int", error.pos_in_stream)
    where = f"公式第 {body.places[at] + 1} 个字附近"
    if isinstance(error, UnexpectedCharacters):
        return f"{where}不认识“{body.text[at]}”，请改成名称、数字或 + - × ÷ % 括号。{_HINT}"
    return f"{where}看不懂“{body.text[at]}”，请检查运算符号和括号。{_HINT}"


@v_args(inline=True)
class _Tree(Transformer[Token, Node]):
    def number(self, token: Token) -> Node:
        return Number(_value(token))

    def share(self, token: Token, share: Token) -> Node:
        return Number(_value(token), str(share))

    def name(self, token: Token) -> Node:
        # Brackets of a name are full width, so that nobody takes them for those of the formula.
        return Name(token.replace("(", "（").replace(")", "）"))

    def negate(self, inner: Node) -> Node:
        return Negated(inner)

    def add(self, left: Node, right: Node) -> Node:
        return Operation("+", left, right)

    def subtract(self, left: Node, right: Node) -> Node:
        return Operation("-", left, right)

    def times(self, left: Node, right: Node) -> Node:
        return Operation("×", left, right)

    def over(self, left: Node, right: Node) -> Node:
        return Operation("/", left, right)


def _value(token: Token) -> Decimal:
    try:
        # The grammar only hands over digits, for which the reader of numbers has no None.
        return cast("Decimal", parse_number(str(token)))
    except InvalidInput as refused:
        raise InvalidInput(f"公式里的数有误：{refused}") from None


_PARSER = Lark(_GRAMMAR, parser="lalr", transformer=_Tree())
