"""Lines of messages, their words, and what an e-mail address looks like."""

from datetime import date

import pytest

from perf.core.email_address import is_email_address
from perf.core.reminders import (
    Line,
    Why,
    due_text,
    line_of,
    mail_subject,
    mail_text,
    merged,
    shortened,
    why_due,
)

TODAY = date(2022, 4, 12)


def line(why: Why = Why.DUE, plan_id: int = 1, text: str = "截止", *reminded: str) -> Line:
    return Line(why, "quarter", plan_id, "2022-Q1", "信访工作经费 一季度填报", text, reminded)


@pytest.mark.parametrize(
    ("due_on", "why", "text"),
    [
        (date(2022, 4, 11), Why.OVERDUE, "截止 2022 年 4 月 11 日，已逾期 1 天"),
        (date(2022, 4, 12), Why.DUE, "截止 2022 年 4 月 12 日，今天到期"),
        (date(2022, 4, 19), Why.DUE, "截止 2022 年 4 月 19 日，还有 7 天"),
        (date(2022, 4, 20), None, "截止 2022 年 4 月 20 日，还有 8 天"),
    ],
)
def test_a_due_day_counts_itself(due_on, why, text):
    assert (why_due(due_on, TODAY), due_text(due_on, TODAY)) == (why, text)


def test_a_line_is_kept_and_read_back():
    kept = line(Why.RETURNED, 7, "退回", "李四 09:00")
    assert line_of(kept.stored() | {"reminded": ["李四 09:00"]}) == kept


def test_one_thing_is_one_line_with_everybody_who_reminded_of_it():
    before = [line(Why.DUE, 1, "早", "甲 08:00"), line(Why.DUE, 2)]
    more = [line(Why.OVERDUE, 1, "晚", "乙 09:00"), line(Why.RETURNED, 3)]
    found = merged(before, more)
    assert [(each.plan_id, each.text) for each in found] == [(3, "截止"), (1, "晚"), (2, "截止")]
    assert found[1].reminded == ("甲 08:00", "乙 09:00")


def test_the_mail_says_everything_in_plain_words():
    lines = [line(Why.RETURNED, 1, "退回：补材料", "李四 09:00"), line(Why.DUE, 2, "今天到期")]
    text = mail_text("张三", TODAY, lines, "https://perf.example")
    assert text.startswith("张三，您好：\n\n截至 2022 年 4 月 12 日，您有 2 项待办。\n")
    assert "【已退回】\n1. 信访工作经费 一季度填报\n   退回：补材料\n   李四 09:00 提醒\n" in text
    assert "【已逾期】" not in text
    assert "https://perf.example/messages" in text
    assert "http" not in mail_text("张三", TODAY, lines, "")
    assert mail_subject(TODAY, 2) == "绩效目标跟踪：2 项待办（2022-04-12）"


def test_a_long_text_is_cut_and_its_lines_are_joined():
    assert shortened("甲\n 乙") == "甲 乙"
    assert shortened("长" * 300) == "长" * 199 + "…"


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("wang.min@perf.example.gov.cn", True),
        ("a@b.c", True),
        ("王敏@example.cn", False),
        ("wang@example", False),
        ("wang@.cn", False),
        ("@example.cn", False),
        ("a@b@c.cn", False),
        ("a b@example.cn", False),
        ("a@example.cn\r\nBcc: x@example.cn", False),
        ("a@example.cn,b@example.cn", False),
        ("a" * 250 + "@b.cn", False),
    ],
)
def test_an_address_is_one_that_every_mail_server_takes(text, is_one):
    assert is_email_address(text) is is_one
