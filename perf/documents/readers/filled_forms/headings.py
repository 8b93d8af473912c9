"""The headings of the official form, as many bodies word them."""

import re
from dataclasses import dataclass

from perf.documents.readers.filled_forms.grid import MAX_COLUMNS, FormSheet
from perf.documents.readers.tables import key

INDICATOR_HEADINGS = {
    "level1": re.compile("一级指标"),
    "level2": re.compile("二级指标"),
    "name": re.compile("三级指标(?:名称)?|(?:绩效)?指标名称|指标内容"),
    "target": re.compile("(?:年度|全年|年初|预期|绩效|计划|本年度?)*(?:指标值|目标值)"),
    "sign": re.compile("指标(?:性质|方向)|(?:方向|运算|比较)?符号"),
    "unit": re.compile("(?:计量|度量|指标)?单位"),
    "actual": re.compile(
        "(?:年度|全年|本年度?)?(?:实际完成|完成|实际|业绩)(?:指标)?(?:值|情况|结果)"
    ),
    "weight": re.compile("(?:指标)?(?:分值|权重)(?:权重)?"),
    "score": re.compile("(?:自评|指标|实际|评价)?(?:得分|评分|自评分)"),
    "reason": re.compile(".*(?:偏差|未完成|扣分).*原因.*|原因分析.*|.*改进措施.*"),
}
MONEY_HEADINGS = {
    "initial": re.compile("年初(?:资金)?预算数?"),
    "adjusted": re.compile("(?:全年|调整后?|本年|年度)?(?:资金)?预算(?:调整)?数?"),
    "executed": re.compile("(?:全年|实际|本年|年度)*(?:执行|支出)数?"),
    "weight": re.compile("分值|权重"),
    "rate": re.compile("(?:预算)?执行率"),
    "score": re.compile("得分|自评得分"),
}
_HEADING_WEIGHT = re.compile(r"(?:分值|得分)\(([0-9]{1,2}(?:\.[0-9]+)?)分?[^0-9)]*\)")


@dataclass(slots=True)
class Columns:
    """Where each heading's column begins and ends, and the row that the headings close."""

    row: int
    spans: dict[str, range]
    heading_weight: str = ""


def find_columns(
    sheet: FormSheet, headings: dict[str, re.Pattern[str]], needed: set[str], *, before: int
) -> Columns | None:
    """The first row above `before` with the needed headings, together with the row over it.

    A column reaches to the next heading of the row, so that merged cells lie inside it.
    """
    for row in range(before):
        own = _match(sheet, row, headings)
        if needed & set(own) and not needed <= set(own) and row:
            # Headings merged over two rows stand in the upper one.
            own = _match(sheet, row - 1, headings) | own
        if not needed <= set(own):
            continue
        bounds = {column for column, _ in sheet.filled(row)} | set(own.values())
        if row:
            bounds |= {at for at in own.values() if sheet.cell(row - 1, at).text}
        spans = {
            name: range(column, min([at for at in bounds if at > column], default=MAX_COLUMNS))
            for name, column in own.items()
        }
        printed = (_HEADING_WEIGHT.search(sheet.key(row, column)) for column in own.values())
        return Columns(row, spans, next((found[1] for found in printed if found), ""))
    return None


def _match(sheet: FormSheet, row: int, headings: dict[str, re.Pattern[str]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for column, cell in sheet.filled(row):
        if len(cell.text) > 60:
            continue
        text = sheet.heading(row, column)
        name = next(
            (
                name
                for name, words in headings.items()
                if name not in found and words.fullmatch(text)
            ),
            None,
        )
        if name is not None:
            found[name] = column
    return found


def is_heading(text: str) -> bool:
    """Whether a text is the heading of the third level, repeated on a later page."""
    return INDICATOR_HEADINGS["name"].fullmatch(key(text)) is not None
