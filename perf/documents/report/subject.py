"""What a report tells of, out of its record: the form's rows with what else is known of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any

from perf.core.attainment import Flag
from perf.core.terms import PlanKind
from perf.documents.forms.measure import clean
from perf.documents.forms.record import form_from_data
from perf.documents.forms.rows import IndicatorRow, SelfEvaluationForm


class State(Enum):
    """How an indicator came out, by the word that is printed."""

    MET = "达成"
    OVER = "超额完成"
    MISSED = "未达成"
    OPEN = "未填报"
    OUT = "不涉及"


@dataclass(frozen=True, slots=True)
class Result:
    """An indicator's row of the form, and what the report says beyond it.

    `percent` is the attainment in % where there is one, `quarters` are [quarter, figure as
    shown], `files` counts the evidence.
    """

    key: int
    row: IndicatorRow
    state: State
    percent: str | None
    demanded: str
    decided: Mapping[str, Any] | None
    quarters: list[tuple[str, str]]
    files: int

    @property
    def lost(self) -> Decimal:
        """The points that lack to the weight; 0 where there are none to lack."""
        if self.row.points is None or self.row.weight is None:
            return Decimal(0)
        return max(self.row.weight - self.row.points, Decimal(0))

    @property
    def is_short(self) -> bool:
        """Whether it is to be explained: missed, or points were lost."""
        return self.state is State.MISSED or self.lost > 0


@dataclass(frozen=True, slots=True)
class Subject:
    """Everything that a report tells; the form's figures are those that its own file prints."""

    form: SelfEvaluationForm
    results: list[Result]
    pack: Mapping[str, Any]
    quarters: list[Mapping[str, Any]]
    targets: Mapping[int, Mapping[str, Any]]
    findings: list[str]
    revisions: list[Mapping[str, Any]]
    projects: list[Mapping[str, Any]]
    recommendations: list[Mapping[str, Any]]
    rectifications: list[Mapping[str, Any]]
    last_year: Mapping[str, Any] | None
    execution_demanded: str
    files: int

    @property
    def is_department(self) -> bool:
        """Whether it is the department's report rather than a project's."""
        return self.form.kind is PlanKind.DEPARTMENT

    def by_class(self) -> dict[str, list[Result]]:
        """The results by 一级指标, in the form's order."""
        found: dict[str, list[Result]] = {}
        for one in self.results:
            found.setdefault(one.row.level1, []).append(one)
        return found

    def of(self, *states: State) -> list[Result]:
        """The results in one of these states."""
        return [one for one in self.results if one.state in states]


def subject_of(record: Mapping[str, Any]) -> Subject:
    """The subject that a record tells of, its texts fit for a document."""
    record = _cleaned(record)
    data = record["data"]
    form = form_from_data(
        data,
        is_draft=record["is_draft"],
        submitted_by=record["submitted_by"],
        submitted_at=record["submitted_at"],
        approved_by=record["approved_by"],
        approved_at=record["approved_at"],
    )
    results = [_result(row, line) for row, line in zip(form.rows, data["rows"], strict=True)]
    evidence = [data["execution"].get("evidence", []), *(line["evidence"] for line in data["rows"])]
    return Subject(
        form=form,
        results=results,
        pack=record["pack"],
        quarters=record["quarters"],
        targets=record["targets"],
        findings=record["findings"],
        revisions=record["revisions"],
        projects=record["projects"],
        recommendations=record["recommendations"],
        rectifications=record["rectifications"],
        last_year=record["last_year"],
        execution_demanded=data["execution"].get("demanded", ""),
        files=len({file["id"] for files in evidence for file in files}),
    )


def _result(row: IndicatorRow, line: Mapping[str, Any]) -> Result:
    return Result(
        key=line["id"],
        row=row,
        state=_state(line),
        percent=line["percent"],
        demanded=line["demanded"],
        decided=line.get("decided"),
        quarters=[(name, shown) for name, shown in line["quarters"]],
        files=len({file["id"] for file in line["evidence"]}),
    )


def _state(line: Mapping[str, Any]) -> State:
    if line["is_not_applicable"]:
        return State.OUT
    if line["actual"] is None:
        return State.OPEN
    if line["is_met"] is False:
        return State.MISSED
    return State.OVER if Flag.OVER_ACHIEVED.value in line["flags"] else State.MET


def _cleaned(value: Any) -> Any:
    """The same with every text cleaned, however deep it stands."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping):
        return {key: _cleaned(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(each) for each in value]
    return value
