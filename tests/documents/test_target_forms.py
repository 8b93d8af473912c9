"""The target forms: what stands in them, and that the importer reads its own form back."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perf.core.drafts import DraftPlan
from perf.core.terms import FundSource, PlanKind, Status
from perf.documents.forms import (
    FORMATS,
    Money,
    TargetForm,
    TargetRow,
    form_file_name,
    target_layout,
)
from perf.documents.readers import read_document

CLASSES: list[tuple[str, str | None]] = [
    ("成本指标", "经济成本指标"),
    ("产出指标", "数量指标"),
    ("产出指标", "数量指标"),
    ("产出指标", "数量指标"),
    ("产出指标", "数量指标"),
    ("产出指标", None),
    ("产出指标", "时效指标"),
    ("效益指标", "社会效益指标"),
    ("满意度指标", "服务对象满意度指标"),
]
# Names that begin like what stands below the table, and targets that look like anything but one.
NAMES = [
    "注册企业数", "信访案件办理数", "联系人大代表次数", "备注栏填写率", "注重实效", "合计培训人次",
    "按期办结率", "社会和谐稳定", "群众满意度",
]  # fmt: skip
TARGETS = [
    "≤30万元", "≥120家", "≥4次", "＞95.5%", "定性", "≥200人次", "2022年12月31日前", "有效保障", "≥90%",
]  # fmt: skip
WEIGHTS = (10, 10, 10, 5, 5, 10, 20, 10, 10)
NOTES = ("", "", "注：见方案", "", "", "", "说明", "", "")


def project(**changes: Any) -> TargetForm:
    """An approved project with a name, a code and texts that a reader may stumble over."""
    rows = [
        TargetRow(*levels, name, target, Decimal(weight), note)
        for levels, name, target, weight, note in zip(
            CLASSES, NAMES, TARGETS, WEIGHTS, NOTES, strict=True
        )
    ]
    form = TargetForm(
        kind=PlanKind.PROJECT,
        year=2022,
        name="信访工作经费",
        code="41070222000000004802",
        department="某区信访局",
        department_code="024",
        implementing_unit="某区信访局本级",
        category="其他运转类",
        status=Status.APPROVED,
        objective="减少矛盾纠纷，及时化解信访问题。",
        budget={
            FundSource.FISCAL: Money(Decimal(300000), Decimal(300000)),
            FundSource.UNIT_FUNDS: Money(Decimal("12345.67"), Decimal("12345.67")),
        },
        execution_weight=Decimal(10),
        rows=rows,
        submitted_by="张三",
        submitted_at=datetime(2022, 1, 10, tzinfo=UTC),
        approved_by="李四",
        approved_at=datetime(2022, 1, 31, 17, tzinfo=UTC),
    )
    return replace(form, **changes)


def department(**changes: Any) -> TargetForm:
    """A department's plan with second levels that its standing part knows under other names."""
    rows = [
        TargetRow("投入管理指标", "预算管理", "预算执行率", "≥90%", Decimal(20), "预算完成数÷预算数",
                  computed="按公式计算：预算完成数 / 预算数 × 100%"),
        TargetRow("投入管理指标", "绩效管理", "绩效监控完成率", "100%", Decimal(20)),
        TargetRow("产出指标", "重点工作任务完成", "信访值班任务完成率", "100%", Decimal(30)),
        TargetRow("效益指标", "满意度", "群众满意度", "≥80%", Decimal(30), "信访群众满意度"),
    ]  # fmt: skip
    form = project(
        kind=PlanKind.DEPARTMENT,
        name="某区信访局",
        code=None,
        rows=rows,
        budget={
            FundSource.FISCAL: Money(Decimal(2109100), Decimal(2109100)),
            FundSource.CARRYOVER: Money(Decimal(5000), Decimal(5000)),
        },
        basic_expenditure=Decimal(1626300),
        project_expenditure=Decimal(482800),
        tasks=[("信访值班", "驻京、省值班。"), ("党的建设", "完成年度考核目标。")],
        execution_weight=Decimal(0),
    )
    return replace(form, **changes)


def revised(form: TargetForm) -> TargetForm:
    """The same plan with a target revised and money added during the year."""
    money = {
        source: Money(each.initial, each.initial and each.initial + 10_000)
        for source, each in form.budget.items()
    }
    rows = [replace(form.rows[0], initial_target="≤50万元"), *form.rows[1:]]
    return replace(form, rows=rows, budget=money)


FORMS = {
    "project": project(),
    "project, revised": revised(project()),
    "project, draft": project(status=Status.DRAFT, is_demo=True, code=None, department_code=None),
    "project, lettered code": project(code="XM-2022/07A"),
    "project, one class": project(rows=[TargetRow("产出指标", None, "开展活动", "≥2次")]),
    "department": department(),
    "department, revised": revised(department()),
}


def read_back(form: TargetForm, kind: str) -> DraftPlan:
    """What the importer makes of the form as a file of this kind."""
    draft = read_document(f"form.{kind}", FORMATS[kind].write(target_layout(form)))
    assert draft.unit_name == form.department
    assert draft.unit_code == form.department_code
    assert draft.fiscal_year == form.year
    plan = draft.department if form.kind is PlanKind.DEPARTMENT else draft.projects[0]
    assert plan is not None
    return plan


def plain(text: str) -> str:
    return "".join(text.split())


def rows_of(form: TargetForm) -> list[tuple[str, str | None, str, str]]:
    return [(row.level1, row.level2, plain(row.name), plain(row.target)) for row in form.rows]


def rows_read(plan: DraftPlan) -> list[tuple[str, str | None, str, str]]:
    return [(row.level1, row.level2, plain(row.name), plain(row.target)) for row in plan.indicators]


def assert_same(form: TargetForm, plan: DraftPlan, *, cents: Decimal) -> None:
    """The plan says what the form was made of; money differs by less than `cents` 元."""
    assert rows_read(plan) == rows_of(form)
    assert [plain(row.note or "") for row in plan.indicators] == [
        plain(row.note) for row in form.rows
    ]
    # A weight of 0 is what no indicator can have.
    assert [row.weight for row in plan.indicators] == [row.weight or None for row in form.rows]
    if form.kind is PlanKind.PROJECT:
        assert (plan.name, plan.code) == (form.name, form.code)
        assert (plan.category, plan.implementing_unit) == (form.category, form.implementing_unit)
    else:
        assert plan.basic_expenditure == form.basic_expenditure
        assert plan.project_expenditure == form.project_expenditure
        assert plan.tasks == form.tasks
    assert plan.objective == form.objective
    wanted = {source: money.initial for source, money in form.budget.items()}
    assert plan.budget.keys() == wanted.keys()
    for source, amount in wanted.items():
        assert amount is not None
        assert abs(plan.budget[source] - amount) <= cents
    assert plan.budget_total is not None
    assert form.total.initial is not None
    assert abs(plan.budget_total - form.total.initial) <= cents


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("kind", FORMATS)
def test_an_exported_form_reads_back_as_the_same_plan(name: str, kind: str) -> None:
    exactly = Decimal(0) if kind == "xlsx" else Decimal(50)
    assert_same(FORMS[name], read_back(FORMS[name], kind), cents=exactly)


words = st.text(
    alphabet="信访案件及时受理率注册企业数群众满意度完成培训人次合计", min_size=2, max_size=40
)
figures = st.builds(
    "{}{}{}".format,
    st.sampled_from(["≥", "≤", "＞", "", "不低于"]),
    st.integers(1, 99_999),
    st.sampled_from(["%", "件", "万元", "人次", "日内"]),
)
weights = st.decimals(0, 100, places=2)
rows = st.builds(
    lambda levels, *cells: TargetRow(levels[0], levels[1], *cells),
    st.sampled_from(CLASSES),
    words,
    figures | st.sampled_from(["有效提升", "定性", "健全", "2022年底前", ""]),
    weights,
    st.just("") | words,
)


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(
    st.lists(rows, min_size=1, max_size=40),
    st.decimals(0, 10**9, places=2),
    st.booleans(),
    st.booleans(),
)
def test_any_plan_reads_back_exactly_from_a_workbook(found, amount, is_department, is_revised):
    form = department(rows=found) if is_department else project(rows=found)
    form = replace(form, budget={FundSource.FISCAL: Money(amount, amount)})
    form = revised(form) if is_revised else form
    assert_same(form, read_back(form, "xlsx"), cents=Decimal(0))


# What stands in the form


def sheet_of(form: TargetForm) -> Any:
    content = FORMATS["xlsx"].write(target_layout(form))
    return openpyxl.load_workbook(BytesIO(content), data_only=True).worksheets[0]


def texts_of(form: TargetForm) -> list[str]:
    return [str(cell) for row in sheet_of(form).iter_rows(values_only=True) for cell in row if cell]


def test_an_approved_project_says_who_stands_for_it_and_how_its_weights_add_up() -> None:
    texts = texts_of(project())
    assert texts[:2] == ["项目支出绩效目标申报表", "（2022年度）"]
    for text in [
        "填报人：张三",
        "审核人：李四",
        "填报日期：2022年1月10日",
        "审核日期：2022年2月1日",
    ]:
        assert text in texts
    assert texts[texts.index("分值合计") + 1 :][:2] == ["90", "另有预算执行率 10 分"]
    assert not any("草稿" in text for text in texts)


@pytest.mark.parametrize(
    ("status", "mark"),
    [
        (Status.DRAFT, "草稿（未提交）"),
        (Status.SUBMITTED, "草稿（待审核）"),
        (Status.RETURNED, "草稿（已退回，修改中）"),
        (Status.REOPENED, "草稿（重新打开，修改中）"),
    ],
)
def test_what_is_not_approved_says_so_on_the_form_and_in_its_name(status, mark) -> None:
    form = project(status=status)
    assert texts_of(form)[0] == mark
    assert target_layout(form).mark == mark
    assert form_file_name(form, "docx") == "2022年度-信访工作经费-绩效目标申报表-草稿.docx"


def test_an_approved_department_is_named_without_a_mark() -> None:
    assert form_file_name(department()) == "2022年度-某区信访局-部门整体绩效目标表.xlsx"


def test_a_revised_plan_shows_both_targets_and_both_budgets() -> None:
    form = revised(project())
    texts = texts_of(form)
    at = texts.index("年初\n指标值")
    assert texts[at + 1] == "调整后\n指标值"
    for values in sheet_of(form).iter_rows(values_only=True):
        cells = [cell for cell in values if cell not in {None, ""}]
        if "注册企业数" in cells:
            assert cells[cells.index("注册企业数") + 1 :][:2] == ["≤50万元", "≤30万元"]
        if "年度资金总额" in cells:
            assert [Decimal(str(cell)) for cell in cells[-2:]] == [
                Decimal("31.234567"),
                Decimal("33.234567"),
            ]
    assert "注：“注册企业数”的指标值由“≤50万元”调整为“≤30万元”。" in texts


def test_an_adjusted_department_leaves_the_structure_after_it_blank() -> None:
    form = revised(department())
    (found,) = [
        [cell for cell in row if cell is not None]
        for row in sheet_of(form).iter_rows(values_only=True)
        if "2、资金结构：（1）基本支出" in row
    ]
    assert found == ["2、资金结构：（1）基本支出", 162.63]


def test_a_computed_indicator_shows_its_formula_below_the_table() -> None:
    (note,) = [text for text in texts_of(department()) if text.startswith("注：")]
    assert note == "注：“预算执行率”的实际完成值按公式计算：预算完成数 / 预算数 × 100%。"


def test_a_missing_amount_is_blank_and_never_zero() -> None:
    for values in sheet_of(project(budget={})).iter_rows(values_only=True):
        if "年度资金总额" in values or "其中：财政拨款" in values:
            assert not any(isinstance(cell, int | float) for cell in values)


def test_the_sum_of_the_weights_is_a_formula_over_the_rows() -> None:
    layout = target_layout(department())
    (total,) = [cell for cell in layout.sheets[0].cells if cell.formula]
    first = next(cell.row for cell in layout.sheets[0].cells if cell.value == "预算执行率")
    assert total.formula == f"=ROUND(SUM(E{first + 1}:E{first + 4}),2)"
    assert total.value == 100


def test_a_text_too_long_for_its_row_stands_whole_in_the_annex_and_is_read_from_there() -> None:
    form = project(objective="完成年度任务，不留死角。" * 400)
    assert [sheet.name for sheet in target_layout(form).sheets][-1] == "附页"
    assert read_back(form, "xlsx").objective == form.objective
