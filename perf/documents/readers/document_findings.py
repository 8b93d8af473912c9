"""What a careful reader notices between the tables of one document."""

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from perf.core.checks import place_of
from perf.core.drafts import Draft, DraftPlan
from perf.core.findings import Severity
from perf.core.numbers import format_fixed
from perf.core.storable import check_published
from perf.documents.readers.department_targets import DepartmentForm
from perf.documents.readers.money_tables import Balance, Spending
from perf.documents.readers.projects import ProjectForm
from perf.documents.readers.report import Report, at_line
from perf.documents.readers.tables import key

_WAN = Decimal(10000)
_USUAL_CODE_DIGITS = 20


@dataclass(frozen=True, slots=True)
class Facts:
    """What the document's tables said, for comparing them."""

    department: DepartmentForm | None
    form: ProjectForm
    spending: Spending
    balances: list[Balance]
    year: int | None
    departments: list[str]
    has_project_table: bool


def add_findings(draft: Draft, facts: Facts, report: Report) -> None:
    """Adds what is to be said of the document, then of each plan; errors first in all."""
    _identity(draft, facts, report)
    _forms(draft, facts, report)
    check_codes(draft.projects, report)
    _balances(facts, report)
    _department_total(facts, report)
    _project_sums(draft, facts, report)
    _spending_table(draft, facts, report)
    plans = [*([draft.department] if draft.department else []), *draft.projects]
    for plan in plans:
        report.findings += check_published(plan, year=draft.fiscal_year)
    said = {finding.code for finding in report.findings}
    rows = [row for plan in plans for row in plan.indicators]
    if rows and "weights-not-read" not in said and all(row.weight is None for row in rows):
        report.info(
            "weights-absent", "文档没有公布指标分值，导入后系统按评分办法分配，可在计划中调整。"
        )
    order = list(Severity)
    report.findings.sort(key=lambda finding: order.index(finding.severity))


def _wan(money: Decimal) -> str:
    return f"{format_fixed(money / _WAN)}万元"


def _identity(draft: Draft, facts: Facts, report: Report) -> None:
    if draft.unit_name is None:
        report.error("unit-name-missing", "没有读到部门名称，请在导入时选择单位。")
    if draft.unit_code is None:
        report.warning("unit-code-missing", "没有读到单位编码，请在导入时选择或补填单位编码。")
    if draft.fiscal_year is None:
        report.error("year-missing", "没有读到预算年度，请在导入时选择年度。")
    elif facts.year is not None and facts.year != draft.fiscal_year:
        report.warning(
            "year-differs",
            f"文档写的是 {facts.year} 年度，现按所选 {draft.fiscal_year} 年度导入，请核对。",
        )


def _forms(draft: Draft, facts: Facts, report: Report) -> None:
    first, *others = facts.departments or [""]
    if others:
        report.warning(
            "several-departments",
            f"文件含有 {len(others) + 1} 个部门的整体绩效目标表，只读取了第一个“{first}”；"
            f"请把{'、'.join(f'“{name}”' for name in others[:5])}分成单独的文件再导入。",
        )
    if draft.department is None and not draft.projects:
        report.error(
            "no-tables-found",
            "没有找到部门整体绩效目标表和项目绩效目标表，请确认文件是含有这两张表的部门预算公开文本，"
            "表格各列以制表符分隔。",
        )
    elif draft.department is None:
        report.warning(
            "department-table-missing", "没有找到部门（单位）整体绩效目标表，只导入项目绩效目标。"
        )
    elif not draft.projects and facts.has_project_table:
        report.info("project-table-empty", "项目绩效目标表里没有项目，只导入部门整体绩效目标。")
    elif not draft.projects:
        report.warning("project-table-missing", "没有找到项目绩效目标表，只导入部门整体绩效目标。")


def check_codes(projects: list[DraftPlan], report: Report) -> None:
    """Codes that are missing, of another length or used twice; names that cannot tell apart."""
    lengths = Counter(len(plan.code) for plan in projects if plan.code)
    usual = max(lengths, key=lambda each: (lengths[each], each == _USUAL_CODE_DIGITS), default=0)
    seen: dict[str, DraftPlan] = {}
    for plan in projects:
        if plan.code is None:
            report.warning(
                "project-code-missing",
                f"项目“{plan.name}”没有项目编码，将以名称识别，请补填。",
                place_of(plan),
            )
            continue
        if len(plan.code) != usual:
            report.warning(
                "project-code-length",
                f"项目编码 {plan.code} 有 {len(plan.code)} 位，其他项目编码为 {usual} 位，"
                "请核对是否多写或少写了数字。",
                place_of(plan),
            )
        if plan.code in seen:
            report.error(
                "project-code-repeated",
                f"项目“{plan.name}”与“{seen[plan.code].name}”的项目编码同为 {plan.code}，请改正。",
                place_of(plan),
            )
        seen.setdefault(plan.code, plan)
    names = Counter((plan.code, key(plan.name)) for plan in projects if plan.code is None)
    for plan in projects:
        if plan.code is None and names[None, key(plan.name)] > 1:
            report.error(
                "project-name-repeated",
                f"有多个没有编码的项目同名“{plan.name}”，请补填编码或合并。",
                place_of(plan),
            )


def _balances(facts: Facts, report: Report) -> None:
    for balance in facts.balances:
        (income, first), (spent, second) = balance.income, balance.spending
        if first != second:
            report.warning(
                "income-spending-differ",
                f"收入总计 {income} 与支出总计 {spent} 不一致，请核对是否少写了小数位。",
                " · ".join(filter(None, (balance.title, at_line(balance.line)))),
            )


def _department_total(facts: Facts, report: Report) -> None:
    form = facts.department
    total = form.plan.budget_total if form else None
    if form is None or total is None:
        return
    place = f"部门（单位）整体绩效目标表（{at_line(form.total_line)}）"
    published = [money for each in facts.balances for _, money in (each.income, each.spending)]
    agrees = total in published
    if form.total_unit == "元":
        same = "，与收支预算表一致" if agrees else ""
        report.info(
            "budget-in-yuan",
            f"部门预算总额以元公布：{form.total_text} 元 = {_wan(total)}{same}。",
            place,
        )
    if published and not agrees:
        other = max(Counter(published).items(), key=lambda item: item[1])[0]
        factor = total / other if other else Decimal(0)
        doubt = "，疑为金额单位（元、万元）写错" if factor in {_WAN, 1 / _WAN} else ""
        report.warning(
            "department-total-differs",
            f"部门预算总额 {_wan(total)} 与收支预算表的总计 {_wan(other)} 不一致{doubt}，请核对。",
            place,
        )


def _project_sums(draft: Draft, facts: Facts, report: Report) -> None:
    budgets = [plan.budget_total for plan in draft.projects]
    known = [each for each in budgets if each is not None]
    if not known or len(known) < len(budgets):
        return
    total = sum(known, Decimal(0))
    if draft.department and draft.department.project_expenditure not in {None, total}:
        said = draft.department.project_expenditure
        assert said is not None  # noqa: S101
        report.warning(
            "project-sum-differs",
            f"各项目预算合计 {_wan(total)}，与部门项目支出 {_wan(said)} 不一致，请核对是否漏项。",
        )
    if facts.form.totals and total not in facts.form.totals:
        said = max(facts.form.totals)
        report.warning(
            "project-sum-differs",
            f"各项目预算合计 {_wan(total)}，与项目绩效目标表的合计 {_wan(said)} 不一致，"
            "请核对是否漏项。",
        )


def _spending_table(draft: Draft, facts: Facts, report: Report) -> None:
    if not draft.projects or not facts.spending.projects:
        _spending_only(facts.spending, report)
        return
    plans = {key(plan.name): plan for plan in draft.projects}
    rows = {key(row.name): row for row in facts.spending.projects}
    for name, row in rows.items():
        if name not in plans:
            report.warning(
                "project-without-targets",
                f"项目支出预算表中的“{row.name}”没有绩效目标，请核对是否漏编或名称不一致。",
                f"项目支出预算表（{at_line(row.line)}）",
            )
    for name, plan in plans.items():
        found = rows.get(name)
        if found is None:
            report.warning(
                "project-not-in-spending",
                f"项目“{plan.name}”不在项目支出预算表中，项目类别未知，请核对名称。",
                place_of(plan),
            )
        elif None not in {found.total, plan.budget_total} and found.total != plan.budget_total:
            assert found.total is not None and plan.budget_total is not None  # noqa: S101, PT018
            report.warning(
                "project-budget-differs",
                f"“{plan.name}”在绩效目标表中为 {_wan(plan.budget_total)}，"
                f"在项目支出预算表中为 {_wan(found.total)}，请核对。",
                place_of(plan),
            )


def _spending_only(spending: Spending, report: Report) -> None:
    """Projects that have money and, in this document, no targets at all."""
    if spending.projects:
        names = "、".join(f"“{row.name}”" for row in spending.projects[:8])
        more = " 等" if len(spending.projects) > 8 else ""
        report.warning(
            "project-without-targets",
            f"项目支出预算表列有 {len(spending.projects)} 个项目（{names}{more}），文件里没有它们的"
            "绩效目标，未建立项目计划，请核对是否缺少项目绩效目标表。",
            f"项目支出预算表（{at_line(spending.projects[0].line)}）",
        )
