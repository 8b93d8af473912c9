"""A sheet in the official layout into a filled form: head, funds, indicators, total."""

import re
from dataclasses import dataclass
from decimal import Decimal

from perf.core.filled import Amounts, FilledForm, FilledRow, PrintedExecution, is_blank
from perf.core.findings import Finding, Severity
from perf.core.readings import plain_text
from perf.core.terms import PlanKind, Rating
from perf.documents.readers.filled_forms.grid import MAX_COLUMNS, FormCell, FormSheet
from perf.documents.readers.filled_forms.headings import (
    INDICATOR_HEADINGS,
    MONEY_HEADINGS,
    Columns,
    find_columns,
    is_heading,
)
from perf.documents.readers.tables import key
from perf.documents.readers.unreadable import UnreadableDocument

_NO_FORM = (
    "没有找到自评表：表头中应有“三级指标”“年度指标值”“实际完成值”等栏目。"
    "请使用绩效自评表的格式，一个工作表一张表。"
)
_TITLE = re.compile("(?:整体支出|部门整体|整体绩效)")
_YEAR = re.compile(r"((?:19|20)\d{2})年")
_PROJECT = re.compile(r"((?:项目|部门|单位|预算单位|专项)(?:\([^()]*\))?名称)(?::(.*))?")
_TOTAL = re.compile(r"(?:总分|合计|总计|总得分|自评总分|自评得分|得分合计|总评分)(?:\(.*\))?")
_RATING = re.compile(r".*(?:评级|等级|等次|结论|级别|结果)[为:]*([优良中差])(?:秀|好|等)?")
_RATING_LABEL = re.compile(r".*(?:评级|等级|等次|结论|级别|结果):?")
_AFTER_TABLE = re.compile(r"(?:注|说明|备注|填表|填报|审核|联系)[^一-鿿]*[:：、]|(?:填报|审核)人")
_FUNDS = re.compile("财政拨款|结转|其他资金|专户|单位资金|自有资金|上级|本级")
_POINTER = re.compile(r"……（全文见附页第 ([0-9]+) 项）$")
_REVISED = re.compile(r"\n（年初：.*）$", re.DOTALL)
# What a reviewer decided is no reason of whoever filled the form in.
_DECISION = re.compile(r"(?:^|\n)计算得分 [0-9.]+，审核人评定 [0-9.]+（.*$", re.DOTALL)
_TAG = re.compile("（(?:不涉及|调整)）$")
_BARE = re.compile(r"[-+]?[0-9.,]+")
_SIGN = re.compile("≥|≤|=|<|>")
_CLASSES = ("level1", "level2")
_NO_UNIT = frozenset({"", "无", "/", "-"})
_RATINGS = {rating.label: rating for rating in Rating}


def read_layout(sheets: list[FormSheet]) -> FilledForm:
    """The form on the first sheet that holds one; further ones are a finding.

    Raises UnreadableDocument where no sheet has the headings of an indicator table.
    """
    needed = {"name", "actual"}, {"name", "score"}
    forms = []
    for sheet in sheets:
        for names in needed:
            columns = find_columns(sheet, INDICATOR_HEADINGS, names, before=len(sheet.rows))
            if columns is not None:
                forms.append((sheet, columns))
                break
    if not forms:
        raise UnreadableDocument(_NO_FORM)
    reader = _Form(*forms[0])
    if len(forms) > 1:
        others = "、".join(f"“{sheet.name}”" for sheet, _ in forms[1:])
        message = f"只复核了第一张自评表，其余工作表 {others} 请分别存成文件复核。"
        reader.warn("several-forms", message, reader.sheet.name)
    return reader.read()


@dataclass(slots=True)
class _Head:
    project: str
    year: int | None
    kind: PlanKind


class _Form:
    """Reads one sheet whose indicator headings are known."""

    def __init__(self, sheet: FormSheet, columns: Columns) -> None:
        self.sheet = sheet
        self.columns = columns
        self.findings: list[Finding] = []
        # Where nobody merged the classes, a blank one takes the one above.
        classes = {columns.spans[name].start for name in _CLASSES if name in columns.spans}
        self.merged = any(
            column in classes and row > first > columns.row
            for (row, column), (first, _) in (sheet.merges or {}).items()
        )

    def warn(self, code: str, message: str, where: str) -> None:
        self.findings.append(Finding(Severity.WARNING, code, message, where))

    def read(self) -> FilledForm:
        head = self._head()
        money, funds, execution = self._money()
        rows, total_row = self._rows()
        if not rows:
            raise UnreadableDocument("自评表里没有一行指标，请核对文件。")
        weight_total, total = self._total(total_row)
        if self.sheet.unsaved:
            cells = "、".join(self.sheet.unsaved[:5])
            message = (
                f"单元格 {cells} 等处的公式没有保存结果，没有读入；"
                "请在表格软件中打开文件、保存一次后再复核。"
            )
            self.warn("formula-without-value", message, self.sheet.name)
        return FilledForm(
            project=head.project,
            rows=tuple(rows),
            kind=head.kind,
            year=head.year,
            money=money,
            funds=tuple(funds),
            execution=execution,
            weight_total=weight_total,
            total=total,
            rating=self._rating(),
            findings=tuple(self.findings),
        )

    def _text(self, text: str) -> str:
        """A cell's text whole, also where the form shows only its beginning."""
        pointer = _POINTER.search(text)
        whole = self.sheet.annex.get(int(pointer[1])) if pointer else None
        return (text if whole is None else whole).strip()

    def _head(self) -> _Head:
        project, year, is_department = "", None, False
        for row in range(self.columns.row):
            for column, _ in self.sheet.filled(row):
                text = self.sheet.key(row, column)
                if len(text) > 60:
                    continue
                named = _PROJECT.fullmatch(text)
                if named and not project:
                    project = self._text(named[2] or self._next(row, column).text)
                    is_department = is_department or not named[1].startswith(("项目", "专项"))
                    break
                if year is None and (found := _YEAR.search(text)):
                    year = int(found[1])
                is_department = is_department or bool(not project and _TITLE.search(text))
        return _Head(project, year, PlanKind.DEPARTMENT if is_department else PlanKind.PROJECT)

    def _next(self, row: int, column: int) -> FormCell:
        return next((cell for _, cell in self.sheet.filled(row, column + 1)), FormCell())

    def _money(self) -> tuple[Amounts, list[tuple[str, Amounts]], PrintedExecution]:
        sheet = self.sheet
        columns = find_columns(
            sheet, MONEY_HEADINGS, {"adjusted", "executed"}, before=self.columns.row
        )
        money: Amounts | None = None
        funds: list[tuple[str, Amounts]] = []
        execution = PrintedExecution()
        if columns is None:
            return Amounts(), funds, execution
        above = [sheet.key(row, at) for row in range(self.columns.row) for at in range(9)]
        in_yuan = any("(元)" in text or "单位:元" in text for text in above)
        factor = 1 if in_yuan and not any("万元" in text for text in above) else 10_000
        first_column = min(span.start for span in columns.spans.values())
        reason = ""
        for row in range(columns.row + 1, self.columns.row):
            cells = [cell for cell in sheet.filled(row) if cell[0] < first_column]
            label = key(cells[-1][1].text) if cells else ""
            if "偏差原因" in label:
                reason = self._text(sheet.first(row, range(first_column, MAX_COLUMNS)).text)
                continue
            if money is None and ("资金总额" in label or label in {"合计", "总额", "总计"}):
                money = self._amounts(columns, row, factor)
                execution = self._execution(columns, row)
            elif money is not None and _FUNDS.search(label):
                amounts = self._amounts(columns, row, factor)
                if amounts != Amounts():
                    funds.append((label, amounts))
        told = PrintedExecution(execution.weight, execution.rate, execution.score, reason)
        return money or Amounts(), funds, told

    def _amounts(self, columns: Columns, row: int, factor: int) -> Amounts:
        values: dict[str, Decimal | None] = {}
        for name in ("initial", "adjusted", "executed"):
            span = columns.spans.get(name, range(0))
            cell = self.sheet.first(row, span)
            values[name] = cell.yuan(factor)
            if values[name] is None:
                self._demand_blank(cell, f"第 {row + 1} 行")
        return Amounts(values["initial"], values["adjusted"], values["executed"])

    def _execution(self, columns: Columns, row: int) -> PrintedExecution:
        spans = columns.spans
        weight = self.sheet.first(row, spans.get("weight", range(0)))
        if not weight.text:
            weight = FormCell(columns.heading_weight)
        rate = self.sheet.first(row, spans.get("rate", range(0)))
        score = self.sheet.first(row, spans.get("score", range(0)))
        return PrintedExecution(weight.figure(), rate.percent(), score.figure())

    def _rows(self) -> tuple[list[FilledRow], int | None]:
        sheet, spans = self.sheet, self.columns.spans
        rows: list[FilledRow] = []
        level1 = level2 = ""
        for row in range(self.columns.row + 1, len(sheet.rows)):
            if self._is_total(row):
                return rows, row
            filled = sheet.filled(row)
            if filled and _AFTER_TABLE.match(plain_text(filled[0][1].text)[:20]):
                break
            own1, own2 = self._class(row, "level1"), self._class(row, "level2")
            if own1 is not None:
                level1, level2 = own1, own2 or ""
            elif own2 is not None:
                level2 = own2
            cells = {name: sheet.first(row, span) for name, span in spans.items()}
            texts = {name: self._text(cell.text) for name, cell in cells.items()}
            name = texts["name"]
            if not any(texts.get(part) for part in ("name", "target", "actual", "score")):
                continue
            if is_heading(name) or key(name) in {"", "小计"}:
                continue
            where = f"第 {row + 1} 行"
            rows.append(
                FilledRow(
                    level1,
                    level2,
                    _TAG.sub("", name),
                    _target(texts),
                    texts.get("actual", ""),
                    self._figure(cells.get("weight", FormCell()), where),
                    self._figure(cells.get("score", FormCell()), where),
                    _DECISION.sub("", texts.get("reason", "")),
                )
            )
        return rows, None

    def _class(self, row: int, name: str) -> str | None:
        """The row's own class, or None where the one above holds on."""
        span = self.columns.spans.get(name)
        if span is None:
            return None
        text = self.sheet.cell(row, span.start).text
        if text or not self.merged or self.sheet.merges is None:
            return self._text(text) or None
        first = self.sheet.merges.get((row, span.start))
        if first is not None and first[0] < row:
            return None
        return ""

    def _figure(self, cell: FormCell, where: str) -> Decimal | None:
        figure = cell.figure()
        if figure is None:
            self._demand_blank(cell, where)
        return figure

    def _demand_blank(self, cell: FormCell, where: str) -> None:
        if not is_blank(cell.text) and plain_text(cell.text) != "不涉及":
            message = f"“{cell.text[:30]}”不是数字，没有读入，请核对。"
            self.warn("figure-unreadable", message, where)

    def _is_total(self, row: int) -> bool:
        columns = self.columns.spans["name"]
        return any(
            at < columns.stop and _TOTAL.fullmatch(self.sheet.key(row, at))
            for at, _ in self.sheet.filled(row)
        )

    def _total(self, row: int | None) -> tuple[Decimal | None, Decimal | None]:
        if row is None:
            message = "没有找到“总分”一行，总分和分值合计没有核对。"
            self.warn("total-missing", message, self.sheet.name)
            return None, None
        spans = self.columns.spans
        weight = self.sheet.first(row, spans.get("weight", range(0))).figure()
        if "score" in spans:
            return weight, self.sheet.first(row, spans["score"]).figure()
        return weight, None

    def _rating(self) -> Rating | None:
        for row in range(len(self.sheet.rows)):
            for column, cell in self.sheet.filled(row):
                text = self.sheet.key(row, column) if len(cell.text) <= 40 else ""
                if named := _RATING.fullmatch(text):
                    return _RATINGS[named[1]]
                if _RATING_LABEL.fullmatch(text):
                    following = key(self._next(row, column).text)
                    if following[:1] in _RATINGS and len(following) <= 2:
                        return _RATINGS[following[0]]
        return None


def _target(texts: dict[str, str]) -> str:
    """年度指标值 as one text, also where its sign and unit stand in columns of their own."""
    target = _REVISED.sub("", texts.get("target", ""))
    if not _BARE.fullmatch(plain_text(target)):
        return target
    sign, unit = texts.get("sign", ""), plain_text(texts.get("unit", ""))
    sign = sign if _SIGN.fullmatch(plain_text(sign)) else ""
    return f"{sign}{target}{'' if unit in _NO_UNIT else unit}"
