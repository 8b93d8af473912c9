"""Records of reports, as short as a test can say them."""

from datetime import UTC, date, datetime
from typing import Any

from perf.documents.report import Report, report_from_record

MONEY = {"initial": "100000", "adjusted": "120000", "executed": "95090"}
BLANK = {"initial": None, "adjusted": None, "executed": None}
SIGNED_AT = datetime(2023, 1, 12, 2, tzinfo=UTC)


def row(key: int, name: str, **changes: Any) -> dict[str, Any]:
    """An indicator that is met, with a file behind it."""
    return {
        "id": key,
        "level1": "产出指标",
        "level2": None,
        "name": name,
        "target": "≥100件",
        "actual": "110 件",
        "is_not_applicable": False,
        "weight": "30",
        "points": "30",
        "decided": None,
        "steps": ["目标 ≥100件 · 实际 110件 → 达成 · 得满分 30.00"],
        "initial_target": "",
        "initial_points": None,
        "deviation_reason": "",
        "corrective_action": "",
        "origin": "取四季度",
        "is_met": True,
        "flags": [],
        "percent": "110",
        "demanded": "",
        "quarters": [
            ["一季度", "20 件"],
            ["二季度", "45 件"],
            ["三季度", "80 件"],
            ["四季度", "110 件"],
        ],
        "evidence": [{"id": key, "quarter": "一季度", "name": "台账.pdf", "sha256": "ab"}],
        **changes,
    }


MISSED = row(
    2,
    "及时受理率",
    level1="效益指标",
    target="≥90%",
    actual="81%",
    weight="30",
    points="27",
    is_met=False,
    flags=["below", "missed"],
    percent="90",
    demanded="得分低于分值，请说明偏差原因。",
    deviation_reason="下半年来件集中，人手不足。",
    corrective_action="增配两名办件人员。",
    quarters=[["一季度", "95%"], ["二季度", "本期无数据"], ["三季度", "88%"], ["四季度", "81%"]],
    evidence=[],
)
UNEXPLAINED = row(
    3,
    "办结率",
    target="≥50%",
    actual="40%",
    weight="20",
    points="16",
    is_met=False,
    flags=["below", "missed"],
    percent="80",
)
UNREPORTED = row(
    4, "群众满意度", actual=None, points=None, is_met=None, percent=None, flags=["unreported"],
    level1="满意度指标", target="≥80%", weight="10", quarters=[], evidence=[],
)  # fmt: skip
OUTSIDE = row(
    5, "突发事件处置", actual="不涉及", points=None, weight="0", is_met=None, percent=None,
    is_not_applicable=True, flags=["not_applicable"], deviation_reason="全年没有发生。",
)  # fmt: skip
EXCEEDED = row(6, "培训人次", flags=["over_achieved"], percent="250", actual="250 件", weight="10", points="10")  # fmt: skip


def quarter(name: str, **changes: Any) -> dict[str, Any]:
    return {
        "name": name,
        "due_on": date(2022, 4, 15),
        "status": "已通过",
        "returns": 0,
        "is_late": False,
        "submitted_by": "张三",
        "submitted_at": datetime(2022, 4, 11, 2, tzinfo=UTC),
        "approved_by": "李四",
        "approved_at": datetime(2022, 4, 12, 2, tzinfo=UTC),
        **changes,
    }


def record(rows: list[dict[str, Any]], data: dict[str, Any] | None = None, **changes: Any) -> Any:
    """A signed project's record with these indicators; `data` changes what was signed."""
    return {
        "data": {
            "kind": "project",
            "year": 2022,
            "name": "信访工作经费",
            "code": "P01",
            "department": "某区信访局",
            "implementing_unit": "某区信访局本级",
            "is_demo": False,
            "money": {"total": MONEY, "fiscal": MONEY, "carryover": BLANK, "other": BLANK},
            "funds": [],
            "tasks": [],
            "execution": {
                "weight": "10",
                "points": "7.92",
                "not_applicable": False,
                "percent": "79.24",
                "steps": [],
                "deviation_reason": "年末待验收。",
                "demanded": "预算执行率低于 90%，请说明原因。",
                "flags": [],
                "evidence": [],
            },
            "objective_expected": "完成全年任务。",
            "objective_actual": "全年受理 110 件。\n积案化解 3 件。",
            "rows": rows,
            "total": "96.51",
            "total_steps": ["指标得分 88.59 + 预算执行 7.92 = 96.51 → 评级 优"],
            "rating": "excellent",
            "pack_id": "cn-project-2020",
            "pack_version": "1",
            **(data or {}),
        },
        "is_draft": False,
        "submitted_by": "张三",
        "submitted_at": datetime(2023, 1, 10, 2, tzinfo=UTC),
        "approved_by": "李四",
        "approved_at": SIGNED_AT,
        "pack": {
            "name": "项目支出绩效自评",
            "label": "cn-project-2020 第 1 版",
            "document": "财预〔2020〕10号",
            "recalled": ["分值设置"],
            "decided": ["区间指标"],
            "rating": ["90", "80", "60"],
        },
        "quarters": [quarter(name) for name in ("一季度", "二季度", "三季度", "四季度")],
        "targets": {
            2: {"unit": "%", "value": "90", "upper": None, "comparator": "ge", "sense": None},
            3: {"unit": "%", "value": "50", "upper": None, "comparator": "ge", "sense": None},
        },
        "findings": [],
        "revisions": [],
        "projects": [],
        "recommendations": [],
        "rectifications": [],
        "last_year": None,
        **changes,
    }


LAST_YEAR = {
    "year": 2021,
    "total": "90.01",
    "rating": "excellent",
    "pack_label": "cn-project-2020 第 1 版",
    "classes": {"产出指标": ["50", "0"], "效益指标": ["25"]},
    "rows": {
        2: {"target": "≥85%", "actual": "83%", "is_not_applicable": False, "weight": "30", "points": "25"}
    },
}  # fmt: skip


def whole_report() -> Report:
    """A report that has every kind of part."""
    rows = [row(1, "受理案件数"), MISSED, UNEXPLAINED, OUTSIDE, EXCEEDED]
    return report_from_record(
        record(rows, last_year=LAST_YEAR, findings=["指标值含糊，请写明数量。"])
    )
