"""项目绩效目标表: one row or more a project, its indicators side by side in class columns."""

from dataclasses import dataclass, field
from decimal import Decimal

from perf.core.drafts import DraftIndicator, DraftPlan
from perf.core.targets import strip_numbering
from perf.core.terms import FundSource, PlanKind
from perf.documents.readers.project_header import (
    CODE,
    NAME,
    OBJECTIVE,
    TOTAL,
    Pair,
    ProjectHeader,
    completes_heading,
    is_header_row,
    read_header,
)
from perf.documents.readers.project_rows import (
    PROJECT_CODE_DIGITS,
    is_continuation,
    is_whole_name,
    looks_like_figure,
    placed_again,
    rejoin_name,
    split_glued_code,
)
from perf.documents.readers.projects import (
    ProjectForm,
    is_placeholder,
    say_doubtful,
    say_left_out,
    say_repaired,
)
from perf.documents.readers.repair import Placed, place
from perf.documents.readers.report import Report, at_line
from perf.documents.readers.tables import Row, close_up, key, mark_breaks, trim
from perf.documents.readers.vocabulary import amount, code_digits, money_unit

_TOTALS = frozenset({"合计", "总计", "小计"})


@dataclass(slots=True)
class _Building:
    """A project whose rows are still coming."""

    plan: DraftPlan
    line: int
    columns: list[list[DraftIndicator]]
    fragments: set[int] = field(default_factory=set)
    slide: int = 0
    ended: frozenset[str] = frozenset()
    slid: list[int] = field(default_factory=list)
    torn: list[int] = field(default_factory=list)
    left_out: list[int] = field(default_factory=list)
    doubtful: list[int] = field(default_factory=list)


class _Reader:
    """Walks the rows once; the state is the project being built and the header in force."""

    def __init__(self, known: dict[str, str], unit_said: str | None, report: Report) -> None:
        self.known = known
        self.unit_said = unit_said
        self.report = report
        self.form = ProjectForm()
        self.header: ProjectHeader | None = None
        self.heading_rows: list[Row] = []
        self.building: _Building | None = None
        self.unit_name: str | None = None
        self.unit_open = False
        self.above: Row | None = None

    def read(self, rows: list[Row]) -> ProjectForm:
        for row in mark_breaks([row for row in rows if not row.is_rule()], is_header_row):
            if is_header_row(row):
                self.heading_rows.append(row)
                continue
            if self.heading_rows and completes_heading(self.heading_rows[-1], row):
                continue
            if self.heading_rows:
                self._take_header()
            if self.header is not None:
                self._row(row)
        self._finish()
        return self.form

    def _take_header(self) -> None:
        header = read_header(self.heading_rows)
        lines = at_line(self.heading_rows[0].line)
        self.heading_rows = []
        if header is None or (self.header is not None and header.classes_assumed):
            return
        header.unit = header.unit or (self.header.unit if self.header else None)
        if self.header is None and header.unit is None:
            header.unit = self.unit_said
            if self.unit_said is None:
                self.report.warning(
                    "money-unit-missing", "表中没有写明金额单位，已按万元读取，请核对。", lines
                )
        if header.classes_assumed:
            self.report.warning(
                "classes-assumed",
                "表头缺少一级指标名称，已按通用格式依次推定，请逐项核对指标所属的一级指标。",
                lines,
            )
        if self.header is not None and _classes(header) != _classes(self.header):
            self._finish()
        self.header = header

    def _row(self, row: Row) -> None:
        assert self.header is not None  # noqa: S101
        usual = self.building.slide if self.building else 0
        at = {role.name: role.column for role in self.header.roles}
        filled = rejoin_name(split_glued_code(row.filled()), at.get(NAME), at.get(TOTAL))
        unlikely = self.building.ended if self.building else frozenset[str]()
        torn = self._torn_end(row)
        self.above = row
        if torn is None:
            placed = place(filled, self.header.roles, usual_slide=usual, unlikely=unlikely)
        else:
            placed = Placed(torn, usual)
        cells = placed.cells
        if self.unit_open and self._continues_unit(cells):
            return
        self.unit_open = self._is_sum_row(cells)
        if self.unit_open:
            return
        if self._begins_project(cells, row):
            self._finish()
            self._begin(cells, row)
        building = self.building
        if building is None:
            return
        if not _only_known(cells):
            building.slide = placed.slide
        if placed.slide:
            building.slid.append(row.line)
        self._continue_head(cells, row)
        self._indicators(cells, row, is_torn=torn is not None)

    def _torn_end(self, row: Row) -> dict[str, str] | None:
        """The cells of a row that holds nothing but the torn ends of the row above, by role."""
        building, above = self.building, self.above
        if self.header is None or building is None or above is None or not row.after_break:
            return None
        filled, cells_above = row.filled(), dict(above.filled())
        if any(column not in cells_above or _begins_a_cell(text) for column, text in filled):
            return None
        at = {role.column: role.name for role in self.header.roles}
        cells = {
            at[column + building.slide]: text
            for column, text in filled
            if column + building.slide in at
        }
        numbers = range(len(self.header.pairs))
        has_half = any((f"name{each}" in cells) != (f"target{each}" in cells) for each in numbers)
        return cells if has_half and len(cells) == len(filled) else None

    def _is_sum_row(self, cells: dict[str, str]) -> bool:
        """Rows above the projects: the sum of all, or of one unit (a short code, no indicators)."""
        code, name = code_digits(cells.get(CODE, "")), cells.get(NAME, "")
        if key(cells.get(CODE, "")) in _TOTALS or key(name) in _TOTALS:
            self._add_total(cells)
            return True
        if any(role.startswith("name") and role != NAME for role in cells):
            return False
        is_unit = code is not None and len(code) < PROJECT_CODE_DIGITS and TOTAL in cells
        if code is None and key(name) in self.known.values() and key(name) not in self.known:
            is_unit = True
        if is_unit:
            if code is not None:
                self.form.units.append((code, close_up(name)))
            if name:
                self.unit_name = close_up(name)
            self._add_total(cells)
        return is_unit

    def _add_total(self, cells: dict[str, str]) -> None:
        total = self._money(cells.get(TOTAL))
        if total is not None:
            self.form.totals.append(total)

    def _begins_project(self, cells: dict[str, str], row: Row) -> bool:
        code, name = code_digits(cells.get(CODE, "")), key(cells.get(NAME, ""))
        current = self.building
        if current is None:
            return bool(code or name)
        if code is not None:
            return not self._continues_code(code, cells)
        if not name or name == key(current.plan.name):
            return False
        whole = key(current.plan.name) + name
        if any(each.startswith(whole) for each in self.known):
            return False
        if TOTAL in cells or name in self.known:
            return True
        return not row.after_break and _has_pair(cells, self.header)

    def _continues_unit(self, cells: dict[str, str]) -> bool:
        """Whether the row is only the torn end of the unit's name above the projects."""
        if set(cells) != {NAME} or not self.unit_name:
            return False
        self.unit_name += close_up(cells[NAME])
        return True

    def _continues_code(self, code: str, cells: dict[str, str]) -> bool:
        """Whether the code is the current project's: repeated over a page break, or its end."""
        assert self.building is not None  # noqa: S101
        current = self.building.plan.code or ""
        name = key(cells.get(NAME, ""))
        if code == current:
            return not name or name == key(self.building.plan.name) or TOTAL not in cells
        return TOTAL not in cells and 0 < len(current) < 18 and len(current + code) <= 24

    def _begin(self, cells: dict[str, str], row: Row) -> None:
        assert self.header is not None  # noqa: S101
        code = code_digits(cells.get(CODE, ""))
        plan = DraftPlan(
            kind=PlanKind.PROJECT,
            name=strip_numbering(close_up(cells.get(NAME, ""))),
            code=code,
            implementing_unit=self.unit_name,
            where=at_line(row.line),
        )
        plan.budget_total = self._money(cells.get(TOTAL))
        for source in FundSource:
            money = self._money(cells.get(source.value))
            if money is not None:
                plan.budget[source] = money
        self.building = _Building(plan, row.line, [[] for _ in self.header.pairs])

    def _continue_head(self, cells: dict[str, str], row: Row) -> None:
        building = self.building
        assert building is not None  # noqa: S101
        plan = building.plan
        if OBJECTIVE in cells:
            plan.objective = (plan.objective or "") + trim(cells[OBJECTIVE])
        if row.line == building.line:
            return
        code, name = code_digits(cells.get(CODE, "")), close_up(cells.get(NAME, ""))
        if code is not None and code != plan.code:
            plan.code = (plan.code or "") + code
            building.torn.append(row.line)
        if name and key(name) != key(plan.name):
            plan.name += name
            building.torn.append(row.line)

    def _money(self, text: str | None) -> Decimal | None:
        unit = (self.header.unit if self.header else None) or "万元"
        return amount(text, unit) if text else None

    def _indicators(self, cells: dict[str, str], row: Row, *, is_torn: bool) -> None:
        assert self.building is not None and self.header is not None  # noqa: S101, PT018
        is_fragment = row.line != self.building.line and (
            is_torn or not _has_pair(cells, self.header)
        )
        if not is_fragment and placed_again(cells, self.building.ended):
            self.building.doubtful.append(row.line)
        if not is_fragment:
            # Each class lists its indicators from the project's first row down without a gap.
            self.building.ended = frozenset(
                role
                for number in range(len(self.header.pairs))
                if f"name{number}" not in cells
                for role in (f"name{number}", f"target{number}")
            )
        for number, pair in enumerate(self.header.pairs):
            name, target = cells.get(f"name{number}", ""), trim(cells.get(f"target{number}", ""))
            if is_placeholder(name, target):
                self.building.left_out.append(row.line)
            elif name or target:
                self._cell(number, pair, close_up(name), target, row, is_fragment, is_torn)

    def _cell(
        self,
        number: int,
        pair: Pair,
        name: str,
        target: str,
        row: Row,
        is_fragment: bool,
        is_torn: bool,
    ) -> None:
        building = self.building
        assert building is not None  # noqa: S101
        column = building.columns[number]
        last = column[-1] if column else None
        plain = strip_numbering(name)
        # The first half of a row torn at the coming page break, or a number, begins an indicator.
        begins = plain != name or (
            is_fragment
            and row.before_break
            and not row.after_break
            and last is not None
            and is_whole_name(last.name)
        )
        if last is not None and (
            is_torn
            or (
                not (begins and name)
                and is_continuation(
                    last, name, target, row, is_fragment or number in building.fragments
                )
            )
        ):
            last.name += name
            last.target += target
            building.torn.append(row.line)
        else:
            column.append(
                DraftIndicator(pair.level1, pair.level2, plain, target, where=at_line(row.line))
            )
        if is_fragment:
            building.fragments.add(number)
        else:
            building.fragments.discard(number)

    def _finish(self) -> None:
        building, self.building = self.building, None
        if building is None:
            return
        plan = building.plan
        plan.indicators = [each for column in building.columns for each in column]
        self.form.projects.append(plan)
        say_repaired(self.report, plan.name, slid=building.slid, torn=building.torn)
        say_left_out(self.report, plan.name, building.left_out)
        say_doubtful(self.report, plan.name, building.doubtful)


def _begins_a_cell(text: str) -> bool:
    """Whether the text is a figure or begins with its own number, and so is no torn end."""
    return looks_like_figure(text) or strip_numbering(text) != text


def _has_pair(cells: dict[str, str], header: ProjectHeader | None) -> bool:
    pairs = range(len(header.pairs)) if header else range(0)
    return any(f"name{each}" in cells and f"target{each}" in cells for each in pairs)


def _classes(header: ProjectHeader) -> list[str]:
    return [pair.level1 for pair in header.pairs]


def _only_known(cells: dict[str, str]) -> bool:
    return not any(role.startswith(("name", "target")) and role != NAME for role in cells)


def read_project_targets(
    rows: list[Row], before: list[str], known: dict[str, str], report: Report
) -> ProjectForm:
    """The projects of the form's rows.

    `before` are the text lines above it (单位：万元); `known` maps the names of projects, as the
    spending table has them, to their units: it tells a torn name from a new project.
    """
    said = next((unit for line in before if (unit := money_unit(line))), None)
    return _Reader(known, said, report).read(rows)
