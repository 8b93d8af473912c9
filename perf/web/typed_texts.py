"""Texts that were posted and could not be taken, shown again with why."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Typed:
    """What was posted and could not be taken, to be shown again with why.

    `texts` is None where nothing is to be put over the stored texts; `is_stale` shows what is
    stored beside what was typed.
    """

    texts: Mapping[str, str] | None = None
    message: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    is_stale: bool = False


@dataclass(frozen=True, slots=True)
class TextField:
    """A textarea: the text in it, what somebody else has stored meanwhile, and what is wrong."""

    name: str
    label: str
    value: str
    hint: str = ""
    error: str = ""
    is_typed: bool = False


def text_field(typed: Typed, name: str, label: str, stored: str, hint: str = "") -> TextField:
    """A textarea with what was typed, else with what is stored."""
    posted = None if typed.texts is None else typed.texts.get(name)
    is_typed = posted is not None and posted.strip() != stored
    if typed.is_stale and is_typed:
        hint = f"现已保存的内容：{stored or '（空白）'}。{hint}"
    return TextField(
        name,
        label,
        stored if posted is None else posted,
        hint,
        typed.errors.get(name, ""),
        is_typed,
    )
