"""What a report says, before it is a file: every sentence out of the record, gaps where it is not."""

from datetime import date
from typing import Any

import pytest

from perf.documents.report import report_file_name, report_from_record
from perf.documents.report.parts import (
    Gap,
    Heading,
    Items,
    Paragraph,
    Picture,
    Report,
    Table,
    plain,
)
from tests.documents.report_records import (
    EXCEEDED,
    LAST_YEAR,
    MISSED,
    OUTSIDE,
    UNEXPLAINED,
    UNREPORTED,
    quarter,
    record,
    row,
)


def section(report: Report, heading: str) -> list[Any]:
    """The parts under this heading, up to the next one of its level or above."""
    found: list[Any] = []
    level = 0
    for part in report.parts:
        if isinstance(part, Heading):
            if level and part.level <= level:
                break
            if heading in part.text:
                level = part.level
                continue
        if level:
            found.append(part)
    assert found, heading
    return found


def said(report: Report, heading: str) -> list[str]:
    """The section's paragraphs, list entries and rows as lines."""
    lines = []
    for part in section(report, heading):
        if isinstance(part, Paragraph):
            lines.append(plain(part.text))
        elif isinstance(part, Items):
            lines += [f"{item.lead}：{plain(item.text)}".lstrip("：") for item in part.items]
        elif isinstance(part, Table):
            lines += [" | ".join(map(plain, cells)) for cells in part.rows]
    return lines


def whole(report: Report) -> str:
    return "\n".join(
        line
        for part in report.parts
        if isinstance(part, Heading) and part.level == 1
        for line in said(report, part.text)
    )


def test_the_parts_stand_in_the_usual_order():
    report = report_from_record(record([row(1, "受理案件数"), MISSED]))
    headings = [part.text for part in report.parts if isinstance(part, Heading)]
    assert [text for text in headings if text[0] != "（"] == [
        "一、基本情况",
        "二、自评组织情况",
        "三、绩效指标分析",
        "四、存在的问题与原因",
        "五、改进措施",
        "六、结果应用及建议",
    ]
    assert headings.index("（二）产出指标") < headings.index("（三）效益指标")
    assert report.title == "信访工作经费\n2022年度项目支出绩效自评报告"
    assert report_file_name(report, "pdf") == "2022年度-信访工作经费-绩效自评报告.pdf"
    captions = [part.caption[:2] for part in report.parts if isinstance(part, Table)]
    assert captions == [f"表{number}" for number in range(1, len(captions) + 1)]


def test_figures_are_those_that_were_signed():
    report = report_from_record(record([row(1, "受理案件数"), MISSED]))
    assert said(report, "资金情况")[:2] == [
        (
            "年初预算 10.00 万元，全年预算 12.00 万元，全年执行 9.51 万元，预算执行率 79.24%。"
            "年度中预算调增 2.00 万元。"
        ),
        "年度资金总额 | 10.00 | 12.00 | 9.51 | 79.24%",
    ]
    assert said(report, "评价结论")[0] == (
        "自评总分 96.51 分，评级为“优”（90 分及以上为优、80 分及以上为良、60 分及以上为中）。"
        "2 项指标中，达成 1 项、未达成 1 项。"
    )
    assert "总分 | 2 | 70.00 | 96.51 | 96.51%" in said(report, "评价结论")
    assert said(report, "效益指标")[1] == "及时受理率 | ≥90% | 81% | 90% | 30.00 | 27.00"


def test_each_indicator_that_fell_short_has_its_reason_and_its_measure_or_a_gap():
    report = report_from_record(record([row(1, "受理案件数"), MISSED, UNEXPLAINED]))
    assert said(report, "未达成或扣分的指标")[:3] == [
        "预算执行率：执行率 79.24%，得 7.92 分（分值 10.00）。原因：年末待验收。",
        (
            "及时受理率（效益指标）：指标值 ≥90%，实际完成值 81%，得 27.00 分（分值 30.00）。"
            "原因：下半年来件集中，人手不足。"
        ),
        (
            "办结率（产出指标）：指标值 ≥50%，实际完成值 40%，得 16.00 分（分值 20.00）。"
            "【请补充：原因，系统中没有填写】"
        ),
    ]
    assert said(report, "五、改进措施")[1:4] == [
        "预算执行率：（待补充）",
        "及时受理率：增配两名办件人员。",
        "办结率：（待补充）",
    ]
    gaps = [
        item.text
        for part in section(report, "五、")
        if isinstance(part, Items)
        for item in part.items
    ]
    assert [isinstance(text[-1], Gap) for text in gaps] == [True, False, True]


def test_a_missed_number_is_drawn_by_quarter_against_its_target():
    report = report_from_record(record([row(1, "受理案件数"), MISSED]))
    (picture,) = [part for part in section(report, "未达成或扣分") if isinstance(part, Picture)]
    assert picture.described.startswith(
        "图2　及时受理率各期完成情况：填报期 一季度，实际完成值 95%"
    )
    assert picture.chart.rows[1][1] == "本期无数据"


def test_what_was_not_reported_is_missing_and_never_nothing():
    data = {
        "total": None,
        "rating": None,
        "total_steps": ["尚有未填报的数据，暂不计总分"],
        "money": {"total": {"initial": "100000", "adjusted": "100000", "executed": None}}
        | {
            key: {"initial": None, "adjusted": None, "executed": None}
            for key in ("fiscal", "carryover", "other")
        },
    }
    report = report_from_record(
        record(
            [row(1, "受理案件数"), UNREPORTED],
            data,
            is_draft=True,
            approved_by="",
            approved_at=None,
        )
    )
    assert "年度资金总额 | 10.00 | 10.00 | 未填报 | —" in said(report, "资金情况")
    assert said(report, "评价结论")[0].startswith("暂无总分和评级：尚有未填报的数据，暂不计总分。")
    assert said(report, "（三）满意度指标")[:2] == [
        "本类共 1 项指标，分值 10.00，尚有未填报的数据，暂不合计得分：未填报 1 项。",
        "群众满意度 | ≥80% | 未填报 | — | 10.00 | 未填报",
    ]
    assert "总分 | 2 | 50.00 | 未填报 | —" in said(report, "评价结论")
    assert "“群众满意度”全年没有填报数据。" in said(report, "填报和佐证方面")[0]
    assert " 0 分" not in whole(report)
    assert report.mark == "草稿（未签署）"
    assert report.day.strip(" 　") == "年　　月　　日"


def test_what_stands_outside_was_exceeded_revised_or_decided_is_told():
    decided = {
        "computed": "30",
        "by": "李四",
        "at": "2023-01-12T02:00:00+00:00",
        "reason": "证据不足",
    }
    rows = [
        row(
            1,
            "受理案件数",
            decided=decided,
            points="28",
            initial_target="≥120件",
            initial_points="27.5",
        ),
        OUTSIDE,
        EXCEEDED,
    ]
    revision = {
        "document": "某财〔2022〕9号",
        "dated_on": date(2022, 10, 8),
        "reason": "来件减少。",
        "targets": [
            {"name": "受理案件数", "old": "≥120件", "new": "≥100件", "change": "调低"},
        ],
    }
    targets = {1: {"value": None, "is_lowered_late": True}}
    report = report_from_record(record(rows, revisions=[revision], targets=targets))
    assert "“受理案件数”在四季度调低了指标值。" in said(report, "填报和佐证方面")
    assert (
        "受理案件数：计算得分 30.00，审核人评定 28.00（李四，2023-01-12）。理由：证据不足"
        in said(report, "审核评定")
    )
    assert said(report, "指标值调整情况")[1] == (
        "某财〔2022〕9号（2022年10月8日）：“受理案件数”由 ≥120件 调整为 ≥100件（调低）。"
        "理由：来件减少。"
    )
    assert said(report, "指标值调整情况")[3] == (
        "受理案件数：年初指标值 ≥120件，调整为 ≥100件，实际完成值 110 件，"
        "得 28.00 分；按年初指标值计 27.50 分。"
    )
    assert "不涉及的指标：“突发事件处置”，填报人说明：全年没有发生。" in said(report, "产出指标")
    assert "突发事件处置（不涉及） | ≥100件 | 不涉及 | — | 0.00 | 不涉及" in said(
        report, "产出指标"
    )
    assert "超额较多的指标：“培训人次”完成率 250%。" in said(report, "产出指标")
    (advice,) = [line for line in said(report, "下年度绩效目标建议") if line.startswith("超额较多")]
    assert "“培训人次”（指标值 ≥100件，完成率 250%）" in advice


@pytest.mark.parametrize(
    ("last_year", "told"),
    [
        (None, ["系统中没有 2021 年度已签署的自评，无法与上年比较。"]),
        (
            LAST_YEAR,
            [
                "2021 年度自评总分 90.01 分，评级为“优”。本年度与上年相比提高 6.50 分。",
                "及时受理率 | ≥85% | 83% | ≥90% | 81%",
                "另有 1 项指标上年没有相同的指标。",
            ],
        ),
    ],
)
def test_the_year_before_stands_beside_this_one(last_year, told):
    report = report_from_record(record([row(1, "受理案件数"), MISSED], last_year=last_year))
    assert said(report, "与上年比较") == told
    pictures = [part for part in section(report, "与上年比较") if isinstance(part, Picture)]
    assert len(pictures) == bool(last_year)


def test_findings_and_what_went_wrong_in_the_year_are_listed():
    quarters = [quarter("一季度", is_late=True), quarter("二季度", returns=2), quarter("三季度")]
    late = record(
        [row(1, "受理案件数"), MISSED], quarters=quarters, findings=["指标值含糊，请写明数量。"]
    )
    report = report_from_record(late)
    assert said(report, "绩效目标编制方面")[1] == "指标值含糊，请写明数量。"
    assert said(report, "填报和佐证方面")[:4] == [
        "“及时受理率”无佐证材料。",
        "一季度的填报逾期提交。",
        "二季度的填报曾被退回修改。",
        "“及时受理率”有填报期选择“本期无数据”。",
    ]
    assert "二季度 | 已通过 | 张三 | 2022-04-11 | 李四 | 2022-04-12 | 2 次" in said(
        report, "自评过程"
    )
    assert said(report, "（三）佐证材料") == [
        "各期填报共上传佐证材料 1 份，2 项指标中有 1 项附有佐证材料。"
    ]
    sound = report_from_record(record([row(1, "受理案件数")]))
    assert said(sound, "绩效目标编制方面")[0].endswith("没有发现问题。")
    assert "各期按时填报，数据齐全" in said(sound, "填报和佐证方面")[0]


def test_a_department_s_report_lists_its_projects():
    signed = {
        "name": "党建经费",
        "adjusted": "120000",
        "executed": "95090",
        "total": "82.47",
        "rating": "良",
        "status": "已通过",
    }
    waiting = {
        "name": "信访救助", "adjusted": "5000", "executed": None, "total": None, "rating": "", "status": None
    }  # fmt: skip
    data = {"kind": "department", "name": "某区信访局", "code": "024"}
    report = report_from_record(record([MISSED], data, projects=[signed, waiting]))
    assert report.title == "某区信访局\n2022年度部门整体支出绩效自评报告"
    assert said(report, "（三）所属项目自评情况") == [
        "所属项目 2 个，评级良 1 个，各项目的自评结果见下表。",
        "党建经费 | 12.00 | 9.51 | 79.24% | 82.47 | 良 | 已通过",
        "信访救助 | 0.50 | — | — | — | — | 未开展自评",
    ]


def test_what_was_done_in_the_year_about_an_indicator_that_lagged_is_told():
    told = {
        "name": "及时受理率",
        "quarter": "三季度",
        "light": "滞后",
        "state": "已完成",
        "owner": "张三",
        "due_on": date(2022, 11, 20),
        "measure": "增加值班。",
        "outcome": "积件清零。",
    }
    report = report_from_record(record([MISSED], rectifications=[told]))
    assert said(report, "五、改进措施")[-1] == (
        "及时受理率：三季度预警为“滞后”，已完成，责任人张三，期限 2022年11月20日。"
        "措施：增加值班。\n结果：积件清零。"
    )


def test_the_rules_come_with_their_source_and_how_sure_they_are():
    lines = said(report_from_record(record([row(1, "受理案件数")])), "自评依据")
    assert "（cn-project-2020 第 1 版）计算，办法的来源：财预〔2020〕10号。" in lines[0]
    assert lines[1].startswith("其中“分值设置”凭记忆整理，待核对原文。")
    assert lines[2] == "“区间指标”原文未规定，为本系统约定。"


def test_a_person_has_places_for_what_no_record_knows():
    report = report_from_record(record([row(1, "受理案件数")]))
    gaps = [
        piece.text
        for part in report.parts
        if isinstance(part, Paragraph)
        for piece in part.text
        if isinstance(piece, Gap)
    ]
    assert any("立项依据" in gap for gap in gaps)
    assert any("挂钩意见" in gap for gap in gaps)
    assert "【请补充】 | 【请补充】 | 【请补充】 | 【请补充】" in said(report, "建议采纳情况")


def test_the_last_section_tells_what_was_recommended_and_answered() -> None:
    open_ = {
        "kind": "预算安排", "text": "压减差旅费。", "budget": "压减", "amount": "12.50",
        "adoption": "", "reason": "", "measure": "", "measure_on": None,
        "answered_at": None, "outcome": "", "outcome_on": None,
    }  # fmt: skip
    partly = {
        **open_, "kind": "项目管理", "budget": "", "amount": None, "adoption": "部分采纳",
        "reason": "人手有限。", "measure": "按月核对。", "measure_on": date(2023, 6, 30),
        "outcome": "已建立台账。", "outcome_on": date(2023, 5, 1),
    }  # fmt: skip
    told = record([row(1, "受理案件数")], recommendations=[open_, partly])
    _, first, second = said(report_from_record(told), "建议采纳情况")
    assert first == ("压减差旅费。（预算安排，下年度预算压减，建议安排 12.50 万元） | 待答复 |  | ")
    assert second.endswith(
        " | 部分采纳：人手有限。 | 按月核对。（2023年6月30日前完成） | 已建立台账。（2023年5月1日）"
    )
