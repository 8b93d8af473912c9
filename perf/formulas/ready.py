"""The ready formulas of the department form, and what kind of quantity a name says."""

import re
from dataclasses import dataclass

from perf.core.terms import QuantityKind, RecordSource

_STOCK = re.compile(
    "总数|总额|预算数|计划数|目标数|应.*数|期末|年末|年初|期初|现有|存量|余额|数量?总计"
)
_FLOW = re.compile("^(已|实际|本年度?|完成)|完成数|执行数|支出数|采纳数")


@dataclass(frozen=True, slots=True)
class ReadyQuantity:
    """A quantity of a ready formula with its kind and unit."""

    name: str
    kind: QuantityKind
    unit: str


@dataclass(frozen=True, slots=True)
class ReadyFormula:
    """An indicator's formula with its quantities; with `source` it is computed from records."""

    indicator: str
    formula: str
    quantities: tuple[ReadyQuantity, ...]
    source: RecordSource | None = None


def ready_formula(indicator_name: str) -> ReadyFormula | None:
    """The ready formula of an indicator of this name, None where there is none.

    Source: 部门整体绩效目标表, 指标值说明. The published formula of 预算调整率 contradicts its own
    note; ours takes the note: the sum of the adjustments over 年初预算数.
    """
    return _READY.get("".join(indicator_name.split()))


def quantity_kind(name: str) -> QuantityKind:
    """Whether a quantity of this name is a stand or comes in over the year, unless a user says so.

    Source: our own decision. 预算数, 项目总数 → stock; 预算完成数, 已完成评价项目数量 → flow.
    """
    for ready in _READY.values():
        for quantity in ready.quantities:
            if quantity.name == name:
                return quantity.kind
    is_stock = _STOCK.search(name) and not _FLOW.search(name)
    return QuantityKind.STOCK if is_stock else QuantityKind.FLOW


def _flow(name: str, unit: str) -> ReadyQuantity:
    return ReadyQuantity(name, QuantityKind.FLOW, unit)


def _stock(name: str, unit: str) -> ReadyQuantity:
    return ReadyQuantity(name, QuantityKind.STOCK, unit)


def _share(
    indicator: str, part: ReadyQuantity, whole: ReadyQuantity, source: RecordSource | None = None
) -> ReadyFormula:
    return ReadyFormula(indicator, f"{part.name} / {whole.name} × 100%", (part, whole), source)


_READY = {
    each.indicator: each
    for each in (
        _share(
            "专项资金细化率",
            _flow("已细化到具体市县和承担单位的资金数", "万元"),
            _stock("部门参与分配资金总数", "万元"),
        ),
        _share("预算执行率", _flow("预算完成数", "万元"), _stock("预算数", "万元")),
        _share("预算调整率", _flow("预算调整数", "万元"), _stock("年初预算数", "万元")),
        _share("结转结余率", _stock("结转结余总额", "万元"), _stock("预算数", "万元")),
        _share(
            "“三公经费”控制率",
            _flow("本年度“三公经费”实际支出数", "万元"),
            _stock("“三公经费”预算数", "万元"),
        ),
        _share(
            "政府采购执行率", _flow("实际政府采购金额", "万元"), _stock("政府采购预算数", "万元")
        ),
        _share(
            "绩效监控完成率",
            _flow("已完成绩效监控项目数量", "个"),
            _stock("部门项目总数", "个"),
            RecordSource.MONITORING,
        ),
        _share(
            "绩效自评完成率",
            _flow("已完成评价项目数量", "个"),
            _stock("部门项目总数", "个"),
            RecordSource.SELF_EVALUATION,
        ),
        _share(
            "部门绩效评价完成率",
            _flow("已完成评价项目数量", "个"),
            _stock("部门重点绩效评价项目数", "个"),
        ),
        _share(
            "评价结果应用率",
            _flow("评价提出的意见建议采纳数", "条"),
            _flow("提出的意见建议总数", "条"),
        ),
    )
}
