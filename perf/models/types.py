"""Column types: exact numbers as scaled integers, aware times, enumerations by value."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from sqlalchemy import BigInteger, DateTime, Dialect, Enum, String, Text
from sqlalchemy.orm import mapped_column
from sqlalchemy.types import TypeDecorator


class Scaled(TypeDecorator[Decimal]):
    """A Decimal kept as a whole number of 10⁻ᵖˡᵃᶜᵉˢ in a BIGINT, the same on every database.

    A value with more decimals is refused (ValueError), never rounded in silence.
    """

    impl = BigInteger
    cache_ok = True

    def __init__(self, places: int) -> None:
        super().__init__()
        self.places = places

    def process_bind_param(self, value: Any, dialect: Dialect) -> int | None:
        if value is None:
            return None
        if not isinstance(value, Decimal):
            raise TypeError(f"a Decimal is wanted, not {type(value).__name__}")
        scaled = value.scaleb(self.places)
        whole = int(scaled)
        if whole != scaled:
            raise ValueError(f"{value} has more than {self.places} decimals")
        if abs(whole) >= 10**18:
            raise ValueError(f"{value} has more than {18 - self.places} integer digits")
        return whole

    def result_processor(
        self, dialect: Dialect, coltype: object
    ) -> Callable[[Any], Decimal | None]:
        """What reads one value; given whole, because lists read a million of them."""
        places = -self.places

        def read(value: Any) -> Decimal | None:
            return None if value is None else Decimal(value).scaleb(places)

        return read


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored and given back in UTC; a naive one is refused (ValueError)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive time cannot be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Exact(TypeDecorator[Decimal]):
    """A Decimal of any length, kept as its digits: nothing is rounded, and nothing added in SQL."""

    impl = String(80)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        return None if value is None else format(value, "f")

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


def enum_type(enumeration: type[StrEnum], name: str = "") -> Enum:
    """An enumeration stored by its value in a short text column, checked by a constraint.

    `name` is the constraint's, wanted where a table has two columns of one enumeration.
    """
    return Enum(
        enumeration,
        native_enum=False,
        create_constraint=True,
        length=24,
        values_callable=lambda members: [member.value for member in members],
        name=name or enumeration.__name__.lower(),
        validate_strings=True,
    )


Money = Annotated[Decimal, mapped_column(Scaled(2))]
"""元, exact to 分."""
Points = Annotated[Decimal, mapped_column(Scaled(2))]
"""Weights and scores in hundredths."""
Number = Annotated[Decimal, mapped_column(Scaled(6))]
"""A target or an actual in the indicator's own unit, 12 + 6 digits."""
Whole = Annotated[Decimal, mapped_column(Exact)]
"""The numerator or the denominator of a computed number, whole."""
Moment = Annotated[datetime, mapped_column(UtcDateTime)]
Short = Annotated[str, mapped_column(String(64))]
Line = Annotated[str, mapped_column(String(500))]
Long = Annotated[str, mapped_column(Text)]
