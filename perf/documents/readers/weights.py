"""The weights that a form prints beside its indicators, as points."""

import re
from collections.abc import Sequence
from decimal import Decimal

from perf.core.numbers import round_half_up
from perf.documents.readers.grid import Grid
from perf.documents.readers.report import Report
from perf.documents.readers.tables import key

_WEIGHT = re.compile(r"(\d{1,3}(?:\.\d{1,6})?)([%分]?)")
_HUNDRED = Decimal(100)
_MOST_NAMED = 5


def read_weights(texts: Sequence[str], *, are_shares: bool = False) -> list[Decimal | None]:
    """The points that the cells of one column say; None for a blank and for what is no weight.

    `10`, `10分` and `10%` are 10 points. A column of 权重 (`are_shares`) whose bare figures add
    up to 1 has shares of one: 0.1 is 10 points. Bare figures of at most 1 that do not add up to
    1 could be either, so that none is read.
    """
    read = [_WEIGHT.fullmatch(key(text)) for text in texts]
    bare = [Decimal(match[1]) for match in read if match and not match[2]]
    factor: Decimal | None = Decimal(1)
    if are_shares and bare and max(bare) <= 1:
        factor = _HUNDRED if sum(bare) == 1 else None
    weights: list[Decimal | None] = []
    for match in read:
        scale = Decimal(1) if match and match[2] else factor
        points = None if match is None or scale is None else Decimal(match[1]) * scale
        is_weight = (
            points is not None and 0 < points <= _HUNDRED and points == round_half_up(points)
        )
        weights.append(points if is_weight else None)
    return weights


def take_weights(grid: Grid, label: str, report: Report) -> None:
    """Gives the grid's indicators the weights that it prints, and tells which are not to be read.

    `label` names the plan. A grid without any weight stays as it is.
    """
    if not any(grid.weights):
        return
    unread = []
    weights = read_weights(grid.weights, are_shares=grid.has_shares)
    for row, text, weight in zip(grid.indicators, grid.weights, weights, strict=True):
        row.weight = weight
        if weight is None:
            unread.append(f"“{row.name}”（{text or '空白'}）")
    if unread:
        named = "、".join(unread[:_MOST_NAMED]) + (" 等" if len(unread) > _MOST_NAMED else "")
        report.warning(
            "weights-not-read",
            f"{label}有 {len(unread)} 项指标的分值没有读出：{named}。"
            "请补填；空着的，导入时由系统分配余下的分值。",
        )
