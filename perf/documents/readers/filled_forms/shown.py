"""What a spreadsheet shows of a value under its number format."""

import re
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache

from perf.core.numbers import format_number, round_half_up
from perf.documents.readers.filled_forms.grid import EMPTY, FormCell

# Spreadsheets keep and show no more digits of a number.
_AS_KEPT = Context(prec=15, rounding=ROUND_HALF_UP)
_LITERAL = re.compile(r'"([^"]*)"|[\\!](.)|_.|\*.|\[[^\]]*\]')
_PLACES = re.compile(r"[0#?](?:[0#?,]*[0#?])?(?:\.([0#?]*))?(,*)")


def shown_cell(value: object, number_format: str) -> FormCell:
    """A cell's value as text, and the exact number behind it.

    0.9 under `0%` → `90%` and 0.9; 9.5 under `0.00` → `9.50`; 50 under `0"件"` → `50件`; a day →
    `2022-12-31`. Nothing is rounded but what the format rounds.
    """
    if value is None:
        return EMPTY
    if isinstance(value, str):
        return FormCell(value) if value.strip() else EMPTY
    if isinstance(value, bool):
        return FormCell("是" if value else "否")
    if isinstance(value, int | float):
        return _shown_number(value, number_format)
    if isinstance(value, datetime):
        return FormCell(str(value.date() if value.time() == time() else value))
    if isinstance(value, date):
        return FormCell(value.isoformat())
    text = str(value)
    return FormCell(text) if text.strip() else EMPTY


@lru_cache(maxsize=1024, typed=True)
def _shown_number(value: float, number_format: str) -> FormCell:
    number = Decimal(repr(value))
    if not number.is_finite():
        return FormCell(str(value))
    number = _AS_KEPT.plus(number)
    section = number_format.partition(";")[0]
    literals: list[str] = []

    def keep(match: re.Match[str]) -> str:
        literals.append(match[1] or match[2] or "")
        return "\0"

    pattern = _LITERAL.sub(keep, section)
    places = _PLACES.search(pattern)
    if places is None or re.search("[Ee][+-]", pattern):
        return FormCell(format_number(number), number)
    percents = pattern.count("%")
    scaled = number.scaleb(2 * percents - 3 * len(places[2]))
    fraction = places[1] or ""
    rounded = round_half_up(scaled, places=len(fraction))
    text = format(rounded, "f")
    optional = len(fraction) - len(fraction.rstrip("#"))
    if optional:
        least = len(text) - optional
        while len(text) > least and text.endswith("0"):
            text = text[:-1]
        text = text.rstrip(".")
    words = iter(literals)

    def put_back(part: str) -> str:
        return re.sub("\0", lambda _: next(words), part)

    before, after = put_back(pattern[: places.start()]), put_back(pattern[places.end() :])
    return FormCell(f"{before}{text}{after}".strip(), number)
