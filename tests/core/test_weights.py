"""Weights: class names, classes that are absent, spreading and checking."""

import dataclasses
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perf.core.drafts import DraftIndicator, printed_weight
from perf.core.errors import InvalidInput
from perf.core.findings import Finding, Severity
from perf.core.rulepack import RulePack, WeightClass
from perf.core.rules import load_pack
from perf.core.weights import (
    apportion,
    check_weights,
    class_name,
    class_of,
    class_weights,
    released_weights,
    spread_weights,
    weight_blocks,
)

D = Decimal
P2020 = load_pack("cn-project-2020")
P2021 = load_pack("cn-project-2021")
DEPARTMENT = load_pack("department-overall")
HENAN = load_pack("henan-project-2024")


def texts(values: list[Decimal]) -> list[str]:
    return [str(value) for value in values]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("产出指标", "产出指标"),
        ("产出", "产出指标"),
        (" 成本 指标 ", "成本指标"),
        ("一、产出指标", "产出指标"),
        ("2.效益", "效益指标"),
        ("产出指标（50分）", "产出指标"),
        ("满意度指标(10 分)", "满意度指标"),
        ("投入管理", "投入管理指标"),
        ("", ""),
        ("（10分）", ""),
    ],
)
def test_class_names_are_brought_to_their_standard_form(written: str, name: str):
    assert class_name(written) == name


@pytest.mark.parametrize(
    ("pack", "written", "name"),
    [
        (P2020, "成本", "产出指标"),
        (P2021, "成本", "成本指标"),
        (P2021, "服务对象满意度", "满意度指标"),
        (DEPARTMENT, "满意度指标", "效益指标"),
        (DEPARTMENT, "投入管理指标", "投入管理指标"),
    ],
)
def test_a_class_counts_as_the_packs_class(pack: RulePack, written: str, name: str):
    assert class_of(written, pack) == name


def test_a_class_that_the_pack_does_not_know_is_refused_with_those_it_knows():
    with pytest.raises(InvalidInput, match=r"没有一级指标“投入管理”.*成本指标、产出指标"):
        class_of("投入管理", P2021)


@pytest.mark.parametrize(
    ("total", "shares", "parts"),
    [
        ("40", ["1", "1", "1"], ["13.34", "13.33", "13.33"]),
        ("20", ["1", "1", "1"], ["6.67", "6.67", "6.66"]),
        ("10", ["2", "1"], ["6.67", "3.33"]),
        ("0.01", ["1", "1"], ["0.01", "0.00"]),
        ("0", ["1", "1"], ["0.00", "0.00"]),
        ("10", ["0", "0.5", "0.125"], ["0.00", "8.00", "2.00"]),
        ("1", ["0.1", "0.2", "0.3"], ["0.17", "0.33", "0.50"]),
    ],
)
def test_a_total_is_split_by_largest_remainder(total: str, shares: list[str], parts: list[str]):
    assert texts(apportion(D(total), [D(share) for share in shares])) == parts


@pytest.mark.parametrize(
    ("pack", "present", "weights"),
    [
        (P2021, "成本 产出 效益 满意度", {"成本": 20, "产出": 40, "效益": 20, "满意度": 10}),
        (P2021, "产出 效益 满意度", {"产出": 50, "效益": 30, "满意度": 10}),
        (P2021, "成本 产出 效益", {"成本": 20, "产出": 40, "效益": 30}),
        (P2021, "产出 效益", {"产出": 50, "效益": 40}),
        (P2021, "产出", {"产出": 90}),
        (P2021, "成本", {"成本": 90}),
        (P2021, "成本 产出 满意度", {"成本": "25.71", "产出": "51.43", "满意度": "12.86"}),
        (P2020, "产出 满意度", {"产出": 75, "满意度": 15}),
        (P2020, "产出 效益", {"产出": 50, "效益": 40}),
        (DEPARTMENT, "投入管理 产出", {"投入管理": "42.86", "产出": "57.14"}),
        (P2021, "", {}),
    ],
)
def test_absent_classes_give_their_points_to_those_that_stand(
    pack: RulePack, present: str, weights: dict[str, int | str]
):
    result = class_weights(pack, [f"{name}指标" for name in present.split()])
    assert result == {f"{name}指标": D(points) for name, points in weights.items()}
    assert list(result) == [f"{name}指标" for name in weights]


def test_a_class_whose_takers_are_all_gone_is_spread_in_proportion():
    rule = dataclasses.replace(
        P2021.class_weights,
        classes=(
            WeightClass("甲指标", D(20), (), (("乙指标", D(20)),)),
            WeightClass("乙指标", D(30), (), (("甲指标", D(30)),)),
            WeightClass("丙指标", D(40)),
        ),
    )
    pack = dataclasses.replace(P2021, class_weights=rule)
    assert class_weights(pack, ["丙指标"]) == {"丙指标": D(90)}


@pytest.mark.parametrize(
    ("pack", "entries", "weights"),
    [
        # The third project of the 2022 sample.
        (
            P2021,
            "成本 产出 产出 产出 效益 效益 效益 满意度",
            ["20.00", "13.34", "13.33", "13.33", "6.67", "6.67", "6.66", "10.00"],
        ),
        (
            P2021,
            "成本 产出=20 产出 产出 效益 满意度",
            ["20.00", "20", "10.00", "10.00", "20.00", "10.00"],
        ),
        (P2021, "成本 产出=40 产出 效益 满意度", ["20.00", "40", "0.00", "20.00", "10.00"]),
        (P2021, "成本=15 产出=50 效益=15 满意度=10", ["15", "50", "15", "10"]),
        (P2020, "成本 产出 效益 满意度", ["25.00", "25.00", "30.00", "10.00"]),
        (P2020, "效益 产出 产出", ["40.00", "25.00", "25.00"]),
        (P2021, "", []),
    ],
)
def test_blanks_share_what_is_left_of_their_class(pack: RulePack, entries: str, weights: list[str]):
    assert texts(spread_weights(read(entries), pack)) == weights


def read(entries: str) -> list[tuple[str, Decimal | None]]:
    """`产出=20 效益` is an entered weight of 20 and a blank one."""
    pairs = [entry.partition("=") for entry in entries.split()]
    return [(level1, D(weight) if weight else None) for level1, _, weight in pairs]


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ("产出=60 产出 效益", "产出指标共 50 分，已填的分值合计 60 分"),
        (
            "成本 产出=30 产出=15 产出 效益 满意度",
            "产出指标共 40 分，已填的分值合计 45 分，没有剩余分值可分给 1 个空白指标",
        ),
        ("产出=0 产出", "^分值应大于 0、不超过 100，请修改。$"),
        ("产出=-1 产出", "分值应大于 0"),
        ("产出=100.01 产出", "不超过 100"),
        ("产出=NaN 产出", "分值应大于 0"),
        ("产出=3.333 产出", "^分值最多两位小数，请修改。$"),
        ("其他 产出", "没有一级指标“其他”"),
    ],
)
def test_what_cannot_be_spread_is_refused_with_what_to_do(entries: str, message: str):
    with pytest.raises(InvalidInput, match=message):
        spread_weights(read(entries), P2021)


@pytest.mark.parametrize(
    "entries",
    ["成本=20 产出=40 效益=20 满意度=10", "成本=20 产出=39.5 产出=0.5 效益=20 满意度=10", ""],
)
def test_weights_that_follow_the_pack_have_no_findings(entries: str):
    assert check_weights(read(entries), P2021) == []


def test_one_indicator_may_have_all_hundred_points():
    pack = dataclasses.replace(P2021, execution=dataclasses.replace(P2021.execution, weight=D(0)))
    assert pack.indicator_weight == 100
    found = check_weights([("产出", D(100))], pack)
    assert [finding.code for finding in found] == ["class-weight"]


def test_a_finding_on_weights_says_where_it_is_and_what_to_do():
    assert check_weights(read("成本=10 产出=50 效益=20 满意度=10"), P2021)[0] == Finding(
        Severity.WARNING,
        "class-weight",
        "成本指标分值合计 10，评分办法为 20，如确需不同请核对依据。",
        "成本指标",
    )
    assert check_weights(read("一、产出=101"), P2021) == [
        Finding(
            Severity.ERROR,
            "weight-invalid",
            "分值应大于 0、不超过 100，请修改。",
            "一、产出",
        )
    ]
    assert check_weights([("产出", None)], P2021) == [
        Finding(Severity.ERROR, "weight-missing", "有指标没有分值，请填写或由系统分配。")
    ]


@pytest.mark.parametrize(
    ("rows", "outside", "weights"),
    [
        # Two classes give all they have to the one that is left.
        ("产出=10 效益=20 满意度=50", {0, 1}, ["10", "20", "80.00"]),
        ("产出=20 产出=10 产出=10", {2}, ["26.67", "13.33", "10"]),
        # A row without points takes none, and nothing moves where nobody can take it.
        ("产出=10 产出=0 产出=20", {0}, ["10", "0", "30.00"]),
        ("产出=10 产出=0", {0}, ["10", "0"]),
        # The check list gives to itself though nothing is left of the others.
        ("产出=70 资金管理=15 资金管理=5", {0, 2}, ["70", "20.00", "5"]),
    ],
)
def test_weights_are_given_within_the_class_then_within_the_block(
    rows: str, outside: set[int], weights: list[str]
):
    levels, entered = zip(*read(rows), strict=True)
    assert texts(released_weights(entered, levels, outside, HENAN)) == weights


def test_a_check_list_is_the_last_block():
    assert weight_blocks(["资金管理", "产出", "效益"], HENAN) == [[1, 2], [0]]


@pytest.mark.parametrize(
    ("entries", "found"),
    [
        (
            "成本=20 产出=40 效益=20",
            [
                ("error", "weights-sum", "指标分值合计 80，应为 90（100 减预算执行 10）"),
                ("warning", "class-weight", "效益指标分值合计 20，评分办法为 30"),
            ],
        ),
        (
            "成本=10 产出=50 效益=20 满意度=10",
            [
                ("warning", "class-weight", "成本指标分值合计 10，评分办法为 20"),
                ("warning", "class-weight", "产出指标分值合计 50，评分办法为 40"),
            ],
        ),
        ("成本=20 产出 效益=20 满意度", [("error", "weight-missing", "有指标没有分值")]),
        (
            "其他=20 产出=0 产出=1.234",
            [
                ("error", "weight-invalid", "没有一级指标“其他”"),
                ("error", "weight-invalid", "分值应大于 0"),
                ("error", "weight-invalid", "两位小数"),
            ],
        ),
    ],
)
def test_findings_say_what_is_wrong_with_weights(entries: str, found: list[tuple[str, str, str]]):
    findings = check_weights(read(entries), P2021)
    assert [(finding.severity.value, finding.code) for finding in findings] == [
        (severity, code) for severity, code, _ in found
    ]
    for finding, (_, _, words) in zip(findings, found, strict=True):
        assert words in finding.message
    blocks = any(severity == "error" for severity, _, _ in found)
    assert any(finding.severity is Severity.ERROR for finding in findings) is blocks


@given(
    st.sampled_from([P2020, P2021]),
    st.lists(st.sampled_from(["成本", "产出", "效益", "满意度"]), min_size=1, max_size=40),
)
@settings(max_examples=80, deadline=None)
def test_spread_weights_always_add_up_exactly(pack: RulePack, classes: list[str]):
    weights = spread_weights([(name, None) for name in classes], pack)
    assert sum(weights) == pack.indicator_weight
    assert all(weight == weight.quantize(D("0.01")) and weight > 0 for weight in weights)


@given(
    st.integers(0, 10000),
    st.lists(st.decimals("0", "100", places=3), min_size=1, max_size=30).filter(any),
)
@settings(max_examples=80, deadline=None)
def test_what_is_split_adds_up_and_stays_within_a_cent_of_its_share(
    cents: int, shares: list[Decimal]
):
    total = D(cents).scaleb(-2)
    parts = apportion(total, shares)
    assert sum(parts) == total
    for part, share in zip(parts, shares, strict=True):
        assert abs(part * sum(shares) - total * share) < D("0.01") * sum(shares)


def test_a_printed_weight_reads_as_people_type_it_and_none_is_blank():
    row = DraftIndicator("产出指标", None, "受理案件数", "≥100件")
    assert printed_weight(row) == ""
    assert printed_weight(dataclasses.replace(row, weight=Decimal("7.50"))) == "7.5"
    assert printed_weight(dataclasses.replace(row, weight=Decimal(10))) == "10"
