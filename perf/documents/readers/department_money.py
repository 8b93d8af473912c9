"""The budget above a department's indicators: labels, each with its figure right of it or torn."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from perf.core.drafts import DraftPlan
from perf.core.terms import FundSource
from perf.documents.readers.report import Report, at_line
from perf.documents.readers.tables import Row, key
from perf.documents.readers.vocabulary import amount, looks_like_amount, money_unit

_AMOUNT_LABEL = re.compile(
    r"(?:\d[、.])?(?:资金来源|资金结构)?[:：]?(?:\(\d\)|\d[、.)])?(?:其中[:：])?"
    r"((?:部门|单位|部门\(单位\))?预算总额|年度预算总额|(?:年度)?资金总额|政府预算资金|财政拨款|一般公共预算"
    r"|财政专户管理资金|单位资金|上年结转资金|其他资金|基本支出|项目支出)(?:\((?:元|千元|万元|亿元)\))?[:：]?"
)
_LONGEST_LABEL = 60
_SOURCES = {
    "政府预算资金": FundSource.FISCAL,
    "财政拨款": FundSource.FISCAL,
    "一般公共预算": FundSource.FISCAL,
    "财政专户管理资金": FundSource.SPECIAL_ACCOUNT,
    "单位资金": FundSource.UNIT_FUNDS,
    "上年结转资金": FundSource.CARRYOVER,
    "其他资金": FundSource.OTHER,
}


@dataclass(slots=True)
class DepartmentMoney:
    """The plan's money, read row by row, and the total as it is printed.

    `unit` is the one that holds for a figure without its own; None until one was named.
    """

    plan: DraftPlan
    report: Report
    unit: str | None
    total_text: str | None = None
    total_unit: str | None = None
    total_line: int = 0
    _pending: str | None = None
    _is_assumed: bool = False
    _partial: tuple[str, str] | None = None

    def takes_torn_label(self, cells: list[str], row: Row) -> bool:
        """A label whose end stands in the next row: 部门预算总 | 2,109,100.0 and below 额(元)."""
        partial, self._partial = self._partial, None
        if len(cells) != 1 or partial is None or len(cells[0]) >= _LONGEST_LABEL:
            return False
        label, figure = partial
        unit = money_unit(label + cells[0])
        match = _AMOUNT_LABEL.fullmatch(key(label + cells[0]))
        if match is None:
            return False
        self.unit = unit or self.unit
        self._store(match[1], figure, row)
        return True

    def keeps_for_next_row(self, cells: list[str]) -> bool:
        """Keep a label and its figure until the next row; whether the label is none by itself."""
        if len(cells) != 2 or len(cells[0]) >= _LONGEST_LABEL or not looks_like_amount(cells[1]):
            return False
        self._partial = (cells[0], cells[1])
        return _AMOUNT_LABEL.fullmatch(key(cells[0])) is None

    def takes_amounts(self, cells: list[str], row: Row) -> bool:
        """Labels with the figure right of each; a label's unit holds until another is named."""
        label: str | None = None
        for text in _apart(cells):
            match = _AMOUNT_LABEL.fullmatch(key(text)) if len(text) < _LONGEST_LABEL else None
            if match is not None:
                label = match[1]
                self.unit = money_unit(text) or self.unit
                self._pending = label
            elif label is not None and looks_like_amount(text):
                self._store(label, text, row)
                label = self._pending = None
        return label is not None or any(
            len(text) < _LONGEST_LABEL and _AMOUNT_LABEL.fullmatch(key(text))
            for text in _apart(cells)
        )

    def take_late_amount(self, text: str, row: Row) -> None:
        """A figure that slid into the row below its label."""
        if self._pending is not None:
            self.report.info(
                "slid-cells-moved",
                f"“{self._pending}”的金额落在下一行，已移回，请核对。",
                at_line(row.line),
            )
            self._store(self._pending, text, row)
            self._pending = None

    def _store(self, label: str, text: str, row: Row) -> None:
        if self.unit is None and not self._is_assumed:
            self._is_assumed = True
            self.report.warning(
                "money-unit-missing",
                "预算情况没有写明金额单位，已按万元读取，请核对。",
                at_line(row.line),
            )
        money = amount(text, self.unit or "万元")
        if money is None:
            return
        if label in _SOURCES:
            self.plan.budget[_SOURCES[label]] = money
        elif label == "基本支出":
            self.plan.basic_expenditure = money
        elif label == "项目支出":
            self.plan.project_expenditure = money
        else:
            self.plan.budget_total = money
            self.total_text = text
            self.total_unit = self.unit
            self.total_line = row.line


def _apart(cells: list[str]) -> Iterator[str]:
    """The cells, a label with its figure behind a colon (预算总额（万元）：512.40) as two."""
    for text in cells:
        label, colon, figure = text.replace("：", ":").rpartition(":")
        if colon and len(text) < _LONGEST_LABEL and looks_like_amount(figure):
            yield from (label, figure)
        else:
            yield text
