"""What stands below a grid of indicators: the sum of the weights, remarks and signatures."""

import re

from perf.documents.readers.tables import Row, key
from perf.documents.readers.vocabulary import looks_like_amount

_FOOT = re.compile(
    r"(.{0,6}审核意见|填表人|填报人|单位负责人|联系人|注|备注|其他说明)"
    r"(签字|签名|签章|姓名)?(\(.{1,6}\))?([:：\d].*)?"
)
_TOTAL_SCORE = re.compile(r"总分(\(.{1,8}\))?")
_SUM = re.compile(r"((分值|权重|指标)?(合计|总计)|总分)(\(分\))?")


def is_below_grid(row: Row) -> bool:
    """Whether the row is the first of those below the grid; an indicator may begin like one.

    `注：…` and `填报人：` are such rows, and 总分 with its figures, below which a form that was
    filled in has its rating and its working; 注册企业数 with its target beside it is none.
    """
    filled = row.filled()
    first = key(filled[0][1]) if filled else ""
    if len(filled) > 1 and _TOTAL_SCORE.fullmatch(first):
        return looks_like_amount(filled[1][1])
    return bool(_FOOT.fullmatch(first)) or (len(filled) == 1 and bool(_FOOT.match(first)))


def is_weight_sum(row: Row) -> bool:
    """Whether the row adds up the weights: 合计 with a figure, and no indicator's name."""
    filled = row.filled()
    return (
        1 < len(filled) < 4
        and bool(_SUM.fullmatch(key(filled[0][1])))
        and looks_like_amount(filled[1][1])
    )
