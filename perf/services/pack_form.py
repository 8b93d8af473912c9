"""A rule pack as a form types it: flat names to texts, and back to a pack or to sentences."""

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any

from perf.core.errors import InvalidInput
from perf.core.numbers import format_number, parse_number
from perf.core.packfile import build_pack, faults_of
from perf.core.rulepack import RulePack
from perf.core.storable import LINE, LONG, SHORT
from perf.services.pack_schema import (
    PACK_FIELDS,
    RULES,
    Field,
    Kind,
    Rows,
    RuleForm,
    fields_of,
    switch_of,
)
from perf.services.typed import clean_text

MOST_ROWS = 20
_LONGEST = {Kind.TEXT: LONG, Kind.NAMES: LINE, Kind.SHARES: LINE}
_SHARE = re.compile(r"(.*?)[\s=＝:：+]*([0-9０-９.．]+)", re.DOTALL)
_KEY_LABELS = {
    one.key: one.label
    for rule in RULES
    for one in (*rule.fields, *(rule.rows.fields if rule.rows else ()))
    if "_" in one.key
}


def typed_of(pack: RulePack) -> dict[str, str]:
    """The pack as its form shows it: a text by the field's name.

    `tiers.achieved_from` → `80`, `class_weights.classes[1].name` → `产出指标`. An optional rule
    that the pack has not is filled with what it begins with, and its switch is left out.
    """
    typed = {one.key: str(getattr(pack, one.key)) for one in PACK_FIELDS}
    for rule in RULES:
        value = getattr(pack, rule.key)
        if value is None:
            typed |= {f"{rule.key}.{key}": text for key, text in rule.first.items()}
            continue
        if rule.is_optional:
            typed[switch_of(rule)] = "1"
        for name, one in fields_of(rule):
            is_pack_s_own = one.key == "document" and value.document == pack.document
            typed[name] = "" if is_pack_s_own else _text(getattr(value, one.key))
        if rule.rows:
            for number, row in enumerate(getattr(value, rule.rows.key), start=1):
                for one in rule.rows.fields:
                    typed[row_name(rule, rule.rows, number, one)] = _text(getattr(row, one.key))
    return typed


def tidied(typed: Mapping[str, str]) -> dict[str, str]:
    """The form with its blank rows dropped and the others counted from 1, texts as typed."""
    kept = {name: text for name, text in typed.items() if "[" not in name}
    for rule in RULES:
        if rule.rows is None:
            continue
        for number, row in enumerate(_typed_rows(typed, rule, rule.rows), start=1):
            for one in rule.rows.fields:
                kept[row_name(rule, rule.rows, number, one)] = row[one.key]
    return kept


def pack_of_typed(typed: Mapping[str, str], base: RulePack) -> RulePack:
    """The pack that a tidied form says; id, version and kind are those of `base`.

    Raises InvalidInput with one sentence for each field that cannot be taken.
    """
    reading = _Reading()
    values: dict[str, Any] = {
        "id": base.id,
        "version": base.version,
        "plan_kind": base.plan_kind.value,
    }
    values |= reading.fields(((one.key, one) for one in PACK_FIELDS), typed)
    for rule in RULES:
        if rule.is_optional and switch_of(rule) not in typed:
            continue
        table = reading.fields(fields_of(rule), typed)
        if rule.rows:
            rows = [
                reading.fields(
                    ((row_name(rule, rule.rows, number, one), one) for one in rule.rows.fields),
                    typed,
                )
                for number in range(1, count_rows(typed, rule, rule.rows) + 1)
            ]
            # No steps at all are no table of steps; classes and bands there must be.
            if rows or rule.rows.key != "steps":
                table[rule.rows.key] = rows
        values[rule.key] = table
    for fault in faults_of(values, base.id):
        reading.errors.setdefault(_place_of(fault.key), _in_words(fault.key, fault.reason))
    if reading.errors:
        raise InvalidInput("评分办法有误，请按提示修改后再保存。", reading.errors)
    return build_pack(values, base.id)


def row_name(rule: RuleForm, rows: Rows, number: int, one: Field) -> str:
    """The name of a row's field (`total_cap.bands[1].at_most`), rows counted from 1."""
    return f"{rule.key}.{rows.key}[{number}].{one.key}"


def count_rows(typed: Mapping[str, str], rule: RuleForm, rows: Rows) -> int:
    """How many rows a tidied form has."""
    number = 0
    while row_name(rule, rows, number + 1, rows.fields[0]) in typed:
        number += 1
    return number


def label_of(name: str) -> str:
    """What a field of the form is called, with its rule (`评级 · 优，从（分）`); else the name."""
    for one in PACK_FIELDS:
        if name == one.key:
            return one.label
    for rule in RULES:
        if name == switch_of(rule):
            return f"{rule.label} · 采用"
        for own, one in fields_of(rule):
            if name == own:
                return f"{rule.label} · {one.label}"
        if rule.rows and (found := re.search(r"\[(\d+)\]\.(\w+)$", name)):
            for one in rule.rows.fields:
                if name == row_name(rule, rule.rows, int(found[1]), one):
                    return f"{rule.label} · {rule.rows.label} {found[1]} · {one.label}"
    return name


def said_of(name: str, text: str) -> str:
    """A choice or a switch as the form says it (`at_most.formula`, `linear`); else nothing."""
    for rule in RULES:
        if name == switch_of(rule):
            return "是"
        for own, one in fields_of(rule):
            if name == own:
                return dict(one.choices).get(text, "")
    return ""


class _Reading:
    """Reads fields into the values of a pack's tables and gathers a sentence for each refused."""

    def __init__(self) -> None:
        self.errors: dict[str, str] = {}

    def fields(
        self, named: Iterable[tuple[str, Field]], typed: Mapping[str, str]
    ) -> dict[str, Any]:
        """The values by key; a blank is left out, so that the schema says what is missing."""
        values = {}
        for name, one in named:
            text = clean_text(typed.get(name, ""))
            if not text:
                if one.is_required:
                    self.errors[name] = f"请填写“{one.label}”。"
                continue
            limit = (
                SHORT
                if one.key == "title" or ("[" in name and one.key == "name")
                else _LONGEST.get(one.kind, LINE)
            )
            if len(text) > limit:
                self.errors[name] = f"“{one.label}”最多 {limit} 字，现有 {len(text)} 字，请精简。"
                continue
            try:
                values[one.key] = _value(one, text)
            except InvalidInput as error:
                self.errors[name] = str(error)
        return values


def _value(one: Field, text: str) -> Any:
    if one.kind is Kind.NUMBER:
        return parse_number(text)
    if one.kind is Kind.NAMES:
        return _names(text)
    if one.kind is Kind.SHARES:
        return dict(_shares(text))
    return text if one.kind is Kind.TEXT else " ".join(text.split("\n"))


def _names(text: str) -> list[str]:
    return [name.strip() for name in re.split("[、，,；;\n]", text) if name.strip()]


def _shares(text: str) -> Iterator[tuple[str, Decimal]]:
    for part in _names(text):
        found = _SHARE.fullmatch(part)
        points = parse_number(found[2]) if found else None
        if found is None or points is None or not found[1].strip():
            raise InvalidInput(f"“{part[:30]}”读不出来：请写类别和分值，例如：产出指标 10。")
        yield found[1].strip(), points


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return format_number(value)
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, tuple):
        return "、".join(
            one if isinstance(one, str) else f"{one[0]} {format_number(one[1])}" for one in value
        )
    return str(value)


def _typed_rows(typed: Mapping[str, str], rule: RuleForm, rows: Rows) -> Iterator[dict[str, str]]:
    for number in range(1, MOST_ROWS + 1):
        row = {one.key: typed.get(row_name(rule, rows, number, one), "") for one in rows.fields}
        if any(text.strip() for text in row.values()):
            yield row


def _place_of(key: str) -> str:
    """The field or rule that a refused key belongs to: the form has no deeper ones."""
    return re.sub(r"(\.when_absent)\..*", r"\1", key)


def _in_words(key: str, reason: str) -> str:
    """A refusal of the schema with the fields' labels in the place of their keys."""
    if key.endswith((".weight", ".when_absent")) and "不是认识的项" in reason:
        return "各类分值按填报的计，这里应留空。"
    for name, label in _KEY_LABELS.items():
        reason = reason.replace(name, f"“{label}”")
    return reason
