"""The declarative base, its naming convention and the columns that rows share."""

from enum import StrEnum
from typing import ClassVar

from sqlalchemy import ForeignKey, MetaData
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    declared_attr,
    mapped_column,
)

from perf.core import terms
from perf.models.types import enum_type

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The base of all models, free of Flask."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar = {
        member: enum_type(member)
        for member in vars(terms).values()
        if isinstance(member, type) and issubclass(member, StrEnum) and member is not terms.Labelled
    }

    id: Mapped[int] = mapped_column(primary_key=True)


class OwnedByUnit:
    """A row that a unit owns: `unit_id` stands first in its composite indexes and unique keys."""

    @declared_attr
    def unit_id(cls) -> Mapped[int]:
        return mapped_column(ForeignKey("unit.id"))
