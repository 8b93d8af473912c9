"""What is a formula, how it prints, and what is refused."""

from contextlib import suppress
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perf.core.errors import InvalidInput
from perf.formulas.grammar import MAX_DEPTH, MAX_LENGTH, MAX_NODES, parse_formula
from tests.formulas.trees import texts


@pytest.mark.parametrize(
    ("text", "printed", "quantities"),
    [
        ("预算完成数/预算数×100%", "预算完成数 / 预算数 × 100%", ("预算完成数", "预算数")),
        ("（预算完成数÷预算数）× 100％", "预算完成数 / 预算数 × 100%", ("预算完成数", "预算数")),
        ("完成数 * 100% ÷ 总数", "完成数 × 100% / 总数", ("完成数", "总数")),
        ("（甲－乙）／乙×100%", "(甲 - 乙) / 乙 × 100%", ("甲", "乙")),
        ("甲 / (乙 × 丙)", "甲 / (乙 × 丙)", ("甲", "乙", "丙")),
        ("甲 - (乙 - 丙)", "甲 - (乙 - 丙)", ("甲", "乙", "丙")),
        ("1 − 未完成数 / 总数", "1 - 未完成数 / 总数", ("未完成数", "总数")),
        ("-甲 + 乙", "-甲 + 乙", ("甲", "乙")),
        ("-(甲 × 乙) + -乙", "-(甲 × 乙) + (-乙)", ("甲", "乙")),
        ("甲+乙+丙", "甲 + 乙 + 丙", ("甲", "乙", "丙")),
        ("甲/乙/丙", "甲 / 乙 / 丙", ("甲", "乙", "丙")),
        ("-(甲 + 乙)", "-(甲 + 乙)", ("甲", "乙")),
        ("--甲", "-(-甲)", ("甲",)),
        (
            "本年度“三公经费”实际支出数/“三公经费”预算数*100%",
            "本年度“三公经费”实际支出数 / “三公经费”预算数 × 100%",
            ("本年度“三公经费”实际支出数", "“三公经费”预算数"),
        ),
        ("2022年支出 / 2021年支出", "2022年支出 / 2021年支出", ("2022年支出", "2021年支出")),
        ("１，２３４.50 × 甲", "1234.5 × 甲", ("甲",)),
        ("甲 · 乙", "甲 × 乙", ("甲", "乙")),
        ("甲／乙X100％", "甲 / 乙 × 100%", ("甲", "乙")),
        ("出生数 ÷ 总数 × 1000‰", "出生数 / 总数 × 1000‰", ("出生数", "总数")),
        (
            "预算数（调整后）/年初预算数",
            "预算数（调整后） / 年初预算数",
            ("预算数（调整后）", "年初预算数"),
        ),
        ("完成数/(调整)预算数", "完成数 / （调整）预算数", ("完成数", "（调整）预算数")),
        ("(甲)×100%", "甲 × 100%", ("甲",)),
        ("水、电费支出 / 总支出", "水、电费支出 / 总支出", ("水、电费支出", "总支出")),
        ("《条例》宣讲数 ÷ 计划数", "《条例》宣讲数 / 计划数", ("《条例》宣讲数", "计划数")),
        ("二〇二二年支出 / 乙", "二〇二二年支出 / 乙", ("二〇二二年支出", "乙")),
        ("绿化面积㎡ / GDP", "绿化面积m2 / GDP", ("绿化面积m2", "GDP")),
        ("【甲－乙】÷乙。", "(甲 - 乙) / 乙", ("甲", "乙")),
        ("\u200b甲\u3000/ 乙\n", "甲 / 乙", ("甲", "乙")),
    ],
)
def test_formulas_as_people_write_them(text: str, printed: str, quantities: tuple[str, ...]):
    formula = parse_formula(text)
    assert formula.printed == printed
    assert formula.quantities == quantities
    assert formula.text == text


def test_what_stands_before_the_sign_of_equality_is_the_name():
    formula = parse_formula("预算执行率＝预算完成数÷预算数×100%")
    assert formula.name == "预算执行率"
    assert formula.printed == "预算完成数 / 预算数 × 100%"
    assert parse_formula("完成率（%）= 甲 / 乙").name == "完成率(%)"
    assert parse_formula("=甲 / 乙").name == ""
    assert parse_formula("甲 / 乙").name == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "公式是空的"),
        ("  ", "公式是空的"),
        ("完成率=", "公式是空的"),
        ("甲 /", "公式没有写完"),
        ("(甲 / 乙", "公式没有写完"),
        ("甲 / 乙)", "公式第 6 个字附近看不懂“)”"),
        ("甲 乙 / / 丙", "公式第 7 个字附近看不懂“/”"),
        ("甲 ^ 2", "公式第 3 个字附近不认识“^”"),
        ("甲 / 乙 × 100%%", "公式第 13 个字附近看不懂“%”"),
        ("1%%%%", "公式第 3 个字附近看不懂“%”"),
        ("甲 / 乙%", "公式第 6 个字附近看不懂“%”"),
        ("甲=乙=丙", "公式第 4 个字附近不认识“=”"),
        ("甲/乙=丙", "公式第 4 个字附近不认识“=”"),
        ("率＝甲（乙－丙）", "公式第 4 个字附近看不懂“(”"),
        ("人均（元/人）× 甲", "公式第 3 个字附近看不懂“(”"),
        ("面积㎡ ㎡ ! 甲", "公式第 7 个字附近不认识“!”"),
        ("甲 × 1234567890123", "数字太大"),
        ("甲 × 0.1234567", "小数太长"),
        ("甲" * 301, "公式最多 300 个字"),
        ("(" * 140 + "甲" + ")" * 140 + "+", "公式没有写完"),
    ],
)
def test_what_is_no_formula_says_where_and_what_to_do(text: str, words: str):
    with pytest.raises(InvalidInput, match="公式") as refused:
        parse_formula(text)
    assert words in str(refused.value)


def test_a_formula_is_bounded_in_its_parts_and_in_its_depth():
    assert parse_formula("+".join(["甲"] * (MAX_NODES // 2))).quantities == ("甲",)
    with pytest.raises(InvalidInput, match=f"最多 {MAX_NODES} 项"):
        parse_formula("+".join(["甲"] * (MAX_NODES // 2 + 1)))
    deep = "甲 - (" * (MAX_DEPTH - 1) + "甲" + ")" * (MAX_DEPTH - 1)
    assert parse_formula(deep).quantities == ("甲",)
    with pytest.raises(InvalidInput, match=f"最多嵌套 {MAX_DEPTH} 层"):
        parse_formula(f"甲 - ({deep})")
    # Brackets that change nothing are no levels.
    assert parse_formula("(" * 100 + "甲" + ")" * 100).printed == "甲"


def test_what_is_taken_can_be_read_again_as_it_is_printed():
    names = [f"{'量' * 13}{index}" for index in range(20)]
    short = "+".join(names[:16])
    assert parse_formula(parse_formula(short).printed).tree == parse_formula(short).tree
    long = "+".join(names[:19])
    assert len(long) <= MAX_LENGTH
    with pytest.raises(InvalidInput, match="公式加上空格共 329 个字，最多 300 个"):
        parse_formula(long)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 300,
        "(" * 10**6,
        "甲(" * 150,
        "(甲" * 100,
        "-" * 300,
        "1%" * 150,
        "1" * 300,
        "1," * 150,
        "甲=" * 150,
        "“" * 300,
        "《" * 299 + "/",
        "ﷺ" * 300,
        " " * 10**6,
        "+".join("甲" * 150),
        "/(".join("甲" * 100),
    ],
)
def test_hostile_text_is_refused_at_once(text: str):
    began = process_time()
    with pytest.raises(InvalidInput):
        parse_formula(text)
    assert process_time() - began < 0.5


@given(texts())
def test_parse_print_parse_is_stable(text: str):
    once = parse_formula(text)
    again = parse_formula(once.printed)
    assert again.tree == once.tree
    assert again.printed == once.printed


@given(st.text(max_size=320) | st.text("甲乙丙 ()（）+-×÷/*%＝=.,0123456789“”", max_size=60))
def test_no_text_raises_anything_else(text: str):
    with suppress(InvalidInput):
        formula = parse_formula(text)
        assert parse_formula(formula.printed).tree == formula.tree
