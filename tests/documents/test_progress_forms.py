"""监控表 and 自评表 as a source of plans: their targets come out, and nothing that was reached."""

import csv
import io
from dataclasses import replace
from decimal import Decimal

import openpyxl
import pytest

from perf.core.drafts import Draft, DraftPlan
from perf.core.findings import Severity
from perf.core.terms import FundSource, PlanKind
from perf.documents.forms import FORMATS, MonitoringForm, SelfEvaluationForm, form_layout
from perf.documents.readers import read_document
from tests.documents import test_forms
from tests.documents.test_monitoring_forms import FORM as MONITORING

pytestmark = pytest.mark.slow

DEPARTMENT = replace(MONITORING, kind=PlanKind.DEPARTMENT, name="某区信访局", code=None)
ROWS = [
    ("产出指标", "数量指标", "受理信访案件完成率", "≥80%", None),
    ("满意度指标", None, "群众满意度", "≥80%", None),
]


def plan_of(draft: Draft) -> DraftPlan:
    """The one plan of a draft without errors."""
    assert [one for one in draft.findings if one.severity is Severity.ERROR] == []
    (plan,) = [draft.department] if draft.department else draft.projects
    assert plan is not None
    return plan


def read_back(form: MonitoringForm | SelfEvaluationForm, kind: str) -> DraftPlan:
    draft = read_document(f"form.{kind}", FORMATS[kind].write(form_layout(form)))
    assert (draft.unit_name, draft.fiscal_year) == ("某区信访局", 2022)
    return plan_of(draft)


def rows_of(plan: DraftPlan) -> list[tuple[str, str | None, str, str, str | None]]:
    return [(row.level1, row.level2, row.name, row.target, row.note) for row in plan.indicators]


@pytest.mark.parametrize("form", [MONITORING, DEPARTMENT], ids=["project", "department"])
@pytest.mark.parametrize("kind", FORMATS)
def test_an_exported_monitoring_form_gives_its_plan_and_no_actual(form, kind):
    plan = read_back(form, kind)
    assert (plan.kind, plan.code, plan.objective) == (form.kind, form.code, "及时化解信访问题。")
    assert rows_of(plan) == ROWS
    # The budget of the year's beginning: neither the adjusted one nor what was spent.
    assert plan.budget == {FundSource.FISCAL: 300_000, FundSource.UNIT_FUNDS: 10_000}
    assert plan.budget_total == 310_000


@pytest.mark.parametrize("is_department", [False, True], ids=["project", "department"])
@pytest.mark.parametrize("kind", FORMATS)
def test_an_exported_self_evaluation_gives_its_plan_with_the_weights(is_department, kind):
    form = test_forms.form(test_forms.indicators(6))
    if is_department:
        rows = [replace(row, level1="产出指标", level2="重点工作任务完成") for row in form.rows]
        # A department's plan is named so; who it belongs to stands beside 主管部门.
        form = replace(test_forms.department(), rows=rows, name="部门整体")
    plan = read_back(form, kind)
    assert [(row.name, row.target, row.weight, row.note) for row in plan.indicators] == [
        (row.name, row.target, row.weight, None) for row in form.rows
    ]
    assert plan.objective == form.objective_expected
    assert plan.budget_total == form.total_money.initial


PUBLISHED = """\
2023年度项目支出绩效运行监控表
（2023年1—7月）
项目名称\t城区绿化养护\t\t\t\t项目编码\t41132923T000000011902
主管部门\t某市城管局\t\t\t\t实施单位\t某市园林处
项目资金（万元）\t\t年初预算数\t1—7月执行数\t1—7月执行率\t全年预计执行数
\t年度资金总额\t120.00\t60.00\t50%\t118.00
\t其中：当年财政拨款\t100.00\t50.00\t50%\t98.00
\t上年结转资金\t\t10.00\t\t
\t其他资金\t20.00\t0.00\t0%\t20.00
年度总体目标\t完成城区绿地养护。
绩效指标\t一级指标\t二级指标\t三级指标\t年度指标值\t1—7月执行情况\t全年预计完成情况\t偏差原因分析\t\t\t\t\t\t完成目标可能性\t\t\t备注
\t\t\t\t\t\t\t经费保障\t制度保障\t人员保障\t硬件条件保障\t其他\t原因说明\t确定能\t有可能\t完全不可能\t
\t产出指标\t数量指标\t养护面积\t≥86公顷\t50公顷\t86公顷\t\t\t\t\t\t\t√\t\t\t
\t\t质量指标\t成活率\t≥95%\t90%\t93%\t\t\t√\t\t\t高温干旱。\t\t√\t\t已约谈
\t\t时效指标\t完成时间\t2023年12月底前\t按计划\t12月底前\t\t\t\t\t\t\t√\t\t\t
\t效益指标\t社会效益指标\t居住环境\t明显改善\t达成年度指标（80%）\t明显改善\t\t\t\t\t\t\t√\t\t\t
\t\t\t产生的效益\t促进全市经济社会的和谐稳定。\t达成年度指标（85%）\t\t\t\t\t\t\t\t√\t\t\t
\t满意度指标\t服务对象满意度指标\t市民满意度\t≥90%\t未调查\t90%\t\t\t\t\t\t\t\t√\t\t
注：偏差原因分析栏可多选。
"""


def as_xlsx(text: str) -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    for line in text.splitlines():
        book.active.append(line.split("\t"))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def as_csv(text: str) -> bytes:
    stream = io.StringIO()
    csv.writer(stream).writerows(line.split("\t") for line in text.splitlines())
    return stream.getvalue().encode()


@pytest.mark.parametrize(
    ("kind", "write"), [("txt", str.encode), ("xlsx", as_xlsx), ("csv", as_csv)]
)
def test_a_published_monitoring_form_is_read_by_its_headings(kind, write):
    plan = plan_of(read_document(f"监控表.{kind}", write(PUBLISHED)))
    assert (plan.name, plan.code) == ("城区绿化养护", "41132923T000000011902")
    assert (plan.implementing_unit, plan.objective) == ("某市园林处", "完成城区绿地养护。")
    assert [(row.level2, row.name, row.target, row.note) for row in plan.indicators] == [
        ("数量指标", "养护面积", "≥86公顷", None),
        ("质量指标", "成活率", "≥95%", None),
        ("时效指标", "完成时间", "2023年12月底前", None),
        ("社会效益指标", "居住环境", "明显改善", None),
        ("社会效益指标", "产生的效益", "促进全市经济社会的和谐稳定。", None),
        ("服务对象满意度指标", "市民满意度", "≥90%", None),
    ]
    # What was only spent, with no budget at the year's beginning, is no budget.
    assert plan.budget == {FundSource.FISCAL: 1_000_000, FundSource.OTHER: Decimal(200_000)}


def test_a_published_department_form_is_read_by_its_headings():
    text = """\
部门（单位）整体支出绩效运行监控表
（2023年度）
部门（单位）名称\t某市城管局
年度总体目标\t预期目标\t\t\t实际完成情况
\t保障城市运行。\t\t\t上半年运行平稳。
部门预算资金（万元）\t\t年初预算数\t全年预算数\t1—7月执行数\t执行率
\t年度资金总额\t1200.00\t1250.00\t600.00\t48%
\t基本支出\t200.00\t200.00\t100.00\t50%
\t项目支出\t\t1050.00\t500.00\t47.62%
一级指标\t二级指标\t三级指标\t年度指标值\t1-7月完成情况\t全年预计完成情况\t偏差原因分析\t备注
投入管理指标\t预算和财务管理\t预算执行率\t≥90%\t48%\t95%\t\t
\t\t预算调整率\t≤10%\t4%\t4%\t\t
效益指标\t满意度\t群众满意度\t≥85%\t\t85%\t\t未到调查时间
"""
    plan = plan_of(read_document("监控表.txt", text.encode()))
    assert (plan.kind, plan.objective) == (PlanKind.DEPARTMENT, "保障城市运行。")
    assert rows_of(plan) == [
        ("投入管理指标", "预算和财务管理", "预算执行率", "≥90%", None),
        ("投入管理指标", "预算和财务管理", "预算调整率", "≤10%", None),
        ("效益指标", "满意度", "群众满意度", "≥85%", None),
    ]
    assert (plan.budget_total, plan.basic_expenditure) == (12_000_000, 2_000_000)
    assert plan.project_expenditure is None
