"""Forms filled in during or after the year (监控表, 自评表): what in them is no target."""

import re

from perf.documents.readers.tables import Row
from perf.documents.readers.vocabulary import head

_REACHED = re.compile(
    r".{0,10}(执行|完成|实现)情况|(全年)?(预计|实际)完成(值|情况)|完成值|实际值|自评得分|得分"
)
_SPENT = re.compile(r".{0,12}(执行数|执行率|支出数|支付数)(\(.{1,6}\))?")
_BUDGET = re.compile(r"(年初|全年|年度|调整后)?预算(数|金额)?(\(.{1,6}\))?")
_DONE = re.compile(r"(年度|全年|目标|总体目标|.{2,8}月)?(实际)?(完成|实现|执行)情况")
# The headings above columns to tick, or the columns' own below a merged one.
_GROUPS = frozenset(
    {
        "绩效指标", "绩效指标完成情况", "偏差原因分析", "偏差原因", "完成目标可能性", "备注",
        "目标完成可能性", "完成目标的可能性", "经费保障", "制度保障", "人员保障", "硬件条件保障",
        "其他", "原因说明", "确定能", "有可能", "完全不可能",
    }
)  # fmt: skip
_LONGEST = 24


def reports_progress(row: Row) -> bool:
    """Whether the heading row has columns for what was reached (执行情况, 实际完成值, 得分)."""
    return any(_REACHED.fullmatch(each) for each in _heads(row))


def is_group_heading(row: Row) -> bool:
    """Whether the row only heads groups of columns (偏差原因分析), or columns below such a head."""
    heads = _heads(row)
    return len(heads) > 1 and len(row.filled()) == len(heads) and _GROUPS.issuperset(heads)


def first_column_spent(row: Row) -> int | None:
    """In the heading row of a block of money with what was spent, the column behind the budget.

    年初预算数 | 全年预算数 | 1—7月执行数 → that of 全年预算数; None for any other row.
    """
    heads = {column: head(text) for column, text in row.filled() if len(text) <= _LONGEST}
    budgets = [column for column, text in heads.items() if _BUDGET.fullmatch(text)]
    if not budgets or not any(_SPENT.fullmatch(text) for text in heads.values()):
        return None
    return min((column for column in heads if column > budgets[0]), default=None)


def says_what_was_done(text: str) -> bool:
    """Whether the cell heads what became of an objective (实际完成情况)."""
    return len(text) <= _LONGEST and bool(_DONE.fullmatch(head(text)))


def _heads(row: Row) -> list[str]:
    return [head(text) for _, text in row.filled() if len(text) <= _LONGEST]
