"""一、基本情况: what the project or department is, its money and its objective."""

from collections.abc import Iterator
from decimal import Decimal

from perf.documents.forms.rows import Money
from perf.documents.report.parts import (
    Column,
    Gap,
    Heading,
    Item,
    Items,
    Paragraph,
    Part,
    Table,
    cells,
    words,
)
from perf.documents.report.subject import Subject
from perf.documents.report.wording import MISSING, points, rate, wan, weight_of

_FUNDS = (
    Column("资金来源", 34),
    Column("年初预算数", 17, is_figure=True),
    Column("全年预算数", 17, is_figure=True),
    Column("全年执行数", 17, is_figure=True),
    Column("执行率", 15, is_figure=True),
)


def basics(subject: Subject) -> Iterator[Part]:
    """The section's parts."""
    yield Heading(1, "一、基本情况")
    yield Heading(2, "（一）部门概况" if subject.is_department else "（一）项目概况")
    yield from _about(subject)
    yield Heading(2, "（二）资金情况")
    yield from _money(subject)
    yield Heading(2, "（三）绩效目标")
    yield from _objective(subject)


def _about(subject: Subject) -> Iterator[Part]:
    form = subject.form
    if subject.is_department:
        code = f"（单位编码 {form.code}）" if form.code else ""
        yield Paragraph(
            words(
                f"{form.name}{code}对{form.year}年度部门（单位）整体支出开展绩效自评。",
                Gap("【请补充：主要职责、机构设置和人员情况】"),
            )
        )
    else:
        code = f"（项目编码 {form.code}）" if form.code else ""
        yield Paragraph(
            words(
                f"“{form.name}”项目{code}的主管部门为{form.department}，"
                f"实施单位为{form.implementing_unit}，列入{form.year}年度预算。",
                Gap("【请补充：立项依据、实施内容和实施范围】"),
            )
        )
    if form.tasks:
        yield Paragraph(words("年度主要任务如下："))
        yield Items(tuple(Item(name, words(content)) for name, content in form.tasks))


def _money(subject: Subject) -> Iterator[Part]:
    form = subject.form
    total = form.total_money
    said = (
        f"年初预算 {_amount(total.initial)}，全年预算 {_amount(total.adjusted)}，"
        f"全年执行 {_amount(total.executed)}"
    )
    if total.executed is not None and total.adjusted:
        said += f"，预算执行率 {rate(total.executed, total.adjusted)}"
    yield Paragraph(words(f"{said}。", _adjusted(total)))
    lines = [
        ("其中：当年财政拨款", form.fiscal),
        ("上年结转资金", form.carryover),
        ("其他资金", form.other),
        *form.funds,
    ]
    yield Table(
        "资金情况（单位：万元）",
        _FUNDS,
        tuple(
            cells(label, *_amounts(money))
            for label, money in [("年度资金总额", total), *lines]
            if money != Money()
        ),
    )
    execution = form.execution
    if execution.weight and not execution.not_applicable:
        yield Paragraph(
            words(
                f"预算执行率分值 {points(execution.weight)}，"
                + (
                    "尚未得分。"
                    if execution.points is None
                    else f"得 {points(execution.points)} 分。"
                )
            )
        )


def _amount(yuan: Decimal | None) -> str:
    return MISSING if yuan is None else f"{wan(yuan)} 万元"


def _adjusted(total: Money) -> str:
    if total.initial is None or total.adjusted is None:
        return ""
    difference = total.adjusted - total.initial
    if not difference:
        return "年度中预算没有调整。"
    word = "调增" if difference > 0 else "调减"
    return f"年度中预算{word} {wan(abs(difference))} 万元。"


def _amounts(money: Money) -> list[str]:
    """Of a line of which only the beginning is kept, the rest is no missing figure but a dash."""
    is_whole = money.adjusted is not None
    return [
        wan(money.initial) if money.initial is not None else "—",
        wan(money.adjusted) if is_whole else "—",
        wan(money.executed) if is_whole else "—",
        rate(money.executed, money.adjusted),
    ]


def _objective(subject: Subject) -> Iterator[Part]:
    form = subject.form
    if form.objective_expected:
        yield Paragraph(words(f"年度总体目标：{form.objective_expected}"))
    else:
        yield Paragraph(words("年度总体目标：", Gap("【请补充：年度总体目标，系统中没有填写】")))
    classes = "、".join(
        f"{name} {len(results)} 项（分值 {points(weight_of(results))}）"
        for name, results in subject.by_class().items()
    )
    counted = f"，其中{classes}" if classes else ""
    yield Paragraph(words(f"共设置绩效指标 {len(subject.results)} 项{counted}。"))
