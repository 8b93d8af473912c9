"""A plan's own fields: as typed in a form, and as a document gives them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from perf.core.dates import parse_day
from perf.core.drafts import DraftPlan
from perf.core.errors import InvalidInput
from perf.core.storable import LINE, LONG, MAX_TASKS, SHORT
from perf.core.terms import FundSource, PlanKind
from perf.services.money import read_wan
from perf.services.sheets import IndicatorValues, read_indicator
from perf.services.typed import Typed, document_day


@dataclass(frozen=True, slots=True)
class PlanDetails:
    """A plan's own fields as typed; money in 万元, a blank source has no budget (0 is a figure).

    A department's plan has no project fields, a project's plan no tasks and expenditures. The last
    three are of a project that was added within the year (追加), else blank.
    """

    name: str = ""
    code: str = ""
    category: str = ""
    implementing_unit: str = ""
    objective: str = ""
    basic_expenditure: str = ""
    project_expenditure: str = ""
    budget: Mapping[FundSource, str] = field(default_factory=dict)
    tasks: tuple[tuple[str, str], ...] = ()
    begins_on: str = ""
    added_by: str = ""
    added_on: str = ""


@dataclass(frozen=True, slots=True)
class PlanFields:
    """A plan's own fields as read; money in 元."""

    name: str
    code: str
    category: str
    implementing_unit: str
    objective: str
    basic_expenditure: Decimal | None
    project_expenditure: Decimal | None
    budget: dict[FundSource, Decimal | None]
    tasks: list[tuple[str, str]]
    begins_on: date | None = None
    added_by: str = ""
    added_on: date | None = None


def read_details(details: PlanDetails, kind: PlanKind, year: int) -> PlanFields:
    """The fields as read; InvalidInput names every one that cannot be taken."""
    typed = Typed()
    is_project = kind is PlanKind.PROJECT
    name = typed.line("name", "项目名称", details.name, required=True) if is_project else ""
    budget = {
        source: typed.read(f"budget-{source.value}", read_wan, text)
        for source, text in details.budget.items()
    }
    tasks = []
    for number, (task, content) in enumerate(details.tasks, start=1):
        if not (task.strip() or content.strip()):
            continue
        tasks.append(
            (
                typed.line(f"task-{number}", "任务名称", task, required=True),
                typed.text(f"content-{number}", "任务内容", content),
            )
        )
    if len(tasks) > MAX_TASKS:
        typed.errors["task-1"] = f"年度主要任务最多 {MAX_TASKS} 项，请合并。"
    begins_on, added_by, added_on = (
        _read_addition(typed, details, year) if is_project else (None, "", None)
    )
    read = PlanFields(
        name=name,
        code=typed.line("code", "项目编码", details.code, limit=SHORT) if is_project else "",
        category=typed.line("category", "项目类别", details.category) if is_project else "",
        implementing_unit=(
            typed.line("implementing_unit", "实施单位", details.implementing_unit)
            if is_project
            else ""
        ),
        objective=typed.text("objective", "年度总体目标", details.objective),
        basic_expenditure=typed.read("basic_expenditure", read_wan, details.basic_expenditure),
        project_expenditure=typed.read(
            "project_expenditure", read_wan, details.project_expenditure
        ),
        budget=budget,
        tasks=[] if is_project else tasks,
        begins_on=begins_on,
        added_by=added_by,
        added_on=added_on,
    )
    typed.demand_clean("填写有误，没有保存。请按提示修改，已填内容都还在。")
    return read


def _read_addition(
    typed: Typed, details: PlanDetails, year: int
) -> tuple[date | None, str, date | None]:
    """From which day a project runs that was added within the year, and by what document.

    All three or none: without a day it runs from the year's beginning.
    """
    texts = (details.begins_on, details.added_by, details.added_on)
    if not any(text.strip() for text in texts):
        return None, "", None
    begins_on = typed.read("begins_on", lambda text: _read_beginning(text, year), texts[0])
    added_by = typed.line("added_by", "追加文件的文号", texts[1], required=True)
    return begins_on, added_by, typed.read("added_on", document_day, texts[2])


def _read_beginning(text: str, year: int) -> date:
    day = parse_day(text)
    if day is None:
        raise InvalidInput("请填从哪一天起执行，例如 2022-05-10；不是年度中追加的，三项都留空。")
    if day.year != year:
        raise InvalidInput(f"追加之日应在 {year} 年内。")
    return day


def read_draft(draft_plan: DraftPlan, year: int) -> tuple[PlanFields, list[IndicatorValues]]:
    """A draft's fields and indicators as published; InvalidInput names what cannot be kept."""
    typed = Typed()
    read = PlanFields(
        name=typed.line("name", "项目名称", draft_plan.name or "", required=True),
        code=typed.line("code", "项目编码", draft_plan.code or "", limit=SHORT),
        category=typed.line("category", "项目类别", draft_plan.category or ""),
        implementing_unit=typed.line("unit", "实施单位", draft_plan.implementing_unit or ""),
        objective=typed.text("objective", "年度总体目标", draft_plan.objective or ""),
        basic_expenditure=draft_plan.basic_expenditure,
        project_expenditure=draft_plan.project_expenditure,
        budget=dict(draft_plan.budget),
        tasks=[
            (
                typed.line(f"task-{number}", f"年度主要任务{number}", name),
                typed.text(f"content-{number}", f"年度主要任务{number}的内容", content),
            )
            for number, (name, content) in enumerate(draft_plan.tasks, start=1)
        ],
    )
    values = []
    for number, each in enumerate(draft_plan.indicators, start=1):
        label = f"第 {number} 个指标"
        name = typed.line(f"name-{number}", f"{label}的名称", each.name, required=True)
        values.append(
            read_indicator(
                typed.line(
                    f"level1-{number}",
                    f"{label}的一级指标",
                    each.level1,
                    limit=SHORT,
                    required=True,
                ),
                typed.line(
                    f"level2-{number}", f"{label}的二级指标", each.level2 or "", limit=SHORT
                ),
                name,
                typed.line(f"target-{number}", f"{label}的指标值", each.target, limit=LINE),
                year,
                typed.text(f"note-{number}", f"{label}的说明", each.note or "", limit=LONG),
                each.weight,
            )
        )
    typed.demand_clean(f"“{draft_plan.name}”不能导入：" + "".join(typed.errors.values()))
    return read, values
