"""Figures without a unit, words without a figure, nobody asked, less than last year, copies."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perf.core.checks import check_plan, indicator_key, notice
from perf.core.drafts import DraftIndicator, DraftPlan
from perf.core.terms import PlanKind, Sense
from tests.core.checked_plans import SILENT, codes, only, plan, told

UNITS = [
    ("产出指标", "数量指标", "化妆品监管企业数", "≥290", "个、次、人"),
    ("产出指标", "数量指标", "完成改造项目数量", "1", "个、次、人"),
    ("产出指标", "数量指标", "二级公路32.1公里", "20", "个、次、人"),
    ("产出指标", "数量指标", "巡查", "90~95", "个、次、人"),
    ("产出指标", "质量指标", "资金到位率", "100", "%"),
    ("满意度指标", "满意度指标", "群众满意度", "≥90", "%"),
    ("成本指标", None, "项目总成本", "≤30", "元、万元"),
    ("效益指标", "经济效益指标", "带动农户增加收入", "≥5000", "元、万元"),
    ("产出指标", "数量指标", "化妆品监管企业数", "≥290家", None),
    ("产出指标", "数量指标", "安全事故", "0", None),
    ("产出指标", "数量指标", "培训人数", "≥290", None),
    ("产出指标", "数量指标", "培训人次", "≥290", None),
    ("产出指标", "数量指标", "演出场次数", "≥12", None),
    ("产出指标", "数量指标", "1250KVA变压器3台", "3", None),
    ("产出指标", "数量指标", "兑付率(%)", "≥100", None),
    ("产出指标", "质量指标", "考核得分", "≥90", None),
    ("产出指标", "质量指标", "群众安全感指数", "≥90", None),
    ("产出指标", "质量指标", "生师比", "≤13", None),
    ("产出指标", "质量指标", "验收", "合格", None),
    ("产出指标", "时效指标", "完成时间", "2022年12月底前", None),
]


@pytest.mark.parametrize(("level1", "level2", "name", "target", "unit"), UNITS)
def test_a_figure_without_a_unit_is_named_with_what_it_could_be(
    level1: str, level2: str | None, name: str, target: str, unit: str | None
) -> None:
    found = list(told(plan(DraftIndicator(level1, level2, name, target)), "unit-missing"))
    assert [each.rows for each in found] == ([] if unit is None else [(0,)])
    for each in found:
        assert f"如 {unit}）" in each.finding.message
        assert f"{name}（" in each.finding.message


def test_figures_without_a_unit_are_told_together_and_beside_each() -> None:
    drawn = plan(
        DraftIndicator("产出指标", None, "监管企业数", "≥290"),
        DraftIndicator("产出指标", None, "巡查", "≥12次"),
        DraftIndicator("产出指标", None, "资金到位率", "≥95"),
    )
    (found,) = told(drawn, "unit-missing")
    assert found.finding.severity == "warning"
    assert found.finding.where == "某经费"
    assert found.rows == (0, 2)
    assert "2 项" in found.finding.message
    assert "个、次、人、%" in found.finding.message
    assert ["（如 %）" in beside for beside in found.beside] == [False, True]


WORDS = [
    ("产出指标", "时效指标", "拨付及时性", "及时", "warning"),
    ("产出指标", "时效指标", "完成", "尽快", "warning"),
    ("产出指标", None, "资金到位", "及时", "warning"),
    ("产出指标", "数量指标", "宣传", "较多", "warning"),
    ("产出指标", "成本指标", "成本", "较低", "warning"),
    ("满意度指标", None, "群众满意度", "满意", "warning"),
    ("效益指标", None, "党建效益", "明显", "info"),
    ("效益指标", None, "助学制度", "进一步完善", "info"),
    ("效益指标", None, "服务水平", "服务能力持续提升", "info"),
    ("效益指标", None, "环境", "明显改善，稳步提升", "info"),
    ("效益指标", None, "就业", "持续促进群众增收", "info"),
    ("效益指标", None, "影响", "效果明显", "info"),
    ("效益指标", None, "持续", "影响可持续", "info"),
    ("效益指标", None, "稳定", "确保", "info"),
    ("产出指标", "质量指标", "验收", "合格", SILENT),
    ("产出指标", "质量指标", "资金使用合规性", "合规", SILENT),
    ("产出指标", "质量指标", "制度健全性", "健全", SILENT),
    ("产出指标", "数量指标", "宣传片", "完成宣传片制作", SILENT),
    ("产出指标", "时效指标", "完成时间", "2022年12月底前", SILENT),
    ("产出指标", "时效指标", "及时受理率", "≥90%", SILENT),
    ("效益指标", None, "权益", "有效保障，力争将信访问题在当地解决。", SILENT),
    ("效益指标", None, "产生的经济效益", "促进全区经济社会和谐稳定", SILENT),
    ("效益指标", None, "增收", "进一步提高全县贫困地区农民群众人均可支配收入", SILENT),
    ("产出指标", None, "党组织建设", "全年", SILENT),
    ("产出指标", None, "党组织建设", "", SILENT),
]


@pytest.mark.parametrize(("level1", "level2", "name", "target", "severity"), WORDS)
def test_a_target_of_nothing_but_praise_is_named_with_how_to_write_it(
    level1: str, level2: str | None, name: str, target: str, severity: str
) -> None:
    found = list(told(plan(DraftIndicator(level1, level2, name, target)), "vague-words"))
    assert [each.finding.severity.value for each in found] == ([severity] if severity else [])
    for each in found:
        assert "请改写成数值" in each.finding.message
        assert "请改写成数值" in each.beside[0]


def test_praise_with_a_note_that_says_when_it_is_reached_is_left_alone() -> None:
    noted = DraftIndicator("效益指标", None, "信访值班", "确保", "不发生来自我区的信访干扰")
    assert not list(told(plan(noted), "vague-words"))
    assert list(told(plan(replace(noted, note="无")), "vague-words"))


def test_praise_is_told_once_for_what_can_be_measured_and_once_for_the_rest() -> None:
    drawn = plan(
        DraftIndicator("产出指标", "时效指标", "拨付", "及时"),
        *(DraftIndicator("效益指标", None, f"效益{n}", "明显") for n in range(10)),
        DraftIndicator("满意度指标", None, "群众满意度", "满意"),
    )
    measurable, rest = told(drawn, "vague-words")
    assert (measurable.rows, rest.rows) == ((0, 11), tuple(range(1, 11)))
    assert "“12月底前”或“≤7个工作日”“≥90%”" in measurable.finding.message
    assert "≥90%" not in measurable.beside[0]
    assert " 等。" in rest.finding.message


def test_a_plan_that_asks_nobody_is_named() -> None:
    output = DraftIndicator("产出指标", None, "巡查", "≥1次")
    drawn = DraftPlan(PlanKind.PROJECT, "某经费", indicators=[output], budget_total=Decimal(1))
    only(drawn, "satisfaction-missing")
    for asked in (
        DraftIndicator("满意度指标", None, "群众评价", "≥90%"),
        DraftIndicator("效益指标", "满意度", "群众评价", "≥90%"),
        DraftIndicator("效益指标", None, "群众满意率", "≥90%"),
    ):
        only(replace(drawn, indicators=[output, asked]), SILENT)
    assert "satisfaction-missing" not in codes(replace(drawn, indicators=[]))


EASIER = [
    ("产出指标", "受理案件", "≥100件", "250", "上年 250件"),
    ("产出指标", "受理案件", "100件", "100.5", "上年 100.5件"),
    ("产出指标", "受理案件", ">100件", "101", "上年 101件"),
    ("产出指标", "办结时间", "≤7天", "5", "上年 5天"),
    ("产出指标", "安全事故", "≤2起", "0", "上年 0起"),
    ("效益指标", "群众满意度", "≥90%", "97.3", "上年 97.3%"),
    ("产出指标", "受理案件", "≥100件", "100", SILENT),
    ("产出指标", "受理案件", "≥100件", "0", SILENT),
    ("产出指标", "办结时间", "≤7天", "7", SILENT),
    ("产出指标", "办结时间", "≤7天", "9", SILENT),
    ("产出指标", "安全事故", "0起", "0", SILENT),
    ("产出指标", "完成率", "100%", "104", SILENT),
    ("产出指标", "在册人员", "恰好100人", "120", SILENT),
    ("产出指标", "水温", "20度~30度", "35", SILENT),
    ("产出指标", "制度", "健全", "100", SILENT),
    ("成本指标", "总成本", "≤30万元", "20", SILENT),
]


@pytest.mark.parametrize(("level1", "name", "target", "reached", "said"), EASIER)
def test_a_target_easier_than_what_was_reached_last_year_is_named(
    level1: str, name: str, target: str, reached: str, said: str
) -> None:
    drawn = plan(DraftIndicator(level1, "数量", f"1、{name}", target))
    unit = target.lstrip("≥≤>恰好0123456789").split("~")[0]
    known = {indicator_key(level1[:2], " 数量 ", name, unit): Decimal(reached)}
    found = list(told(drawn, "target-below-last-year", known))
    assert [each.rows for each in found] == ([(0,)] if said else [])
    for each in found:
        assert f"（{target}，{said}）" in each.finding.message
        assert said in each.beside[0]


def test_last_year_in_another_unit_or_of_another_name_says_nothing() -> None:
    drawn = plan(DraftIndicator("产出指标", None, "受理案件", "≥100件"))
    for key in (
        indicator_key("产出指标", None, "受理案件", "万件"),
        indicator_key("产出指标", None, "办结案件", "件"),
        indicator_key("产出指标", "数量指标", "受理案件", "件"),
        indicator_key("效益指标", None, "受理案件", "件"),
    ):
        assert not list(told(drawn, "target-below-last-year", {key: Decimal(250)}))


LONG_NOTE = "统计本年度实际完成的巡查次数，以台账为准。"
LONG_TARGET = "严格执行财务管理制度和相关规定"
COPIES = [
    ("群众满意度", "巡查次数", LONG_NOTE, LONG_NOTE, "≥1次", "≥2次", "说明"),
    ("审批规范性", "支出合规性", None, None, LONG_TARGET, f" {LONG_TARGET}。", None),
    ("审批规范性", "支出合规性", None, None, LONG_TARGET, LONG_TARGET, "指标值"),
    ("救助任务", "救助任务实现率", LONG_NOTE, LONG_NOTE, "≥1次", "≥2次", None),
    ("群众满意度", "巡查次数", LONG_NOTE, f"另见：{LONG_NOTE}", "≥1次", "≥2次", None),
    ("群众满意度", "巡查次数", "按实际情况", "按实际情况", "≥1次", "≥2次", None),
    ("覆盖率", "巡查次数", "达到指标值得满分，每低一个百分点扣1分", "", "≥1次", "≥2次", None),
    (
        "覆盖率",
        "巡查次数",
        "达到指标值得满分，每低一个百分点扣1分",
        "达到指标值得满分，每低一个百分点扣1分",
        "≥1次",
        "≥2次",
        None,
    ),
    ("审批规范性", "支出合规性", None, None, "规范执行", "规范执行", None),
    ("", "巡查次数", LONG_NOTE, LONG_NOTE, "≥1次", "≥2次", None),
]


@pytest.mark.parametrize(("one", "other", "note", "again", "first", "second", "label"), COPIES)
def test_a_text_copied_from_an_indicator_of_another_name_is_named(
    one: str,
    other: str,
    note: str | None,
    again: str | None,
    first: str,
    second: str,
    label: str | None,
) -> None:
    drawn = plan(
        DraftIndicator("产出指标", None, one, first, note),
        DraftIndicator("产出指标", None, other, second, again),
    )
    found = list(told(drawn, "copied-text"))
    assert [each.rows for each in found] == ([] if label is None else [(0, 1)])
    for each in found:
        assert each.finding.message.startswith(f"“{one}”、“{other}”的{label}一字不差")
        assert [f"与“{name}”" in each.beside[at] for at, name in enumerate((other, one))] == [
            True,
            True,
        ]


def test_a_formula_of_another_indicator_is_told_once_and_not_as_a_copy_too() -> None:
    formula = "绩效监控完成率=已完成监控的项目数/项目总数×100%"
    drawn = plan(
        DraftIndicator("投入管理指标", None, "目标编制完成率", "≥90%", formula),
        DraftIndicator("投入管理指标", None, "绩效监控完成率", "≥91%", formula),
    )
    only(drawn, "note-of-another-indicator")


def test_a_direction_that_somebody_chose_is_no_guess_any_more() -> None:
    guessed = DraftIndicator("产出指标", None, "场地", "3处")
    assert list(told(plan(guessed), "sense-guessed"))
    assert list(told(plan(replace(guessed, sense=Sense.AT_LEAST)), "sense-guessed"))
    assert not list(told(plan(replace(guessed, sense=Sense.EXACTLY)), "sense-guessed"))
    # A sense means nothing beside a target that says its direction.
    assert not codes(plan(replace(guessed, target="≥3处", sense=Sense.EXACTLY)))


def test_every_finding_says_what_to_do() -> None:
    drawn = plan(
        *(DraftIndicator(*row[:4]) for row in UNITS + WORDS),
        DraftIndicator("", None, "", ""),
        DraftIndicator("成本指标", None, "成本", "≥50万元"),
        DraftIndicator("产出指标", None, "实现率", "≤10%", LONG_NOTE),
        DraftIndicator("产出指标", None, "覆盖面", "2020年12月", LONG_NOTE),
        wan="20",
        name="",
    )
    found = check_plan(drawn, year=2022)
    assert len({finding.code for finding in found}) > 10
    assert [finding.message for finding in found if "请" not in finding.message] == []


def test_each_finding_knows_its_indicators_and_the_plan_has_those_of_none() -> None:
    noticed = notice(plan(DraftIndicator("产出指标", None, "培训", ""), wan=None), year=2022)
    assert [(each.finding.code, each.rows) for each in noticed] == [
        ("target-missing", (0,)),
        ("budget-missing", ()),
    ]
    assert noticed[0].beside == ("指标值为空，请填写。",)


TEXTS = st.one_of(
    st.text(max_size=30),
    st.text("明显及时有效提升≥≤=0123456789.%％万元件、，。()（）年月日前 ", max_size=20),
)
ROWS = st.builds(
    DraftIndicator,
    st.sampled_from(["成本指标", "产出指标", "满意度指标", ""]) | TEXTS,
    st.none() | st.sampled_from(["数量指标", "时效指标"]) | TEXTS,
    TEXTS,
    TEXTS,
    st.none() | TEXTS,
    sense=st.none() | st.sampled_from(Sense),
)


@given(st.lists(ROWS, max_size=6))
def test_whatever_stands_in_a_plan_it_is_checked_and_the_rows_are_its_own(
    rows: list[DraftIndicator],
) -> None:
    drawn = DraftPlan(PlanKind.PROJECT, "某经费", indicators=rows, budget_total=Decimal(10))
    known = {indicator_key(row.level1, row.level2, row.name, "件"): Decimal(5) for row in rows}
    for each in notice(drawn, year=2022, last_year=known):
        assert each.finding.message
        assert len(each.rows) == len(each.beside)
        assert set(each.rows) <= set(range(len(rows)))
