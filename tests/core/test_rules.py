"""Rule packs: what ships, what is chosen, and what a damaged file is refused for."""

import dataclasses
from decimal import Decimal
from pathlib import Path

import pytest

from perf.core.errors import NotFound, PerfError
from perf.core.packfile import PackError, read_pack
from perf.core.rulepack import AtMostFormula, Certainty, ClassShares, RulePack
from perf.core.rules import PACKS, RULES_FOLDER, choose_pack_id, load_pack
from perf.core.terms import PlanKind, Tier

D = Decimal
GOOD = (RULES_FOLDER / "cn-project-2021.toml").read_text(encoding="utf-8")


def read(folder: Path, text: str, name: str = "cn-project-2021.toml") -> RulePack:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_pack(path)


def test_the_packs_of_the_documents_ship():
    assert set(PACKS) == {
        "cn-project-2020",
        "cn-project-2021",
        "department-overall",
        "henan-project-2024",
        "hubei-project-2020",
        "sichuan-project-2023",
    }


@pytest.mark.parametrize("pack_id", PACKS)
def test_every_shipped_pack_loads_adds_up_and_names_a_source_for_each_rule(pack_id: str):
    pack = load_pack(pack_id)
    assert pack.id == pack_id
    assert pack.label == f"{pack_id} 第 {pack.version} 版"
    assert pack.indicator_weight == 100 - pack.execution.weight
    weights = [item.weight for item in pack.class_weights.classes]
    if pack.class_weights.shares is ClassShares.ENTERED:
        assert set(weights) == {None}
    else:
        own = D(0) if pack.check_list is None else pack.check_list.weight
        assert sum((weight or D(0) for weight in weights), own) == pack.indicator_weight
    rules = list(pack.rules())
    assert len(rules) == 16 + (pack.check_list is not None)
    assert len({rule.title for rule in rules}) == len(rules)
    for rule in rules:
        assert rule.document
        assert rule.clause
        assert rule.certainty in Certainty


@pytest.mark.parametrize(
    ("pack_id", "execution", "classes", "certainty"),
    [
        (
            "cn-project-2020",
            10,
            {"产出指标": 50, "效益指标": 30, "满意度指标": 10},
            Certainty.PRINTED,
        ),
        (
            "cn-project-2021",
            10,
            {"成本指标": 20, "产出指标": 40, "效益指标": 20, "满意度指标": 10},
            Certainty.RECALLED,
        ),
        (
            "department-overall",
            0,
            {"投入管理指标": 30, "产出指标": 40, "效益指标": 30},
            Certainty.RECALLED,
        ),
        (
            "henan-project-2024",
            10,
            {"成本指标": 10, "产出指标": 30, "效益指标": 25, "满意度指标": 5},
            Certainty.PRINTED,
        ),
        (
            "hubei-project-2020",
            20,
            {"成本指标": None, "产出指标": None, "效益指标": None, "满意度指标": None},
            Certainty.PRINTED,
        ),
        (
            "sichuan-project-2023",
            10,
            {"成本指标": None, "产出指标": None, "效益指标": None, "满意度指标": None},
            Certainty.PRINTED,
        ),
    ],
)
def test_the_class_weights_are_those_of_the_document(
    pack_id: str, execution: int, classes: dict[str, int | None], certainty: Certainty
):
    pack = load_pack(pack_id)
    assert pack.execution.weight == execution
    assert {item.name: item.weight for item in pack.class_weights.classes} == classes
    assert pack.class_weights.certainty is certainty


@pytest.mark.parametrize("pack_id", PACKS)
def test_the_common_rules_are_inverse_tiers_80_60_threshold_1_3_and_two_decimals(pack_id: str):
    pack = load_pack(pack_id)
    partial = 50 if pack_id == "hubei-project-2020" else 60
    assert pack.at_most.formula is AtMostFormula.INVERSE
    assert pack.tiers.bands == {
        Tier.ACHIEVED: (D(80), D(100)),
        Tier.PARTIAL: (D(partial), D(80)),
        Tier.MISSED: (D(0), D(partial)),
    }
    assert pack.over_achievement.flagged_from == D("1.3")
    assert pack.rounding.places == 2
    assert pack.deadline.late_ratio == 0
    assert pack.execution.reason_below == D("0.9")
    assert pack.rating.excellent_from == 90
    assert pack.rating.good_from == 80
    assert pack.rating.fair_from == (70 if pack_id == "sichuan-project-2023" else 60)
    assert pack.over_achievement.deduct_points is None
    assert not pack.execution.steps
    assert (pack.pass_mark, pack.satisfaction, pack.total_cap) == (None, None, None)


def test_the_check_list_of_henan_is_recalled_and_its_class_weights_are_printed():
    pack = load_pack("henan-project-2024")
    assert pack.check_list is not None
    assert (pack.check_list.name, pack.check_list.weight) == ("资金管理指标", 20)
    assert pack.check_list.certainty is Certainty.RECALLED
    assert pack.execution.certainty is Certainty.RECALLED
    assert pack.class_names[-1] == "资金管理指标"
    assert load_pack("hubei-project-2020").tiers.certainty is Certainty.PRINTED
    assert load_pack("sichuan-project-2023").rating.certainty is Certainty.PRINTED


def test_a_pack_is_loaded_once_and_cannot_be_changed():
    pack = load_pack("cn-project-2021")
    assert load_pack("cn-project-2021") is pack
    with pytest.raises(dataclasses.FrozenInstanceError):
        pack.version = 2
    assert hash(pack) == hash(dataclasses.replace(pack))


def test_an_unknown_pack_is_named_with_those_that_exist():
    with pytest.raises(NotFound, match=r"../etc.*现有：.*cn-project-2020"):
        load_pack("../etc")


@pytest.mark.parametrize(
    ("has_cost_class", "kind", "pack_id"),
    [
        (False, PlanKind.PROJECT, "cn-project-2020"),
        (True, PlanKind.PROJECT, "cn-project-2021"),
        (False, PlanKind.DEPARTMENT, "department-overall"),
        (True, PlanKind.DEPARTMENT, "department-overall"),
    ],
)
def test_the_pack_is_chosen_by_kind_and_cost_class(
    has_cost_class: bool, kind: PlanKind, pack_id: str
):
    assert choose_pack_id(has_cost_class, kind) == pack_id


def test_a_pack_with_the_linear_formula_and_integer_points_is_read(tmp_path: Path):
    text = GOOD.replace('formula = "inverse"', 'formula = "linear"').replace(
        "places = 2", "places = 0"
    )
    pack = read(tmp_path, text)
    assert pack.at_most.formula is AtMostFormula.LINEAR
    assert pack.rounding.places == 0


@pytest.mark.parametrize(
    ("old", "new", "key", "reason"),
    [
        ('id = "cn-project-2021"', 'id = "other"', "id", "应与文件名一致"),
        ("version = 1\n", "", "version", "缺少"),
        ("version = 1\n", "version = 0\n", "version", "之间"),
        ("version = 1\n", "version = 1.5\n", "version", "整数"),
        ("version = 1\n", "version = true\n", "version", "数字"),
        ("version = 1\n", 'version = "1"\n', "version", "数字"),
        ("version = 1\n", "version = nan\n", "version", "之间"),
        ("version = 1\n", "version = 1\nsurplus = 1\n", "surplus", "不是认识的项"),
        (
            'plan_kind = "project"',
            'plan_kind = "programme"',
            "plan_kind",
            "只能是 project、department",
        ),
        ('plan_kind = "project"', "plan_kind = 1", "plan_kind", "只能是"),
        ('document = "财预〔2021〕101号"', 'document = " "', "document", "不空的文字"),
        ('formula = "inverse"', 'formula = "cubic"', "at_most.formula", "只能是 inverse、linear"),
        ('formula = "inverse"', 'formula = "inverse"\ncap = 1', "at_most.cap", "不是认识的项"),
        ("reason_below = 0.9", "reason_below = 90", "execution.reason_below", "之间"),
        ("late_ratio = 0", "late_ratio = -1", "deadline.late_ratio", "之间"),
        ("partial_from = 60", "partial_from = 80", "tiers.partial_from", "应小于"),
        ("flagged_from = 1.3", "flagged_from = 0.3", "over_achievement.flagged_from", "之间"),
        ("places = 2", "places = 3", "rounding.places", "之间"),
        ("good_from = 80", "good_from = 95", "rating.good_from", "应介于"),
        (
            'certainty = "recalled"',
            'certainty = "sure"',
            "class_weights.certainty",
            "printed、recalled、decided",
        ),
        ("weight = 40", "weight = 41", "class_weights.classes", "应为 100，现为 101"),
        ('name = "产出指标"', 'name = "成本指标"', "class_weights.classes", "两次"),
        ('name = "产出指标"', "", "class_weights.classes[2].name", "缺少"),
        ('"产出指标" = 10,', '"其他指标" = 10,', "class_weights.classes", "只能写其他类别"),
        ('"产出指标" = 10,', '"产出指标" = 11,', "class_weights.classes", "合计应等于其分值"),
        (
            'includes = ["服务对象满意度指标"]',
            'includes = "满意"',
            "class_weights.classes[4].includes",
            "文字的列表",
        ),
        (
            'includes = ["服务对象满意度指标"]',
            "includes = [1]",
            "class_weights.classes[4].includes",
            "文字的列表",
        ),
        ("[exactly]", "[precisely]", "exactly", "缺少"),
        ("[class_weights]\n", "class_weights = 5\n[spare]\n", "class_weights", "表"),
        ("[[class_weights.classes]]", "[[class_weights.kinds]]", "class_weights.classes", "缺少"),
    ],
)
def test_a_damaged_pack_is_refused_with_file_key_and_reason(
    tmp_path: Path, old: str, new: str, key: str, reason: str
):
    assert old in GOOD
    text = GOOD.replace(old, new)
    if "class_weights = 5" in new:
        text = (
            "class_weights = 5\n"
            + GOOD.split("[class_weights]")[0]
            + "[execution]"
            + GOOD.split("[execution]")[1]
        )
    with pytest.raises(PackError) as refusal:
        read(tmp_path, text)
    error = refusal.value
    assert (error.file, error.key) == ("cn-project-2021.toml", key)
    assert reason in error.reason
    assert str(error) == f"评分办法文件 {error.file} 不能使用：{key} {error.reason}"
    assert isinstance(error, PerfError)


@pytest.mark.parametrize("classes", ["classes = 5", "classes = [5]"])
def test_classes_that_are_no_list_of_tables_are_refused(tmp_path: Path, classes: str):
    head, rest = GOOD.split("[[class_weights.classes]]", 1)
    text = head + classes + "\n[execution]" + rest.split("[execution]", 1)[1]
    with pytest.raises(PackError, match=r"class_weights\.classes 应为表的列表"):
        read(tmp_path, text)


def test_what_is_no_toml_and_what_is_not_there_is_refused(tmp_path: Path):
    with pytest.raises(PackError, match="读不出来"):
        read(tmp_path, "id = ")
    with pytest.raises(PackError, match=r"none\.toml.*读不出来"):
        read_pack(tmp_path / "none.toml")
    broken = tmp_path / "bytes.toml"
    broken.write_bytes(b"\xff\xfe")
    with pytest.raises(PackError, match="读不出来"):
        read_pack(broken)
