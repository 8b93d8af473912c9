"""What an answer is made of: every field always there, missing is null, numbers are exact texts."""

from collections.abc import Callable
from typing import Any, TypeVar

from marshmallow import Schema, fields, validate

from perf.core.terms import Labelled

S = TypeVar("S", bound=Schema)
NUMBER = r"^-?\d+(\.\d+)?$"


def text(description: str, *, null: bool = False) -> fields.String:
    """A text."""
    return fields.String(**_always(description, null=null))


def number(description: str, *, null: bool = False) -> fields.String:
    """An exact number as text, in its shortest notation (`"7.5"`); never a float."""
    return fields.String(**_always(description, null=null, pattern=NUMBER, example="7.5"))


def day(description: str, *, null: bool = False) -> fields.String:
    """A day (`2022-12-31`)."""
    return fields.String(**_always(description, null=null, format="date"))


def moment(description: str, *, null: bool = False) -> fields.String:
    """A moment in UTC (`2023-01-12T08:30:00+00:00`)."""
    return fields.String(**_always(description, null=null, format="date-time"))


def link(description: str, *, null: bool = False) -> fields.String:
    """An address on this server, beginning with `/`."""
    return fields.String(**_always(description, null=null))


def whole(description: str, *, null: bool = False) -> fields.Integer:
    """A whole number: an id, a year, a count."""
    return fields.Integer(**_always(description, null=null))


def yes_or_no(description: str, *, null: bool = False) -> fields.Boolean:
    """True or false."""
    return fields.Boolean(**_always(description, null=null))


def code(kinds: type[Labelled], description: str, *, null: bool = False) -> fields.String:
    """One of an enumeration's values; the description says what each means."""
    meanings = "、".join(f"{one.value} {one.label}" for one in kinds)
    return fields.String(
        validate=validate.OneOf([one.value for one in kinds]),
        **_always(f"{description}：{meanings}", null=null),
    )


def one(schema: type[Schema], description: str, *, null: bool = False) -> fields.Nested:
    """An object."""
    return fields.Nested(schema, **_always(description, null=null))


def many(kind: type[Schema] | fields.Field[Any], description: str) -> fields.List:
    """A list, empty where there is nothing."""
    inner = kind if isinstance(kind, fields.Field) else fields.Nested(kind)
    return fields.List(inner, **_always(description))


def texts(description: str) -> fields.List:
    """A list of texts."""
    return fields.List(fields.String(), **_always(description))


def _always(description: str, *, null: bool = False, **more: str) -> dict[str, Any]:
    return {
        "required": True,
        "allow_none": null,
        "metadata": {"description": description, **more},
    }


def titled(title: str) -> Callable[[type[S]], type[S]]:
    """Give a schema the Chinese title by which the description calls it."""

    def mark(schema: type[S]) -> type[S]:
        schema.Meta = type("Meta", (schema.Meta,), {"title": title})  # type: ignore[assignment, misc]
        return schema

    return mark
