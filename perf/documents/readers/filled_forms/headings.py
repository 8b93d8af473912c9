"""The headings of the official form, as many bodies word them."""

import re
from dataclasses import dataclass

from perf.documents.readers.filled_forms.grid import MAX_COLUMNS, FormSheet

INDICATOR_HEADINGS = {
    "level1": re.compile("一级指标(?:名称)?"),
    "level2": re.compile("二级指标(?:名称)?"),
    "name": re.compile("三级指标(?:名称|内容)?|(?:绩效|具体|考核|评价)?指标(?:名称|内容)|具体指标"),
    "target": re.compile(
        "(?:本?年度?|全年|年初|预期|绩效|计划|设定|三级|当年)*(?:指标|目标)(?:值|数)(?:及单位)?"
        "|(?:年度|年初|设定|预期|计划)+(?:目标|(?:完成)?(?:值|数))"
    ),
    "sign": re.compile("(?:指标)?(?:性质|方向|符号)|(?:方向|运算|比较|计算)符号"),
    "unit": re.compile("(?:计量|度量|指标值?|数量)?单位"),
    "actual": re.compile(
        "(?:本?年度?|全年|年末|年终|指标|自评|目标|绩效)*(?:实际|完成|业绩|实现)+(?:指标|目标)?"
        "(?:值|情况|结果|数值?|水平)|实际完成"
    ),
    "weight": re.compile("(?:指标|标准|单项)?(?:分值|权重|满分|标准分|赋分)(?:权重|分值|值)?"),
    "score": re.compile(
        "(?:自评|指标|实际|评价|单位|部门|项目|单项)*(?:得分|评分|自评分)(?:值|情况|结果)?"
    ),
    "reason": re.compile(
        ".*(?:偏差|未完成|扣分|差异).*(?:原因|分析|说明|措施).*|原因(?:分析|说明)?.*"
        "|.*原因(?:分析|说明)?|.*问题.*(?:改进|整改).*"
    ),
    "measure": re.compile(".*(?:改进|整改|纠偏).*(?:措施|建议|意见|情况)?"),
}
MONEY_HEADINGS = {
    "initial": re.compile("年初(?:资金|部门|项目)?预算(?:数|金额|安排数?)?"),
    "adjusted": re.compile(
        "(?:调整后|全年|本年|年度|当年|调整)*(?:资金|项目)?预算(?:调整|安排|下达)?(?:数|金额|总额)?"
    ),
    "executed": re.compile(
        "(?:全年|实际|本年|年度|当年|累计|预算|资金)*(?:执行|支出|使用|支付)(?:数|金额|总额)"
        "|(?:全年|实际|本年|年度|当年|累计)+(?:执行|支出)"
    ),
    "weight": re.compile("分值|权重"),
    "rate": re.compile("(?:预算|资金|全年)*(?:执行|支出|支付)(?:率|进度)"),
    "score": re.compile("(?:自评|执行|实际|评价)?得分"),
}
_PARTS_OF_TARGET = {name: INDICATOR_HEADINGS[name] for name in ("target", "sign", "unit")}
_NEEDED = frozenset({"name", "actual"}), frozenset({"name", "score"})
_HEADING_WEIGHT = re.compile(r"(?:分值|得分)\(([0-9]{1,2}(?:\.[0-9]+)?)分?[^0-9)]*\)")
_LONGEST = 60
# A row with as many headings is one of the heading's rows, repeated on a later page.
_HEADING_ROW = 3


@dataclass(slots=True)
class Columns:
    """Where each heading's column begins and ends, and the row that the headings close."""

    row: int
    spans: dict[str, range]
    heading_weight: str = ""


def indicator_headings(sheet: FormSheet) -> list[Columns]:
    """Every row that closes the headings of an indicator table, from the top."""
    for needed in _NEEDED:
        found = [
            columns_at(sheet, row, INDICATOR_HEADINGS, needed) for row in range(len(sheet.rows))
        ]
        if any(found):
            return [columns for columns in found if columns is not None]
    return []


def money_columns(sheet: FormSheet, *, before: int) -> Columns | None:
    """The headings of the funds block, in the first row above `before` that has them."""
    needed = frozenset({"adjusted", "executed"})
    found = (columns_at(sheet, row, MONEY_HEADINGS, needed) for row in range(before))
    return next((columns for columns in found if columns is not None), None)


def columns_at(
    sheet: FormSheet, row: int, headings: dict[str, re.Pattern[str]], needed: frozenset[str]
) -> Columns | None:
    """The columns of a row with the needed headings, together with the row over it.

    A column reaches to the next heading of the row, so that merged cells lie inside it.
    """
    own = _match(sheet, row, headings)
    if needed & set(own) and not needed <= set(own) and row:
        # Headings merged over two rows stand in the upper one.
        own = _match(sheet, row - 1, headings) | own
    if not needed <= set(own):
        return None
    below = _match(sheet, row + 1, _PARTS_OF_TARGET) if row + 1 < len(sheet.rows) else {}
    if "target" in own and len(below) > 1 and len(below) == len(sheet.filled(row + 1)):
        # The target's heading stands over those of its sign, value and unit.
        own |= below
        row += 1
    bounds = {column for column, _ in sheet.filled(row)} | set(own.values())
    if below and row:
        bounds |= {column for column, _ in sheet.filled(row - 1)}
    if row:
        bounds |= {at for at in own.values() if sheet.cell(row - 1, at).text}
    spans = {
        name: range(column, min([at for at in bounds if at > column], default=MAX_COLUMNS))
        for name, column in own.items()
    }
    printed = (_HEADING_WEIGHT.search(sheet.key(row, column)) for column in own.values())
    return Columns(row, spans, next((found[1] for found in printed if found), ""))


def is_heading_row(sheet: FormSheet, row: int) -> bool:
    """Whether the row holds headings of the indicator table and no indicator."""
    return count_headings(sheet, row) >= _HEADING_ROW


def count_headings(sheet: FormSheet, row: int) -> int:
    """How many headings of the indicator table a row holds."""
    return len(_match(sheet, row, INDICATOR_HEADINGS))


def _match(sheet: FormSheet, row: int, headings: dict[str, re.Pattern[str]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for column, cell in sheet.filled(row):
        if len(cell.text) > _LONGEST:
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
