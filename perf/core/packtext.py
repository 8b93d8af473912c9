"""Writes a rule pack as the TOML text that `parse_pack` reads back to the same pack."""

import dataclasses
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from perf.core.numbers import format_number
from perf.core.rulepack import (
    CHECKED,
    DECISION,
    MONITORING,
    REVISION,
    CapBand,
    ExecutionStep,
    Rule,
    RulePack,
    WeightClass,
)

# What stands where a document says nothing; a file need not repeat it.
_OWN = {
    "checked": CHECKED,
    "revision": REVISION,
    "decision": DECISION,
    "monitoring": MONITORING,
}
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def write_pack(pack: RulePack) -> str:
    """The pack as a TOML text: its own keys, then one table a rule in the order of the type.

    `parse_pack(write_pack(pack), …) == pack`; what is not set, or is our own default, is left out.
    """
    own = {key: getattr(pack, key) for key in ("id", "version", "name", "document", "plan_kind")}
    blocks = ["\n".join(f"{key} = {_value(value)}" for key, value in own.items())]
    for field in dataclasses.fields(pack):
        rule = getattr(pack, field.name)
        if isinstance(rule, Rule) and rule != _OWN.get(field.name):
            blocks += _tables(field.name, rule, pack.document)
    return "\n\n".join(blocks) + "\n"


def _tables(name: str, rule: Rule, document: str) -> Iterator[str]:
    """The rule's table, then one more for each of its rows (classes, steps, bands)."""
    lines, rows = [f"[{name}]"], []
    for field in dataclasses.fields(rule):
        value = getattr(rule, field.name)
        if field.name == "document" and value == document:
            continue
        if isinstance(value, tuple):
            rows += [(field.name, row) for row in value]
        elif value is not None:
            lines.append(f"{field.name} = {_value(value)}")
    yield "\n".join(lines)
    for key, row in rows:
        yield "\n".join([f"[[{name}.{key}]]", *_lines_of_row(row)])


def _lines_of_row(row: WeightClass | ExecutionStep | CapBand) -> Iterator[str]:
    for field in dataclasses.fields(row):
        value = getattr(row, field.name)
        if field.name == "when_absent":
            value = dict(value)
        if value is not None and value not in ((), {}):
            yield f"{field.name} = {_value(value)}"


def _value(value: object) -> str:
    if isinstance(value, Decimal):
        return format_number(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, tuple):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{_key(key)} = {_value(one)}" for key, one in value.items())
        return f"{{ {pairs} }}"
    return _quoted(str(value))


def _key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else _quoted(name)


def _quoted(text: str) -> str:
    """A basic string: whatever TOML does not take as it stands is escaped."""
    return '"' + "".join(_ESCAPES.get(sign) or _escaped(sign) for sign in text) + '"'


def _escaped(sign: str) -> str:
    return f"\\u{ord(sign):04x}" if ord(sign) < 32 or ord(sign) == 127 else sign
