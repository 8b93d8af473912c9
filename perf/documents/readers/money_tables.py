"""The money tables beside the target forms: 项目支出预算表 and the 收支 tables."""

import re
from dataclasses import dataclass, field
from decimal import Decimal

from perf.documents.readers.tables import Row, close_up, key
from perf.documents.readers.vocabulary import amount, code_digits, looks_like_amount, money_unit

_CATEGORY = re.compile(r".{1,10}类")
_INCOME = ("收入总计", "收入合计")
_SPENDING = ("支出总计", "支出合计")


@dataclass(frozen=True, slots=True)
class SpendingRow:
    """One project of 项目支出预算表; `total` in 元."""

    name: str
    category: str | None
    unit: str | None
    total: Decimal | None
    line: int


@dataclass(slots=True)
class Spending:
    """What 项目支出预算表 says: its projects, and (code, name) of the units in it."""

    projects: list[SpendingRow] = field(default_factory=list)
    units: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Balance:
    """The grand totals at the foot of one 收支 table, as printed and in 元."""

    title: str
    income: tuple[str, Decimal]
    spending: tuple[str, Decimal]
    line: int


def read_spending(rows: list[Row], before: list[str]) -> Spending:
    """The projects of 项目支出预算表 by its headings; a blank 类型 takes the one above."""
    spending = Spending()
    columns: dict[str, int] = {}
    unit = next((each for line in before if (each := money_unit(line))), None)
    category: str | None = None
    for row in rows:
        heads = _heads(row)
        if "name" in heads:
            columns = heads
            unit = next((each for _, text in row.filled() if (each := money_unit(text))), unit)
            continue
        if not columns:
            continue
        cells = dict(row.filled())
        code = next((code_digits(text) for _, text in row.filled() if code_digits(text)), None)
        at = next((column for column, text in row.filled() if code_digits(text)), None)
        if code is not None and at is not None and len(code) < 10:
            spending.units.append((code, close_up(cells.get(at + 1, ""))))
            continue
        texts = [text for _, text in row.filled() if not looks_like_amount(text)]
        kind = next((close_up(text) for text in texts[:1] if _is_category(text)), None)
        category = kind or category
        names = texts[1:] if kind else texts
        if not names or key(names[0]) in {"合计", "总计", "小计"}:
            continue
        figures = [text for _, text in row.filled() if looks_like_amount(text)]
        if not figures:
            continue
        spending.projects.append(
            SpendingRow(
                close_up(names[0]),
                category if "category" in columns else None,
                close_up(names[1]) if len(names) > 1 else None,
                amount(figures[0], unit or "万元"),
                row.line,
            )
        )
    return spending


def _is_category(text: str) -> bool:
    return bool(_CATEGORY.fullmatch(key(text)))


def _heads(row: Row) -> dict[str, int]:
    heads: dict[str, int] = {}
    for column, text in row.filled():
        plain = key(text)
        if plain in {"类型", "项目类别", "项目类型"}:
            heads["category"] = column
        elif plain == "项目名称":
            heads["name"] = column
        elif plain in {"项目单位", "单位名称", "预算单位"}:
            heads["unit"] = column
    return heads


def is_spending_header(row: Row) -> bool:
    """Whether the row heads 项目支出预算表: 项目名称 beside 类型 or 项目单位, in two cells."""
    heads = _heads(row)
    return "name" in heads and len(heads) > 1


def read_balance(rows: list[Row], title: str, before: list[str]) -> Balance | None:
    """The grand totals of a 收支 table (收入总计 and 支出总计, else 收入合计 and 支出合计)."""
    unit = next((each for line in before if (each := money_unit(line))), "万元")
    found: dict[str, tuple[str, Decimal, int]] = {}
    for row in rows:
        label = ""
        for _, text in row.filled():
            plain = key(text).rstrip(":")
            if plain in {*_INCOME, *_SPENDING}:
                label = plain
            elif label and label not in found and looks_like_amount(text):
                money = amount(text, unit)
                if money is not None:
                    found[label] = (text, money, row.line)
                label = ""
    for income, spent in zip(_INCOME, _SPENDING, strict=True):
        if income in found and spent in found:
            first, second = found[income], found[spent]
            return Balance(title, first[:2], second[:2], first[2])
    return None
