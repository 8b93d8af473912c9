"""A pack written as text and read back is the same pack."""

import tomllib
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perf.core.packfile import faults_of, parse_pack, read_pack
from perf.core.packtext import write_pack
from perf.core.rulepack import ClassShares, RulePack, TargetBasis
from perf.core.rules import PACKS, load_pack

EVERY_OPTION = read_pack(Path(__file__).parent / "packs" / "every-option.toml")
ALL = [*map(load_pack, PACKS), EVERY_OPTION]
# Surrogates are no text: no file can hold them.
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30).filter(str.strip)


@pytest.mark.parametrize("pack", ALL, ids=lambda pack: pack.id)
def test_every_pack_comes_back_from_its_text(pack):
    assert parse_pack(write_pack(pack), pack.id) == pack


@given(st.sampled_from(ALL), TEXTS, TEXTS, TEXTS)
def test_any_text_in_a_pack_comes_back_as_it_was(pack: RulePack, name, document, clause):
    changed = replace(
        pack, name=name, document=document, tiers=replace(pack.tiers, clause=clause, title=name)
    )
    assert parse_pack(write_pack(changed), pack.id) == changed


@given(
    st.sampled_from([pack for pack in ALL if pack.class_weights.shares is ClassShares.FIXED]),
    st.lists(TEXTS, min_size=8, max_size=8, unique=True),
    st.decimals("0.01", "0.99", places=2),
)
def test_any_names_of_classes_and_any_shares_come_back(pack: RulePack, names, share: Decimal):
    new = dict(zip([item.name for item in pack.class_weights.classes], names, strict=False))
    classes = tuple(
        replace(
            item,
            name=new[item.name],
            includes=(),
            when_absent=tuple((new[one], points) for one, points in item.when_absent),
        )
        for item in pack.class_weights.classes
    )
    changed = replace(
        pack,
        class_weights=replace(pack.class_weights, classes=classes),
        check_list=None
        if pack.check_list is None
        else replace(pack.check_list, name="＊".join(names) + "＊"),
        deadline=replace(pack.deadline, late_ratio=share),
        decision=replace(pack.decision, within=share),
    )
    assert parse_pack(write_pack(changed), pack.id) == changed


def test_rules_that_replace_our_own_are_written():
    pack = load_pack("cn-project-2020")
    changed = replace(
        pack,
        checked=replace(pack.checked, clause="逐条核对"),
        revision=replace(pack.revision, basis=TargetBasis.INITIAL),
        decision=replace(pack.decision, within=Decimal(0)),
    )
    assert parse_pack(write_pack(changed), pack.id) == changed


def test_our_own_defaults_are_not_written():
    text = write_pack(load_pack("cn-project-2020"))
    assert "[decision]" not in text
    assert "[checked]" not in text


def test_the_faults_of_several_tables_are_told_together():
    values = tomllib.loads(write_pack(load_pack("cn-project-2020")), parse_float=Decimal)
    assert faults_of(values, "x") == []
    values["execution"]["weight"] = Decimal(20)
    assert [fault.key for fault in faults_of(values, "x")] == ["class_weights.classes"]
    values["execution"]["reason_below"] = Decimal(2)
    values["tiers"]["partial_from"] = Decimal(90)
    values["rating"]["good_from"] = "八十"
    assert [(fault.key, fault.reason) for fault in faults_of(values, "x")] == [
        ("execution.reason_below", "应在 0 与 1 之间。"),
        ("tiers.partial_from", "应小于 achieved_from。"),
        ("rating.good_from", "应为数字。"),
    ]
