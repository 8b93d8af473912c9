"""The rows of the funds block (项目资金) of a plan's forms."""

from collections.abc import Container, Iterator

from perf.core.terms import FundSource

_OFFICIAL = (
    (FundSource.FISCAL, "其中：财政拨款"),
    (FundSource.CARRYOVER, "上年结转资金"),
    (FundSource.SPECIAL_ACCOUNT, "财政专户管理资金"),
    (FundSource.UNIT_FUNDS, "单位资金"),
    (FundSource.OTHER, "其他资金"),
)
_ALWAYS = frozenset({FundSource.FISCAL, FundSource.CARRYOVER, FundSource.OTHER})


def rows_of_funds(sources: Container[FundSource]) -> Iterator[tuple[FundSource, str]]:
    """Each source with its label: the three official ones, and what else the plan has."""
    for source, label in _OFFICIAL:
        if source in _ALWAYS or source in sources:
            yield source, label
