"""What of a text is flagged before it is made public, and what is not."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perf.core.disclosure import Personal, flags_in, masked

KNOWN = ["阿依古丽", "夏 雨", "高明", "管理员", "填报人1", "买买提·艾力"]


def told(text: str) -> list[tuple[str, str]]:
    return [(text[flag.start : flag.end], flag.kind.label) for flag in flags_in(text, KNOWN)]


@pytest.mark.parametrize(
    ("text", "piece", "kind"),
    [
        ("身份证11010519491231002X", "11010519491231002X", "身份证号"),
        ("证号 110105 19491231 002x。", "110105 19491231 002x", "身份证号"),
        (
            "１１０１０５１９４９１２３１００２Ｘ",
            "１１０１０５１９４９１２３１００２Ｘ",
            "身份证号",
        ),
        ("旧证330106800520123", "330106800520123", "身份证号"),
        ("卡号6222 0212 3456 7890 128", "6222 0212 3456 7890 128", "银行卡号"),
        ("转入4111111111111111账户", "4111111111111111", "银行卡号"),
        ("联系13912345678", "13912345678", "电话号码"),
        ("+86 139-1234-5678", "+86 139-1234-5678", "电话号码"),
        ("0571-87654321转801", "0571-87654321转801", "电话号码"),
        ("（0571）8765 4321", "（0571）8765 4321", "电话号码"),
        ("电话：5512345。", "5512345", "电话号码"),
        ("发至 a.b@x.gov.cn。", "a.b@x.gov.cn", "电子邮箱"),
        ("zhang＠mail．example．com", "zhang＠mail．example．com", "电子邮箱"),
        ("姓名：张三，男", "张三", "姓名"),
        ("联系人:欧阳修 电话", "欧阳修", "姓名"),
        ("由王小明同志负责", "王小明", "姓名"),
        ("经李局长同意", "李", "姓名"),
        ("诸葛明副主任到场", "诸葛明", "姓名"),
        ("阿依古丽反映的问题", "阿依古丽", "姓名"),
        ("买买提·艾力来访", "买买提·艾力", "姓名"),
        ("高明同志来访", "高明", "姓名"),
    ],
)
def test_what_may_tell_of_a_person_is_flagged(text, piece, kind):
    assert told(text) == [(piece, kind)]


@pytest.mark.parametrize(
    "text",
    [
        "2,109,100.00元",
        "21091000000元，13800000000 元，13912345678.50",
        "项目编码 33018222100000000023 与 330182221000000000231",
        "110105194912310021",  # The check digit is another one.
        "330106801350123",  # No month has this number.
        "6222021234567890123",  # Luhn's rule says no.
        "≥95%，≤50万元，2022-10-15，2022年1—12月，〔2022〕13号",
        "公安局长、审计局长、办公室主任、纪委书记、党组书记、高级会计",
        "关于同志们的建议，提高明显，不高于同志人数",
        "负责人：王某某，王某同志，任主任期间",
        "管理员和填报人1提交",
        "夏 雨",
        "",
    ],
)
def test_what_tells_of_nobody_is_let_through(text):
    assert told(text) == []


def test_several_pieces_come_in_order_and_each_once():
    text = "信访人：赵六，13912345678，身份证11010519491231002X。"
    assert [kind for _, kind in told(text)] == ["姓名", "电话号码", "身份证号"]
    assert masked(text) == f"信访人：赵＊，{'＊' * 11}，身份证{'＊' * 18}。"
    assert masked("经李局长同意") == "经＊局长同意"


AMOUNTS = st.decimals(Decimal("0.01"), Decimal("99999999999.99"), places=2, allow_nan=False)


@given(AMOUNTS, st.sampled_from(["", "元", "万元", " 万元"]))
def test_no_amount_is_flagged(amount, unit):
    assert flags_in(f"预算{amount:,.2f}{unit}，执行{amount:.2f}{unit}") == []


@given(st.text("0123456789", min_size=20, max_size=21))
def test_no_project_code_is_flagged(code):
    assert flags_in(f"项目编码：{code}") == []


@given(st.sampled_from("≥≤=><"), st.integers(0, 10**9), st.sampled_from(["件", "%", "人次", "天"]))
def test_no_target_is_flagged(sign, number, unit):
    assert flags_in(f"办结{sign}{number}{unit}") == []


PIECES = [
    "张三",
    "同志",
    "姓名：",
    "13912345678",
    "11010519491231002X",
    "a@b.cn",
    "高",
    "，",
    "元",
    "１",
]


@given(st.lists(st.sampled_from(PIECES), max_size=8).map("，".join))
def test_a_masked_text_is_as_long_and_tells_no_number(text):
    flags = flags_in(text)
    assert all(one.end <= other.start for one, other in pairwise(flags))
    covered = masked(text)
    assert len(covered) == len(text)
    assert {flag.kind for flag in flags_in(covered)} <= {Personal.NAME}
