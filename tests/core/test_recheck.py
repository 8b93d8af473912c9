"""Filled forms recomputed: every verdict by hand, and each oddity of published tables by name."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perf.core.filled import Amounts, FilledForm, FilledRow, PrintedExecution, is_blank
from perf.core.findings import Severity
from perf.core.printed_actuals import printed_tier, read_printed_actual
from perf.core.recheck import Verdict, recheck
from perf.core.rules import load_pack
from perf.core.targets import parse_target
from perf.core.terms import PlanKind, Rating, Tier
from tests.core.scoring_examples import EVERY_OPTION

D = Decimal
CORPUS = Path(__file__).parents[2] / "../shared/corpus/self_evaluations.jsonl"
WAN = 10_000
HUNDRED = Amounts(D(100 * WAN), D(100 * WAN), D(100 * WAN))


def row(target, actual, weight=10, score=10, **more):
    values = {"level1": "产出指标", "level2": "数量指标", "name": "完成数量", **more}
    return FilledRow(
        target=target,
        actual=actual,
        weight=None if weight is None else D(str(weight)),
        score=None if score is None else D(str(score)),
        **values,
    )


def form(*rows, **more):
    """A form without an execution row, unless it is given one."""
    return FilledForm("公路养护", rows or (row("≥90%", "95%", 100, 100),), year=2023, **more)


def one(each, **more):
    return recheck(form(each, **more)).rows[0]


def codes(checked):
    return {found.code for found in checked.findings}


# Verdicts

TIME = {"level2": "时效指标", "name": "验收时间"}
COST = {"level2": "成本指标", "name": "项目总成本"}
JUDGED = [
    (row("≥735人次", "735"), "agrees", "10.00"),
    (row("50件", "50件"), "agrees", "10.00"),
    (row("100％", "１００％"), "agrees", "10.00"),
    (row("≥100百分比", "100"), "agrees", "10.00"),
    (row("≥2400份", "3,200份"), "agrees", "10.00"),
    (row("12次", "已完成14场次"), "agrees", "10.00"),
    (row("≤202.6万元", "132.9", **COST), "agrees", "10.00"),
    (row("≤202.6万元", "1329000元", **COST), "agrees", "10.00"),
    (row("2000000元", "195.5万元", **COST), "agrees", "10.00"),
    (row("≤7天", "7.5日", 10, "9.33"), "agrees", "9.33"),
    (row("24次", "5次", 3, "0.63"), "agrees", "0.63"),
    (row("24次", "5次", 3, "0.625"), "agrees", "0.63"),
    (row("100%覆盖", "100%覆盖"), "agrees", "10.00"),
    (row("0起", "0", name="安全事故"), "agrees", "10.00"),
    (row("9月前", "7月", 5, 5, **TIME), "agrees", "5.00"),
    (row("2023年底之前", "2023-12-31", 5, 5, **TIME), "agrees", "5.00"),
    (row("2023年底之前", "2023年12月30日完成", 5, 5, **TIME), "agrees", "5.00"),
    (row("9月前", "8月底", 5, 5, **TIME), "agrees", "5.00"),
    (row("2023年3月-2023年9月", "9月", 5, 5, **TIME), "agrees", "5.00"),
    (row("≥4754人", "4604", 5, 5), "differs", "4.84"),
    (row("≤5300元", "5830元", 10, 10), "differs", "9.09"),
    (row("≥100%", "100%", 10, 7), "differs", "10.00"),
    (row("100%", "98%", 10, 9), "differs", "9.80"),
    (row("214人", "203人", 2, "1.8"), "differs", "1.90"),
    (row("24次", "5次", 3, "0.62"), "differs", "0.63"),
    (row("9月前", "10月", 5, 5, **TIME), "differs", "0.00"),
    (row("合格", "合格"), "undecidable", None),
    (row("明显", "达成年度指标（95%）", 10, "9.5"), "undecidable", None),
    (row("≤30万元", "完成", **COST), "undecidable", None),
    (row("≥90%", "≥90%"), "undecidable", None),
    (row("≥50个", "不少于50个"), "undecidable", None),
    (row("≥50个", "50人"), "undecidable", None),
    (row("≥95%", "0.98"), "undecidable", None),
    (row("≥50个", ""), "undecidable", None),
    (row("≥50个", "未填报"), "undecidable", None),
    (row("≥50个", "1234567890123456个"), "undecidable", None),
    (row("≥50个", "受疫情影响，" * 40), "undecidable", None),
    (row("100件", "100件", None, 10), "undecidable", None),
    (row("100件", "100件", 10, None), "undecidable", "10.00"),
    (row("100件", "100件", -1, 10), "undecidable", None),
    (row("100件", "不涉及", 10, None), "undecidable", None),
    (row("9月底前", "9月", 5, 5, **TIME), "agrees", "5.00"),
    (row("9月15日前", "9月", 5, 5, **TIME), "undecidable", None),
    (row("9月前", "2月30日", 5, 5, **TIME), "undecidable", None),
    (row("9月前", "按时", 5, 5, **TIME), "undecidable", None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("each", "verdict", "computed"),
    JUDGED,
    ids=[f"{r.target}|{r.actual[:12]}|{r.score}" for r, *_ in JUDGED],
)
def test_each_row_is_judged_as_by_hand(each, verdict, computed):
    checked = one(each)
    assert checked.verdict == verdict
    assert checked.computed == (None if computed is None else D(computed))
    assert checked.steps


def test_a_difference_shows_both_figures_and_the_working():
    assert one(row("≥4754人", "4604人", 5, 5)).steps == (
        "目标 ≥4754人 · 实际 4604人 → 未达成 · 5 × 4604 ÷ 4754 = 4.84（四舍五入至 0.01）",
        "依据 cn-project-2020 第 1 版 §正向指标",
        "表上得分 5，与重算相差 0.16",
    )


def test_what_is_undecidable_says_why_and_cuts_long_texts():
    (step,) = one(row("明显", "很" * 70)).steps
    assert step == f"目标 明显 · 实际 {'很' * 60}…… → 无法判断：定性指标按等级评分，无法重算"
    assert one(row("", "")).steps[0].startswith("目标 （空） · 实际 （空）")


def test_months_without_any_year_lie_in_the_same_one():
    (checked,) = recheck(replace(form(row("9月前", "7月", **TIME)), year=None)).rows
    assert checked.verdict is Verdict.AGREES
    assert checked.steps[0] == "目标 9月前 · 实际 07-31 → 达成 · 得满分 10.00"
    (found,) = checked.findings
    assert found.message == "月份按日期读：“9月前”的截止日期是 08-31，“7月”按 07-31 计。"


@pytest.mark.parametrize(
    ("target", "actual", "verdict"),
    [
        ("2023年9月前", "2023年7月", Verdict.AGREES),
        ("2023年9月前", "7月", Verdict.UNDECIDABLE),
        ("9月前", "2023年7月", Verdict.UNDECIDABLE),
    ],
)
def test_a_year_on_one_side_alone_decides_nothing(target, actual, verdict):
    dated = replace(form(row(target, actual, **TIME)), year=None)
    assert recheck(dated).rows[0].verdict is verdict


def test_numbering_is_no_part_of_a_name():
    assert (
        one(row("1", "1", name="指标1:完成中型灌区节水改造项目数量")).name
        == "完成中型灌区节水改造项目数量"
    )


# Oddities, each by its code

RATE = {"name": "群众满意率"}
ODDITIES = [
    ("missed-full-score", row("≥4754人", "4604人", 5, 5, reason="动态管理"), "error"),
    ("missed-full-score", row("≤5300元", "5830元"), "error"),
    ("missed-full-score", row("38508人", "37442人", 3, 3), "error"),
    ("reached-points-taken", row("≥100%", "100%", 10, 7), "warning"),
    ("reached-points-taken", row("≥100%", "100%", 10, 7, reason="资金到位晚"), "warning"),
    ("reached-points-taken", row("≥100件", "130件", 10, 8), "warning"),
    ("over-achieved-no-reason", row("≥2400份", "3200份"), "warning"),
    ("rate-over-100", row("≥95%", "133%", reason="x", **RATE), "warning"),
    ("score-differs", row("100%", "98%", 10, 9), "warning"),
    ("score-differs", row("50件", "40件", 10, 9), "warning"),
    ("reason-missing", row("≥50个", "40个", 10, 8), "warning"),
    ("rounding", row("100%", "97.3%", 2, "1.9"), "info"),
    ("rounding", row("24次", "5次", 3, "0.62"), "info"),
    ("rounding", row("100%", "97%", 10, "9.7"), None),
    ("month-read-as-date", row("9月前", "7月", **TIME), "info"),
    ("unit-converted", row("2000000元", "195.5万元", **COST), "info"),
    ("unit-differs", row("≥50个", "50人"), "warning"),
    ("actual-is-bound", row("≥90%", "≥90%"), "warning"),
    ("rate-as-fraction", row("≥95%", "0.98"), "warning"),
    ("scored-without-actual", row("≥50个", "", 10, 10), "warning"),
    ("target-missing", row("", "", 10, 10), "warning"),
    ("score-over-weight", row("≥50个", "50个", 10, 12), "error"),
    ("score-negative", row("≥50个", "50个", 10, -1), "error"),
    ("tier-outside-band", row("明显", "达成预期指标", 10, 7), "warning"),
    ("tier-outside-band", row("明显", "部分达成", 10, 8), "warning"),
    ("tier-outside-band", row("明显", "未达成", 10, "6.5"), "warning"),
    ("tier-score-differs", row("明显", "达成年度指标（95%）", 10, 8), "warning"),
    ("tier-score-differs", row("明显", "达成年度指标（95%）", 10, "9.5"), None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "each", "severity"),
    ODDITIES,
    ids=[f"{c}|{r.actual}|{r.score}" for c, r, _ in ODDITIES],
)
def test_each_oddity_of_a_row_is_named(code, each, severity):
    found = {found.code: found for found in one(each).findings}
    if severity is None:
        assert code not in found
    else:
        assert found[code].severity == severity
        assert found[code].where == each.name


@pytest.mark.parametrize(
    "each",
    [
        row("≥90%", "92%"),
        row("≥100件", "129件"),
        row("≥100件", "130件", reason="新增任务"),
        row("≥10%", "133%", reason="x", name="收入增长率"),
        row("≥50个", "40个", 10, 8, reason="两处停工"),
        row("明显", "达成预期指标", 10, 10),
        row("明显", "达成预期指标", None, 10),
        row("明显", "部分达成", 10, 6),
        row("明显", "未达成", 10, 0),
        row("合格", "合格", 10, 9),
        row("100件", "不涉及", 10, None),
    ],
)
def test_what_is_in_order_has_no_finding(each):
    assert one(each).findings == ()


def test_whole_numbers_are_roundings_only_where_no_score_has_decimals():
    whole = form(row("120人", "69人", 2, 1), row("≥50个", "50个", 98, 98))
    mixed = form(row("120人", "69人", 2, 1), row("100%", "97.3%", 2, "1.9"))
    assert "rounding" in {found.code for found in recheck(whole).rows[0].findings}
    assert "score-differs" in {found.code for found in recheck(mixed).rows[0].findings}


# The form as a whole

SCORED = PrintedExecution(D(10), D("100.00"), D(10))
NINETY = row("≥90%", "95%", 90, 90)
FORMS = [
    ("weights-sum", form(row("≥90%", "95%", 90, 90), weight_total=D(100))),
    ("weights-sum", form(row("≥90%", "95%", 90, 90))),
    ("weights-sum", form(row("≥90%", "95%", 90, 90), weight_total=D(90))),
    ("total-sum", form(NINETY, execution=SCORED, money=HUNDRED, total=D(98))),
    ("total-differs", form(row("≥90%", "81%", 100, 100), total=D(100))),
    ("total-over-100", form(row("≥90%", "95%", 110, 110), total=D(110))),
    ("rating-wrong", form(row("≥90%", "76.5%", 100, 85), total=D(85), rating=Rating.EXCELLENT)),
    ("rating-would-change", form(row("≥90%", "76.5%", 100, 95), total=D(95), rating=Rating.EXCELLENT)),
    (
        "execution-over-budget",
        form(money=Amounts(None, D(3297700), D(3383100)), execution=PrintedExecution(None, D("102.59"))),
    ),
    (
        "execution-rate-wrong",
        form(money=Amounts(None, D(1792000), D(1704000)), execution=PrintedExecution(None, D("95.90"))),
    ),
    ("execution-reason-missing", form(money=Amounts(None, D(310), D(154)))),
    (
        "execution-score-differs",
        form(NINETY, money=HUNDRED, execution=PrintedExecution(D(10), None, D(0))),
    ),
    (
        "rounding",
        form(NINETY, money=Amounts(None, D(3102000), D(1547400)), execution=PrintedExecution(D(10), D(50), D(5))),
    ),
    (
        "executed-without-budget",
        form(NINETY, money=Amounts(D(0), D(0), D(2074538)), execution=SCORED),
    ),
    ("money-invalid", form(money=Amounts(None, D(-1), D(1)))),
    (
        "funds-sum",
        form(money=Amounts(D(0), D(0), D(0)), funds=(("当年财政拨款", Amounts(D(5), D(5), D(5))),)),
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "whole"), FORMS, ids=[f"{at} {c}" for at, (c, _) in enumerate(FORMS)]
)
def test_each_oddity_of_a_form_is_named(code, whole):
    assert code in codes(recheck(whole))


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        # 23.12 万元 may be 12.06 + 11.07, each rounded to 0.01 万元; 11.08 is too much.
        ((120600, 110600), None),
        ((120600, 110700), "rounding"),
        ((120600, 110500), "rounding"),
        ((120600, 110800), "funds-sum"),
        ((120600, 110650), "funds-sum"),
        ((231300,), "rounding"),
        ((231400,), "funds-sum"),
    ],
)
def test_amounts_printed_to_a_hundredth_need_not_add_up_any_better(parts, code):
    funds = tuple(("资金", Amounts(None, D(part), D(231200))) for part in parts)
    whole = form(NINETY, money=Amounts(None, D(231200), None), funds=funds)
    told = {found.code for found in recheck(whole).findings} & {"funds-sum", "rounding"}
    assert told == ({code} if code else set())


def test_weights_of_90_printed_as_100_are_told_with_both_sums():
    (found,) = recheck(form(NINETY, weight_total=D(100))).findings
    assert found.severity is Severity.ERROR
    assert found.message == "分值合计 90（指标 90，预算执行 0），表上印的是 100。"


def test_a_form_in_order_has_its_total_and_no_finding():
    whole = form(
        row("≥90%", "95%", 90, 90),
        money=HUNDRED,
        funds=(
            ("当年财政拨款", Amounts(None, D(60 * WAN))),
            ("其他资金", Amounts(None, D(40 * WAN))),
        ),
        execution=SCORED,
        weight_total=D(100),
        total=D(100),
        rating=Rating.EXCELLENT,
    )
    checked = recheck(whole)
    assert checked.findings == ()
    assert (checked.execution_points, checked.computed_total) == (D("10.00"), D("100.00"))


def test_low_execution_with_a_reason_is_in_order():
    low = PrintedExecution(D(10), D("50.00"), D(5), "项目延期")
    whole = form(NINETY, money=Amounts(None, D(100), D(50)), execution=low, total=D(95))
    assert recheck(whole).findings == ()


@pytest.mark.parametrize(
    ("rate", "score", "told"),
    [("95.45", "9.54", {"rounding"}), ("95.47", "9.55", set()), ("95.50", "9.54", {"rounding", "execution-rate-wrong"}),
     ("95.45", "9.50", {"execution-score-differs"})],
)  # fmt: skip
def test_amounts_printed_to_a_hundredth_leave_the_score_some_room(rate, score, told):
    # 298123.45 of 312345.67 元 is 95.447 % and 9.54 points; as printed it is 95.453 % and 9.55.
    printed = PrintedExecution(D(10), D(rate), D(score))
    whole = form(
        NINETY, money=Amounts(None, D(312300), D(298100)), execution=printed, total=90 + D(score)
    )
    checked = recheck(whole)
    assert codes(checked) - {"total-differs"} == told
    counted = "9.55" if "execution-score-differs" in told else score
    assert checked.execution_points == D(counted)
    assert checked.computed_total == 90 + D(counted)


def test_without_budget_and_execution_the_rest_is_scaled():
    nothing = Amounts(D(0), D(0), D(0))
    whole = form(row("≥90%", "81%", 90, 81, reason="x"), money=nothing, total=D(90),
                 execution=PrintedExecution(D(10)))  # fmt: skip
    checked = recheck(whole)
    assert checked.computed_total == D("90.00")
    assert checked.findings == ()
    assert "total-sum" in codes(recheck(replace(whole, total=D(81))))


def test_the_total_takes_printed_scores_where_nothing_can_be_computed():
    whole = form(row("合格", "合格", 40, 38), row("≥90%", "81%", 60, 60))
    assert recheck(whole).computed_total == D("92.00")
    unscored = form(row("合格", "合格", 40, None), row("≥90%", "81%", 60, 60))
    assert recheck(unscored).computed_total is None


def test_the_total_takes_the_printed_execution_where_it_cannot_be_computed():
    unknown = Amounts(None, None, None)
    whole = form(NINETY, money=unknown, execution=PrintedExecution(D(10), None, D(9)))
    assert recheck(whole).computed_total == D("99.00")
    assert recheck(replace(whole, execution=PrintedExecution(D(10)))).computed_total is None


def test_an_indicator_not_applied_counts_nothing_and_may_keep_its_weight():
    outside = row("100件", "不涉及", 10, None)
    checked = recheck(
        form(row("≥90%", "95%", 100, 100), outside, total=D(100), weight_total=D(100))
    )
    assert checked.computed_total == D("100.00")
    assert checked.findings == ()


# Which pack


@pytest.mark.parametrize(
    ("kind", "level1", "pack_id"),
    [
        (PlanKind.PROJECT, "产出指标", "cn-project-2020"),
        (PlanKind.PROJECT, "成本指标", "cn-project-2021"),
        (PlanKind.DEPARTMENT, "产出指标", "department-overall"),
    ],
)
def test_without_a_pack_the_printed_classes_decide(kind, level1, pack_id):
    checked = recheck(form(row("≥90%", "95%", 80, 80, level1=level1), kind=kind, money=HUNDRED,
                           execution=PrintedExecution(D(20), None, D(20))))  # fmt: skip
    assert checked.pack.id == pack_id
    assert checked.pack.execution.weight == 20
    assert checked.findings == ()


def test_the_weight_of_an_execution_that_prints_none_is_the_packs():
    scored = form(NINETY, money=HUNDRED, execution=PrintedExecution(None, None, D(10)))
    assert recheck(scored).pack.execution.weight == 10
    assert recheck(form(NINETY, money=HUNDRED)).pack.execution.weight == 0
    nonsense = form(NINETY, money=HUNDRED, execution=PrintedExecution(D(100), None, D(10)))
    assert recheck(nonsense).pack.execution.weight == 10


def test_a_given_pack_of_another_execution_weight_is_told():
    whole = form(
        row("≥90%", "95%", 80, 80), money=HUNDRED, execution=PrintedExecution(D(20), None, D(20))
    )
    (found,) = recheck(whole, load_pack("cn-project-2021")).findings
    assert found.code == "execution-weight-differs"
    assert "按表上的分值复核" in found.message


# Packs that do otherwise than the common rules


def test_a_pack_that_caps_the_total_by_the_execution_caps_both_totals():
    whole = form(
        NINETY,
        money=Amounts(None, D(100), D(75)),
        execution=PrintedExecution(D(10), D(75), D(7), "项目延期"),
        total=D(89),
        rating=Rating.GOOD,
    )
    checked = recheck(whole, EVERY_OPTION)
    assert (checked.computed_total, checked.findings) == (D(89), ())
    assert {"total-sum", "total-differs"} <= codes(
        recheck(replace(whole, total=D(97)), EVERY_OPTION)
    )
    full = replace(whole, money=HUNDRED, execution=SCORED, total=D(100), rating=Rating.EXCELLENT)
    assert recheck(full, EVERY_OPTION).findings == ()


SATISFIED = {"level1": "满意度指标", "level2": "满意度", "name": "群众满意度"}
OPTIONS = [
    ("a floor of satisfaction", row("≥90%", "50%", 10, "5.6", **SATISFIED), "0.0", "score-differs"),
    ("a pass mark", row("50件", "29件", 10, "5.8"), "0.0", "score-differs"),
    ("a deduction", row("≥100件", "130件", 10, 8, reason="x"), "8.0", None),
    ("a deduction not taken", row("≥100件", "130件", 10, 10, reason="x"), "8.0", "score-differs"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("_rule", "each", "computed", "code"), OPTIONS, ids=[o[0] for o in OPTIONS]
)
def test_what_a_pack_takes_away_is_no_rounding(_rule, each, computed, code):
    (checked,) = recheck(form(each), EVERY_OPTION).rows
    assert checked.computed == D(computed)
    told = {found.code for found in checked.findings} - {"reason-missing"}
    assert told == (set() if code is None else {code})


# Reading of printed actuals


@given(
    st.text(max_size=30), st.sampled_from(["≥90%", "9月前", "明显", "2万元", "2020年1月-2020年3月"])
)
def test_no_text_of_an_actual_raises(text, target):
    read_printed_actual(text, parse_target(target, year=2023), 2023)
    printed_tier(text, load_pack("cn-project-2020").tiers.bands)
    is_blank(text)


FIGURES = st.none() | st.decimals(D(-200), D(200), places=2)
ROWS = st.builds(
    row,
    st.sampled_from(["≥90%", "≤7天", "9月前", "明显", "0起", "≥-2%", "", "90%-95%"]),
    st.sampled_from(["92%", "8天", "7月", "达成", "不涉及", "0", "-1%", ""]),
    FIGURES,
    FIGURES,
)
AMOUNTS = st.builds(Amounts, FIGURES, FIGURES, FIGURES)


@given(
    st.lists(ROWS, max_size=4),
    AMOUNTS,
    st.builds(PrintedExecution, FIGURES, FIGURES, FIGURES),
    FIGURES,
    FIGURES,
    st.sampled_from([None, *Rating]),
    st.sampled_from([None, EVERY_OPTION]),
)
def test_no_form_raises_and_no_computed_score_leaves_its_weight(
    rows, money, execution, weights, total, rating, pack
):
    whole = FilledForm("x", tuple(rows), PlanKind.PROJECT, 2023, money, (("其他资金", money),),
                       execution, weights, total, rating)  # fmt: skip
    checked = recheck(whole, pack)
    for each in checked.rows:
        assert each.computed is None or 0 <= each.computed <= each.row.weight
        assert (each.verdict is Verdict.UNDECIDABLE) or each.computed is not None


def test_days_and_grades_are_read():
    deadline = parse_target("2023年底之前")
    assert read_printed_actual("2023年6月30日", deadline, None).value == date(2023, 6, 30)
    bands = load_pack("cn-project-2020").tiers.bands
    assert printed_tier("未达成年度指标且效果较差", bands) is Tier.MISSED
    assert printed_tier("优", bands) is None


# Published tables

# In form order: a agrees, u undecidable, a figure differs and is what comes out by hand.
EXPECTED = {
    "新洲区楚剧团": "a a u 20.00 a",
    "保山市退役军人事务局": "u u u u u",
    "天长市水利局": "a a u u u u u u a",
    "黄石市住建局": "u u u u u u u u",
    "黄冈市水土保持": "u u u u u",
    "永德县明朗中学": "a a 10.00 a u 9.80 a a a",
    "青神县发改局": "u u",
    "池州市贵池区棠溪镇 村级": "a a u u u a u u",
    "大英县民政局": "u u u u u u u u u",
    "池州市贵池区棠溪镇 委托": "a a u u a u u u u",
    "宣城市公安局": "a a u",
    "大英县 铁路": "u u u u u u u u",
    "广水市交通运输局": "a",
    "黄石市图书馆": "u u u u u u u u u u u",
    "乐亭县市场监督管理局": "u a",
    "金寨县茶谷": "a a a a a a a a",
    "濉溪县民政局": "a a a 4.84 a a a 9.09 a",
    "稷山县翟店镇卫生院": "2.92 a a a a 1.95 a a a 1.90 1.90 1.15 1.43 1.69 1.69 1.61 1.58 1.97 a 1.43 1.25 a 1.83",
    "大英县司法局": "u",
    "海淀区学院路街道": "u",
}  # fmt: skip
NAMED = {
    "新洲区楚剧团": {"weights-sum", "reached-points-taken"},
    "永德县明朗中学": {"reached-points-taken", "score-differs"},
    "池州市贵池区棠溪镇 委托": {"execution-score-differs"},
    "大英县民政局": {"actual-is-bound"},
    "宣城市公安局": {"over-achieved-no-reason"},
    "天长市水利局": {"scored-without-actual"},
    "金寨县茶谷": {"execution-over-budget", "over-achieved-no-reason", "month-read-as-date"},
    "濉溪县民政局": {"missed-full-score"},
    "稷山县翟店镇卫生院": {"executed-without-budget", "missed-full-score", "rounding"},
    "大英县司法局": {"weights-sum"},
    "海淀区学院路街道": {"execution-reason-missing"},
}


def published():
    """The shared tables as filled forms; what is printed of a whole form stands for whole ones."""
    forms = {}
    for line in CORPUS.read_text(encoding="utf-8").splitlines():
        table = json.loads(line, parse_float=Decimal)
        factor = WAN if table["budget_unit"] == "万元" else 1
        initial, adjusted, executed = (
            None if table[name] is None else D(table[name]) * factor
            for name in ("budget_initial", "budget_adjusted", "executed")
        )
        rate = table["execution_rate"]
        rows = tuple(
            row(one_["target"] or "", one_["actual"] or "", one_["weight"], one_["score"],
                level1=one_["level1"] or "", level2=one_["level2"], name=one_["level3"],
                reason=one_["reason"] or "")
            for one_ in table["indicators"]
        )  # fmt: skip
        weight, score = table["execution_weight"], table["execution_score"]
        forms[table["project"]] = FilledForm(
            table["project"],
            rows,
            PlanKind.DEPARTMENT if "部门整体" in table["project"] else PlanKind.PROJECT,
            table["year"],
            Amounts(initial, adjusted, executed),
            (),
            PrintedExecution(
                None if weight is None else D(weight),
                None if rate is None else D(rate.rstrip("%")),
                None if score is None else D(score),
            ),
            D(100) if "合计100" in table["notes"] else None,
            D(table["total"]) if table["complete"] else None,
        )
    return forms


@pytest.mark.skipif(
    not CORPUS.exists(), reason="the published tables do not lie beside the project"
)
def test_published_tables_get_the_verdicts_checked_by_hand():
    forms = published()
    assert len(forms) == len(EXPECTED)
    judged = 0
    for project, whole in forms.items():
        wanted = next(text for name, text in EXPECTED.items() if project.startswith(name)).split()
        checked = recheck(whole)
        told = []
        for each in checked.rows:
            short = {
                Verdict.AGREES: "a",
                Verdict.UNDECIDABLE: "u",
                Verdict.DIFFERS: str(each.computed),
            }
            told.append(short[each.verdict])
        assert told == wanted, project
        judged += sum(each != "u" for each in wanted)
        for name, expected in NAMED.items():
            if project.startswith(name):
                assert expected <= codes(checked), project
    assert judged >= 50
