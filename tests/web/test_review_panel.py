"""The reviewer's panel: what it offers, shows and keeps, and what is read out of it."""

import re
from datetime import UTC, datetime

import pytest
from flask import render_template_string
from werkzeug.datastructures import MultiDict

from perf.core.errors import InvalidInput, Stale
from perf.core.terms import Action
from perf.models import Remark
from perf.services.snapshots import Difference
from perf.web.decisions import Decision, read_decision

MORNING = datetime(2022, 10, 9, 4, 0, tzinfo=UTC)


class Row:
    def __init__(self, id_: int, name: str) -> None:
        self.id, self.name = id_, name


ROWS = [Row(7, "办结率"), Row(9, "满意度")]


def test_everything_typed_into_the_panel_and_the_rows_is_read() -> None:
    form = MultiDict(
        [
            ("version", "3"),
            ("reason", " 请核对\r\n台账\x00 "),
            ("remark-7", "还缺签字 "),
            ("remark-9", "  "),
            ("remark-999", "别家的指标"),
        ]
    )
    decision = read_decision(form, ROWS)
    assert decision.version == 3
    assert decision.remarks == {7: "还缺签字"}
    assert decision.reason == "请核对\n台账"


@pytest.mark.parametrize("text", ["", "x", "-1", "1.5", "9" * 40])
def test_a_version_that_is_none_is_taken_for_an_old_one(text) -> None:
    assert read_decision(MultiDict({"version": text}), ROWS).version == 0


def test_a_refused_decision_keeps_what_was_typed_and_says_what_is_wrong() -> None:
    decision = read_decision(MultiDict({"remark-7": "太长的话"}), ROWS)
    refused = decision.refused(InvalidInput("说明太长。", {"reason": "最多"}))
    assert (refused.message, refused.errors) == ("说明太长。", {"reason": "最多"})
    assert refused.remarks == {7: "太长的话"}
    assert decision.refused(Stale("内容有变动。")).errors == {}


def draw(app, **more) -> str:
    given = {
        "url": lambda action: f"/steps/{action.value}",
        "actions": [],
        "rows": ROWS,
        "remarks": [],
        "differences": None,
        "typed": None,
        "hindrance": "",
    } | more
    with app.test_request_context():
        return render_template_string(
            '{% from "macros/review.html" import review_panel %}{{ review_panel(url, actions, 3,'
            ' rows, remarks, differences, typed=typed, anchor="row-", hindrance=hindrance) }}',
            **given,
        )


def test_the_panel_offers_exactly_the_steps_it_is_given(app) -> None:
    def offered(*actions: Action) -> list[str]:
        return re.findall(r'formaction="/steps/(\w+)"', draw(app, actions=list(actions)))

    assert draw(app).strip() == ""
    assert offered(Action.WITHDRAW) == ["withdraw"]
    assert offered(Action.RETURN, Action.APPROVE) == ["approve", "return"]
    assert offered(Action.REOPEN) == ["reopen"]
    assert offered(Action.SUBMIT) == []


def test_the_panel_has_no_field_in_which_the_enter_key_takes_a_step(app) -> None:
    drawn = draw(app, actions=[Action.RETURN, Action.APPROVE])
    assert set(re.findall(r'<input type="(\w+)"', drawn)) == {"hidden"}
    assert drawn.count("<textarea") == 1


def test_the_form_of_reopening_lies_folded_until_something_was_typed_into_it(app) -> None:
    folded = '<details class="working"><summary>内容有误，需要重新打开</summary>'
    assert folded in draw(app, actions=[Action.REOPEN])
    typed = Decision().refused(InvalidInput("不行。", {"reason": "请写明原因。"}))
    assert folded not in draw(app, actions=[Action.REOPEN], typed=typed)


def test_the_panel_shows_open_remarks_before_settled_ones(app) -> None:
    settled = Remark(text="早先的意见", created_at=MORNING, resolved_at=MORNING)
    open_ = Remark(text="没解决的<意见>", indicator_id=7, created_at=MORNING, created_by=None)
    gone = Remark(text="老指标", indicator_id=5, created_at=MORNING, created_by=None)
    drawn = draw(app, remarks=[settled, open_, gone])
    assert drawn.index("没解决的&lt;意见&gt;") < drawn.index("早先的意见")
    assert '<a href="#row-7">办结率</a>' in drawn
    assert "已删除的指标" in drawn
    assert "系统 · 2022-10-09 12:00" in drawn


def test_the_panel_shows_differences_as_old_and_new(app) -> None:
    found = [
        Difference("办结率", "实际完成值", "80%", "88<%", 7),
        Difference("", "预算执行", None, "12", None),
        Difference("满意度", "偏差原因", "旧", None, 9),
    ]
    drawn = " ".join(re.sub(r"<[^>]+>", " ", draw(app, differences=found)).split())
    assert "3 处变动" in drawn
    assert "办结率 · 实际完成值 80% → 改为 88&lt;%" in drawn
    assert "预算执行 未填报 → 改为 12" in drawn
    assert "偏差原因 旧 → 改为 已清空" in drawn


def test_the_panel_keeps_what_was_typed_with_its_error(app) -> None:
    typed = Decision(reason="已写的<话>").refused(
        InvalidInput("不行。", {"reason": "请写明原因。"})
    )
    drawn = draw(app, actions=[Action.REOPEN], typed=typed)
    assert "已写的&lt;话&gt;</textarea>" in drawn
    assert 'aria-invalid="true"' in drawn
    assert "请写明原因。" in drawn
    assert "不行。" in drawn
