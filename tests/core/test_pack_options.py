"""The optional tables of a pack: what is read from them, and what they are refused for."""

from pathlib import Path

import pytest

from perf.core.packfile import PackError, read_pack
from perf.core.rulepack import ClassShares, ReasonFor
from perf.core.rules import RULES_FOLDER
from tests.core.scoring_examples import EVERY_OPTION, EVERY_OPTION_FILE, D

EVERY = EVERY_OPTION_FILE.read_text(encoding="utf-8")
HENAN = (RULES_FOLDER / "henan-project-2024.toml").read_text(encoding="utf-8")
HUBEI = (RULES_FOLDER / "hubei-project-2020.toml").read_text(encoding="utf-8")


def test_a_pack_with_every_option_is_read():
    pack = EVERY_OPTION
    assert [(step.rate_from, step.points) for step in pack.execution.steps] == [
        (D("0.9"), 10),
        (D("0.7"), 7),
        (D("0.5"), 5),
    ]
    assert pack.over_achievement.flagged_from == D("1.2")
    assert pack.over_achievement.deduct_from == D("1.3")
    assert pack.over_achievement.deduct_points == 2
    assert pack.pass_mark is not None
    assert pack.pass_mark.ratio == D("0.6")
    assert pack.satisfaction is not None
    assert pack.satisfaction.floor == 60
    assert pack.total_cap is not None
    assert [band.at_most for band in pack.total_cap.bands] == [59, 69, 79, 89]
    assert pack.class_weights.shares is ClassShares.FIXED
    assert pack.monitoring.green_from == D("0.95")
    assert pack.monitoring.reason_for is ReasonFor.NOT_GREEN
    assert len(list(pack.rules())) == 19


@pytest.mark.parametrize(
    ("text", "old", "new", "key", "reason"),
    [
        (EVERY, "points = 10\n", "points = 9\n", "execution.steps", "等于预算执行分值"),
        (EVERY, "points = 7\n", "points = 5\n", "execution.steps", "由高到低"),
        (EVERY, "rate_from = 0.7", "rate_from = 0.9", "execution.steps", "由高到低"),
        (EVERY, "rate_from = 0.7", "rate_from = 70", "execution.steps[2].rate_from", "之间"),
        (EVERY, "points = 7\n", "score = 7\n", "execution.steps[2].points", "缺少"),
        (EVERY, "points = 7\n", "points = 7\nx = 1\n", "execution.steps[2].x", "不是认识的项"),
        (EVERY, "deduct_from = 1.3\n", "", "over_achievement.deduct_from", "缺少"),
        (EVERY, "deduct_points = 2\n", "", "over_achievement.deduct_points", "缺少"),
        (
            EVERY,
            "deduct_points = 2",
            "deduct_points = 0",
            "over_achievement.deduct_points",
            "大于 0",
        ),
        (
            EVERY,
            "deduct_from = 1.3",
            "deduct_from = 1.1",
            "over_achievement.deduct_from",
            "不应小于",
        ),
        (EVERY, "ratio = 0.6\n", "ratio = 60\n", "pass_mark.ratio", "之间"),
        (EVERY, "\nratio = 0.6\n", "\nratio = 0\n", "pass_mark.ratio", "大于 0"),
        (EVERY, "floor = 60", "floor = 0", "satisfaction.floor", "大于 0"),
        (EVERY, "floor = 60", 'floor = "60"', "satisfaction.floor", "数字"),
        (EVERY, "floor = 60", "floor = 60\nceiling = 1", "satisfaction.ceiling", "不是认识的项"),
        (EVERY, "at_most = 69", "at_most = 59", "total_cap.bands", "由低到高"),
        (EVERY, "rate_below = 0.6", "rate_below = 0.5", "total_cap.bands", "由低到高"),
        (EVERY, "at_most = 69", "at_most = 69.5", "total_cap.bands[2].at_most", "整数"),
        (EVERY, "at_most = 69", "at_most = 69\nx = 1", "total_cap.bands[2].x", "不是认识的项"),
        (EVERY, "yellow_from = 0.7", "yellow_from = 0.95", "monitoring.yellow_from", "小于"),
        (EVERY, '"not_green"', '"green"', "monitoring.reason_for", "none、red、not_green"),
        (HENAN, "weight = 20", "weight = 21", "class_weights.classes", "应为 100，现为 101"),
        (HENAN, "weight = 20", "weight = 0", "check_list.weight", "之间"),
        (HENAN, "weight = 20\n", "weight = 20\nx = 1\n", "check_list.x", "不是认识的项"),
        (HENAN, '"资金管理指标"', '"产出指标"', "check_list.name", "已是一个类别"),
        (HENAN, '"资金管理指标"', '"服务对象满意度指标"', "check_list.name", "已是一个类别"),
        (HUBEI, 'shares = "entered"', 'shares = "free"', "class_weights.shares", "fixed、entered"),
        (HUBEI, 'shares = "entered"\n', "", "class_weights.classes[1].weight", "缺少"),
        (
            HUBEI,
            'name = "产出指标"',
            'name = "产出指标"\nweight = 50',
            "class_weights.classes[2].weight",
            "不是认识的项",
        ),
        (
            HUBEI,
            'name = "产出指标"',
            'name = "产出指标"\nwhen_absent = {}',
            "class_weights.classes[2].when_absent",
            "不是认识的项",
        ),
    ],
)
def test_a_damaged_option_is_refused_with_file_key_and_reason(
    tmp_path: Path, text: str, old: str, new: str, key: str, reason: str
):
    assert text.count(old) == 1
    path = tmp_path / f"{text.split(chr(34))[1]}.toml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(PackError) as refusal:
        read_pack(path)
    assert (refusal.value.file, refusal.value.key) == (path.name, key)
    assert reason in refusal.value.reason


def refused(folder: Path, text: str) -> str:
    path = folder / f"{text.split(chr(34))[1]}.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PackError) as refusal:
        read_pack(path)
    return f"{refusal.value.key} {refusal.value.reason}"


def test_lists_without_entries_are_refused(tmp_path: Path):
    head, rest = EVERY.split("[[execution.steps]]", 1)
    tail = rest[rest.index("[at_least]") :]
    assert refused(tmp_path, f"{head}steps = []\n{tail}") == (
        "execution.steps 最高一档的得分应等于预算执行分值。"
    )
    head = EVERY.split("[[total_cap.bands]]", 1)[0]
    assert refused(tmp_path, f"{head}bands = []\n") == "total_cap.bands 至少应有一档。"


def test_a_cap_by_the_execution_rate_needs_a_rate(tmp_path: Path):
    department = (RULES_FOLDER / "department-overall.toml").read_text(encoding="utf-8")
    cap = "\n[total_cap]" + EVERY.split("[total_cap]", 1)[1]
    assert refused(tmp_path, department + cap).startswith("total_cap 预算执行不设分值")


def test_a_check_list_leaves_something_to_weights_as_entered(tmp_path: Path):
    block = "\n[check_list]" + HENAN.split("[check_list]", 1)[1].split("\n[", 1)[0]
    text = HUBEI + block.replace("weight = 20", "weight = 80")
    assert refused(tmp_path, text).startswith("class_weights.shares 其他各项分值已合计 100")


def test_a_table_that_is_no_table_is_refused(tmp_path: Path):
    text = EVERY.split("[pass_mark]", 1)[0].replace(
        "version = 1\n", "version = 1\npass_mark = 0.6\n"
    )
    assert refused(tmp_path, text) == "pass_mark 应为一个表。"
