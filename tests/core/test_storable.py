"""What keeps a published plan from being stored stands as an error at its row."""

from decimal import Decimal

import pytest

from perf.core.drafts import DraftIndicator, DraftPlan
from perf.core.findings import Severity
from perf.core.storable import LINE, LONG, SHORT, check_published, known_classes
from perf.core.terms import FundSource, PlanKind


def plan(*rows: DraftIndicator, **fields: object) -> DraftPlan:
    values: dict[str, object] = {
        "kind": PlanKind.PROJECT,
        "name": "养护",
        "code": "1",
        "budget": {FundSource.FISCAL: Decimal("10000.00")},
        "budget_total": Decimal("10000.00"),
        "indicators": list(rows) or [row()],
        "where": "第 3 行",
    }
    return DraftPlan(**(values | fields))


def row(**fields: str) -> DraftIndicator:
    values = {"level1": "产出指标", "level2": "数量指标", "name": "面积", "target": "≥9公顷"}
    return DraftIndicator(**(values | {"where": "第 4 行"} | fields))


def errors(of: DraftPlan) -> list[tuple[str, str]]:
    found = check_published(of, year=2022)
    return [(one.code, one.where) for one in found if one.severity is Severity.ERROR]


def test_a_plan_that_can_be_stored_has_no_error():
    assert errors(plan()) == []


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"name": ""}, "indicator-name-missing"),
        ({"name": "长" * (LINE + 1)}, "text-too-long"),
        ({"target": ""}, "target-missing"),
        ({"target": "长" * (LINE + 1)}, "text-too-long"),
        ({"level1": ""}, "class-missing"),
        ({"level1": "其他指标"}, "class-unknown"),
        ({"level2": "长" * (SHORT + 1)}, "text-too-long"),
        ({"note": "长" * (LONG + 1)}, "text-too-long"),
    ],
)
def test_a_row_that_cannot_be_stored_is_an_error_at_its_line(fields, code):
    (error,) = errors(plan(row(**fields)))
    assert error[0] == code
    assert error[1].endswith("（第 4 行）")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"name": ""}, "project-name-missing"),
        ({"name": "长" * (LINE + 1)}, "text-too-long"),
        ({"code": "1" * (SHORT + 1)}, "text-too-long"),
        ({"objective": "长" * (LONG + 1)}, "text-too-long"),
        ({"tasks": [("长" * (LINE + 1), "")]}, "text-too-long"),
        ({"tasks": [("任务", "")] * 51}, "too-many-tasks"),
        ({"budget": {FundSource.FISCAL: Decimal("1.005")}}, "money-not-exact"),
        ({"budget": {FundSource.FISCAL: Decimal(-1)}}, "money-out-of-range"),
        ({"basic_expenditure": Decimal(10) ** 14}, "money-out-of-range"),
        ({"indicators": [row(name=f"面积{n}") for n in range(501)]}, "too-many-indicators"),
    ],
)
def test_what_a_plan_cannot_hold_is_an_error_at_the_plan(fields, code):
    (error,) = errors(plan(**fields))
    assert error[0] == code
    assert error[1].endswith("（第 3 行）")


def test_the_classes_to_choose_from_are_those_of_the_plans_packs():
    assert known_classes(PlanKind.PROJECT) == ["成本指标", "产出指标", "效益指标", "满意度指标"]
    assert known_classes(PlanKind.DEPARTMENT) == ["投入管理指标", "产出指标", "效益指标"]
