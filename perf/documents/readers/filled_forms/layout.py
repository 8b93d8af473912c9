"""A file's sheets into a filled form: head, funds, indicators, total."""

import re
from dataclasses import dataclass
from decimal import Decimal

from perf.core.filled import FilledForm
from perf.core.findings import Finding, Severity
from perf.core.numbers import parse_number
from perf.core.terms import PlanKind, Rating
from perf.documents.readers.filled_forms.forms import (
    PROJECT,
    FormPart,
    find_forms,
    project_named,
)
from perf.documents.readers.filled_forms.grid import FormSheet
from perf.documents.readers.filled_forms.indicators import Indicators
from perf.documents.readers.filled_forms.money import Funds
from perf.documents.readers.filled_forms.wording import whole_text
from perf.documents.readers.tables import key
from perf.documents.readers.unreadable import UnreadableDocument

_NO_FORM = (
    "没有找到自评表：表头中应有“三级指标”“年度指标值”“实际完成值”等栏目。"
    "请使用绩效自评表的格式，一个文件一张表。"
)
_TITLE = re.compile("(?:整体支出|部门整体|整体绩效)")
_YEAR = re.compile(r"((?:19|20)\d{2})年")
_TOTAL = re.compile(r"(?:自评)?(?:总分|得分|总得分):([0-9]{1,3}(?:\.[0-9]{1,4})?)分?")
_RATING = re.compile(r".*(?:评级|等级|等次|结论|级别|结果)[为:]*([优良中差])(?:秀|好|等)?")
_RATING_LABEL = re.compile(r".*(?:评级|等级|等次|结论|级别|结果):?")
_RATINGS = {rating.label: rating for rating in Rating}
_MOST_NAMED = 5


def read_layout(sheets: list[FormSheet]) -> FilledForm:
    """The first form that the sheets hold; further ones are a finding.

    Raises UnreadableDocument where no sheet has the headings of an indicator table.
    """
    forms = find_forms(sheets)
    if not forms:
        raise UnreadableDocument(_NO_FORM)
    first, *others = forms
    reader = _Form(first)
    if others:
        named = "、".join(f"“{_name(each)}”" for each in others[:_MOST_NAMED])
        more = "等" if len(others) > _MOST_NAMED else ""
        message = (
            f"文件里有 {len(forms)} 张自评表，只复核了第一张；"
            f"其余 {len(others)} 张（{named}{more}）请分别存成文件复核。"
        )
        reader.warn("several-forms", message, first.sheet.name)
    return reader.read()


def _name(form: FormPart) -> str:
    """What a form is called: its sheet, or its project where a file has no sheets."""
    rows = range(form.columns.row)
    names = (project_named(form.sheet, row) for row in rows)
    return form.sheet.name or next(filter(None, names), "没有名称")


@dataclass(slots=True)
class _Head:
    project: str
    year: int | None
    kind: PlanKind


class _Form:
    """Reads one form whose indicator headings are known."""

    def __init__(self, form: FormPart) -> None:
        self.sheet = form.sheet
        self.columns = form.columns
        self.findings: list[Finding] = []

    def warn(self, code: str, message: str, where: str) -> None:
        """Notes what whoever reads the recheck has to know of the reading."""
        self.findings.append(Finding(Severity.WARNING, code, message, where))

    def read(self) -> FilledForm:
        """The whole form; raises UnreadableDocument where it has no indicator."""
        head = self._head()
        money, funds, execution = Funds(self.sheet, self.columns.row, self.findings).read()
        indicators = Indicators(self.sheet, self.columns, self.findings)
        rows = indicators.read()
        if not rows:
            raise UnreadableDocument("自评表里没有一行指标，请核对文件。")
        weight_total, total = self._total(indicators)
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
            funds=funds,
            execution=execution,
            weight_total=weight_total,
            total=total,
            rating=self._rating(),
            findings=tuple(self.findings),
        )

    def _head(self) -> _Head:
        """The project's name, else the unit's, whose form the department's is; year and kind."""
        names: dict[bool, str] = {}
        year, is_titled_department = None, False
        for row in range(self.columns.row):
            for column, _ in self.sheet.filled(row):
                text = self.sheet.key(row, column)
                if len(text) > 60:
                    continue
                if named := PROJECT.fullmatch(text):
                    given = named[2] or self.sheet.next(row, column).text
                    is_project = named[1].startswith(("项目", "专项"))
                    names.setdefault(is_project, whole_text(self.sheet, given))
                    break
                if year is None and (found := _YEAR.search(text)):
                    year = int(found[1])
                is_titled_department |= bool(not names and _TITLE.search(text))
        is_department = is_titled_department or list(names) == [False]
        # A department's form may list its projects; a project's may name its unit first.
        project = names.get(not is_department) or names.get(is_department) or ""
        return _Head(project, year, PlanKind.DEPARTMENT if is_department else PlanKind.PROJECT)

    def _total(self, indicators: Indicators) -> tuple[Decimal | None, Decimal | None]:
        """The form's sum of weights and its total, from its last row or a line of its own."""
        row, spans = indicators.total_row, indicators.columns.spans
        if row is not None:
            weight, score = (
                self.sheet.first(row, spans.get(name, range(0))).figure()
                for name in ("weight", "score")
            )
            if score is None:
                score = self._total_beside(row, indicators)
            return weight, score
        for line in range(len(self.sheet.rows)):
            for _, cell in self.sheet.filled(line):
                if found := _TOTAL.fullmatch(key(cell.text[:40])):
                    return None, parse_number(found[1])
        message = "没有找到“总分”一行，总分和分值合计没有核对。"
        self.warn("total-missing", message, self.sheet.name)
        return None, None

    def _total_beside(self, row: int, indicators: Indicators) -> Decimal | None:
        """The total in a cell that begins left of its column, as one over several columns does."""
        spans = indicators.columns.spans
        figures = [
            (column, cell.figure())
            for column, cell in self.sheet.filled(row, spans["name"].start)
            if column not in spans.get("weight", range(0))
        ]
        numbers = [number for _, number in figures if number is not None]
        return numbers[0] if len(numbers) == 1 else None

    def _rating(self) -> Rating | None:
        for row in range(len(self.sheet.rows)):
            for column, cell in self.sheet.filled(row):
                text = self.sheet.key(row, column) if len(cell.text) <= 40 else ""
                if named := _RATING.fullmatch(text):
                    return _RATINGS[named[1]]
                if _RATING_LABEL.fullmatch(text):
                    following = key(self.sheet.next(row, column).text)
                    if following[:1] in _RATINGS and len(following) <= 2:
                        return _RATINGS[following[0]]
        return None
