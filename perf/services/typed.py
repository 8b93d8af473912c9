"""Texts as people type them: trimmed, held to their column's length, refused by field."""

import re
from collections.abc import Callable
from datetime import date
from typing import TypeVar

from perf import clock
from perf.core.dates import parse_day
from perf.core.errors import InvalidInput
from perf.core.storable import LINE, LONG

# Control characters, and code points that are none: no page may carry them, PostgreSQL no NUL.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")
_T = TypeVar("_T")


def without_controls(text: str) -> str:
    """The text as a page may show it again: line breaks of one kind, no control characters."""
    return _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def clean_text(text: str) -> str:
    """The text without control characters and outer white space; line breaks stay."""
    return without_controls(text).strip()


class Typed:
    """Reads the fields of one form and gathers what cannot be taken, one sentence a field."""

    def __init__(self) -> None:
        self.errors: dict[str, str] = {}

    def line(
        self, field: str, label: str, text: str, *, limit: int = LINE, required: bool = False
    ) -> str:
        """One line of at most `limit` characters."""
        return self.text(
            field, label, " ".join(clean_text(text).split("\n")), limit=limit, required=required
        )

    def text(
        self, field: str, label: str, text: str, *, limit: int = LONG, required: bool = False
    ) -> str:
        """A text of at most `limit` characters."""
        cleaned = clean_text(text)
        if len(cleaned) > limit:
            self.errors[field] = f"{label}最多 {limit} 字，现有 {len(cleaned)} 字，请精简。"
        elif required and not cleaned:
            self.errors[field] = f"请填写{label}。"
        return cleaned

    def read(self, field: str, read: Callable[[str], _T], text: str) -> _T | None:
        """What `read` makes of the text, or None with its sentence kept where it refuses."""
        try:
            return read(text)
        except InvalidInput as error:
            self.errors[field] = str(error)
            return None

    def demand_clean(self, message: str) -> None:
        """Raise InvalidInput with every field's sentence where there is any."""
        if self.errors:
            raise InvalidInput(message, self.errors)


def document_day(text: str, year: int | None = None) -> date:
    """The day that a document bears: over or today, and not before the year where one is given.

    Raises InvalidInput with the sentence for its field.
    """
    day = parse_day(clean_text(text))
    if day is None:
        raise InvalidInput("请填完整的文件日期，例如 2022-06-30。")
    if day > clock.today():
        raise InvalidInput("文件日期不能晚于今天。")
    if year is not None and day.year < year:
        raise InvalidInput(f"文件日期不能早于 {year} 年。")
    return day
