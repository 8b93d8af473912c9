"""A list's text to typed rows; nothing is guessed, every fault is told at its row."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Generic, TypeVar

from perf.core.dates import parse_day
from perf.core.errors import InvalidInput
from perf.core.findings import Finding
from perf.core.lists.answers import Answers
from perf.core.lists.days import Case
from perf.core.lists.kinds import ListKind, MoneyUnit, note, refuse
from perf.core.lists.payments import Payment
from perf.core.numbers import parse_number
from perf.core.readings import plain_text
from perf.documents.lists.columns import Columns, Role, bare_amount, day_text, find_columns
from perf.documents.lists.texts import ListRow, rows_of
from perf.documents.readers.tables import key

T = TypeVar("T")
_OPEN = frozenset(
    ["", "-", "--", "/", "无", "未", "未办结", "未完成", "未结", "在办", "办理中", "正在办理"]
)
_TOTAL = re.compile("(?:合计|总计|小计|共计|累计)[:]?")
_LABEL = 200
_SHOWN = 30


@dataclass(frozen=True, slots=True)
class Listed(Generic[T]):
    """The rows that could be read, and what there is to say about the others."""

    rows: list[T]
    findings: list[Finding]


class _Wrong(Exception):
    """A cell that cannot be taken; the message says what to do."""


def read_cases(text: str) -> Listed[Case]:
    """Cases with their days of application and completion; a blank completion is not done yet.

    Columns by their heads (申请日期 or 受理日期, 办结日期, 编号), else the first and the second
    column of days. Raises InvalidInput where the text is too long for a list.
    """

    def read(row: ListRow, columns: Columns) -> Case:
        applied = _day(row, columns.places[Role.APPLIED], "申请日期")
        at = columns.places[Role.COMPLETED]
        is_open = plain_text(_cell(row, at)) in _OPEN
        completed = None if is_open else _day(row, at, "办结日期")
        return Case(row.number, applied, completed, _label(row, columns))

    return _read(text, ListKind.DAYS, read)


def read_answers(text: str) -> Listed[Answers]:
    """Options with their counts, or one answer a row. Raises as `read_cases` does."""

    def read(row: ListRow, columns: Columns) -> Answers:
        option = key(_cell(row, columns.places[Role.OPTION])) or "未填"
        if Role.COUNT not in columns.places:
            return Answers(row.number, option, 1)
        count = _number(row, columns.places[Role.COUNT], "份数")
        if count < 0 or count != int(count):
            raise _Wrong("份数应是不小于 0 的整数，请改正。")
        return Answers(row.number, option, int(count))

    return _read(text, ListKind.ANSWERS, read)


def read_payments(text: str, unit: MoneyUnit | None = None) -> Listed[Payment]:
    """Payments in 元; `unit` is that of the amounts where neither head nor cell says it.

    Raises as `read_cases` does.
    """
    units: set[MoneyUnit] = set()

    def read(row: ListRow, columns: Columns) -> Payment:
        on = _day(row, columns.places[Role.ON], "支付日期")
        at = columns.places[Role.AMOUNT]
        amount = _number(row, at, "金额")
        own = re.search("(万)?元?$", plain_text(_cell(row, at)))
        written = own[0] if own else ""
        taken = (MoneyUnit.WAN if "万" in written else MoneyUnit.YUAN) if written else None
        taken = taken or columns.unit or unit
        if taken is None:
            raise _Wrong("没有写明金额的单位，请在上面选择“元”或“万元”。")
        units.add(taken)
        return Payment(row.number, on, amount * taken.yuan, _label(row, columns))

    listed = _read(text, ListKind.PAYMENTS, read)
    if unit is not None and units - {unit}:
        message = f"清单里写的金额单位不是所选的“{unit.label}”，请改正其中之一。"
        listed.findings.append(refuse("unit-differs", message))
    return listed


def _read(text: str, kind: ListKind, read: Callable[[ListRow, Columns], T]) -> Listed[T]:
    columns = find_columns(rows_of(text), kind)
    listed: Listed[T] = Listed([], columns.findings)
    for row in columns.rows:
        if _is_total(row, columns):
            listed.findings.append(note("row-of-total", "合计行没有计入。", row.number))
            continue
        try:
            if columns.width and any(row.cells[columns.width :]):
                raise _Wrong("比表头多出一列，请核对；金额里的千分位逗号请去掉。")
            listed.rows.append(read(row, columns))
        except _Wrong as error:
            listed.findings.append(refuse("row-unread", str(error), row.number))
    return listed


def _is_total(row: ListRow, columns: Columns) -> bool:
    """Whether a row only adds up the others: it says so, and has no day of its own."""
    place = columns.places.get(Role.APPLIED, columns.places.get(Role.ON))
    has_day = place is not None and parse_day(day_text(_cell(row, place))) is not None
    return not has_day and any(_TOTAL.fullmatch(key(cell)) for cell in row.cells)


def _cell(row: ListRow, at: int) -> str:
    return row.cells[at] if at < len(row.cells) else ""


def _label(row: ListRow, columns: Columns) -> str:
    texts = (_cell(row, at) for at in columns.texts)
    return "；".join(filter(None, texts))[:_LABEL]


def _day(row: ListRow, at: int, name: str) -> date:
    cell = _cell(row, at)
    if not cell:
        raise _Wrong(f"缺少{name}。")
    found = parse_day(day_text(cell))
    if found is None:
        raise _Wrong(f"{name}“{cell[:_SHOWN]}”不是完整的日期，请写成 2022-03-01 这样。")
    return found


def _number(row: ListRow, at: int, name: str) -> Decimal:
    cell = _cell(row, at)
    try:
        found = parse_number(bare_amount(cell))
    except InvalidInput as error:
        hint = "退回的金额请写成负数。" if name == "金额" and "(" in plain_text(cell) else error
        raise _Wrong(f"{name}“{cell[:_SHOWN]}”：{hint}") from None
    if found is None:
        raise _Wrong(f"缺少{name}。")
    return found
