"""Lists in pages of fifty rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, func
from sqlalchemy.orm import Session

PAGE_SIZE = 50
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """One page of a list: its rows, its number and how many there are, both from 1."""

    rows: Sequence[Row]
    number: int
    pages: int
    total: int


def page_of(session: Session, query: Select[Row], number: int) -> Page[Row]:
    """The page of this number, or the nearest there is; one query to count and one for the rows.

    The query says its order itself, ending with a unique column.
    """
    total, number, pages = count_pages(session, query, number)
    rows = session.scalars(query.limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)).unique().all()
    return Page(rows, number, pages, total)


def count_pages(session: Session, query: Select[Any], number: int) -> tuple[int, int, int]:
    """How many rows, the page's number brought into range, and how many pages."""
    counted = query.with_only_columns(func.count(), maintain_column_froms=True).order_by(None)
    total = session.scalar(counted) or 0
    pages = max(1, -(-total // PAGE_SIZE))
    return total, min(max(1, number), pages), pages


def contains(text: str) -> str:
    """A LIKE pattern that finds the text anywhere; its escape sign is the backslash."""
    plain = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{plain}%"
