"""The funds block of a filled form: amounts in 元, and what is printed of the execution."""

import re
from decimal import Decimal

from perf.core.filled import Amounts, PrintedExecution, is_blank
from perf.core.findings import Finding, Severity
from perf.core.readings import plain_text
from perf.documents.readers.filled_forms.grid import MAX_COLUMNS, FormCell, FormSheet
from perf.documents.readers.filled_forms.headings import Columns, money_columns
from perf.documents.readers.filled_forms.wording import whole_text
from perf.documents.readers.tables import key

_FUNDS = re.compile("财政拨款|结转|其他资金|专户|单位资金|自有资金|上级|本级")
# Where the name of a unit of money stands, counted in columns from the left.
_UNIT_COLUMNS = 12


class Funds:
    """Reads the block that stands above the indicators."""

    def __init__(self, sheet: FormSheet, before: int, findings: list[Finding]) -> None:
        self.sheet = sheet
        self.before = before
        self.findings = findings
        self.money: Amounts | None = None
        self.funds: list[tuple[str, Amounts]] = []
        self.execution = PrintedExecution()

    def read(self) -> tuple[Amounts, tuple[tuple[str, Amounts], ...], PrintedExecution]:
        """年度资金总额, the lines that make it up, and the execution's weight, rate and score."""
        columns = money_columns(self.sheet, before=self.before)
        if columns is not None:
            self._read_rows(columns)
        return self.money or Amounts(), tuple(self.funds), self.execution

    def _read_rows(self, columns: Columns) -> None:
        sheet, factor = self.sheet, self._factor()
        first_column = min(span.start for span in columns.spans.values())
        reason = ""
        for row in range(columns.row + 1, self.before):
            cells = [cell for cell in sheet.filled(row) if cell[0] < first_column]
            label = key(cells[-1][1].text) if cells else ""
            if "偏差原因" in label:
                given = sheet.first(row, range(first_column, MAX_COLUMNS))
                reason = whole_text(sheet, given.text)
            elif self.money is None and _is_sum(label):
                self.money = self._amounts(columns, row, factor)
                self.execution = self._execution(columns, row)
            elif self.money is not None and _FUNDS.search(label):
                amounts = self._amounts(columns, row, factor)
                if amounts != Amounts():
                    self.funds.append((label, amounts))
        if self.money is None:
            self._read_unnamed(columns, factor)
        told = self.execution
        self.execution = PrintedExecution(told.weight, told.rate, told.score, reason)

    def _read_unnamed(self, columns: Columns, factor: int) -> None:
        """The funds where no row is named as their sum: beside their headings, or just below."""
        beside = {name: range(span.stop, span.stop + 1) for name, span in columns.spans.items()}
        places = [(Columns(columns.row, beside, columns.heading_weight), columns.row)]
        places += [(columns, row) for row in range(columns.row + 1, self.before)]
        for found, row in places:
            given = self.sheet.first(row, found.spans["executed"])
            if given.yuan(factor) is not None:
                self.money = self._amounts(found, row, factor)
                self.execution = self._execution(found, row)
                return
        self.execution = PrintedExecution(FormCell(columns.heading_weight).figure())

    def _factor(self) -> int:
        sheet = self.sheet
        above = [sheet.key(row, at) for row in range(self.before) for at in range(_UNIT_COLUMNS)]
        in_yuan = any("(元)" in text or "单位:元" in text for text in above)
        return 1 if in_yuan and not any("万元" in text for text in above) else 10_000

    def _amounts(self, columns: Columns, row: int, factor: int) -> Amounts:
        values: dict[str, Decimal | None] = {}
        for name in ("initial", "adjusted", "executed"):
            cell = self.sheet.first(row, columns.spans.get(name, range(0)))
            values[name] = cell.yuan(factor)
            if values[name] is None:
                demand_blank(cell, self.sheet.place(row), self.findings)
        return Amounts(values["initial"], values["adjusted"], values["executed"])

    def _execution(self, columns: Columns, row: int) -> PrintedExecution:
        spans = columns.spans
        weight = self.sheet.first(row, spans.get("weight", range(0)))
        if not weight.text:
            weight = FormCell(columns.heading_weight)
        rate = self.sheet.first(row, spans.get("rate", range(0)))
        score = self.sheet.first(row, spans.get("score", range(0)))
        return PrintedExecution(weight.figure(), rate.percent(), score.figure())


def demand_blank(cell: FormCell, where: str, findings: list[Finding]) -> None:
    """Notes a cell that should hold a figure and holds something else."""
    if not is_blank(cell.text) and plain_text(cell.text) != "不涉及":
        message = f"“{cell.text[:30]}”不是数字，没有读入，请核对。"
        findings.append(Finding(Severity.WARNING, "figure-unreadable", message, where))


def _is_sum(label: str) -> bool:
    return "资金总额" in label or label in {"合计", "总额", "总计"}
