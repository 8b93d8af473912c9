"""Forms as they are made public: without the people and the working notes, masked where asked."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import Enum
from typing import Any, TypeVar

from perf.core.disclosure import Flag, flags_in, masked
from perf.documents.forms import Form, ResultsForm, SelfEvaluationForm, SummaryForm

Value = TypeVar("Value")

# What the fields of the forms' value types are called where a text in them is shown.
_LABELS = {
    "actual": "实际完成值",
    "category": "项目类别",
    "computed": "计算方法",
    "corrective_action": "改进措施",
    "department": "主管部门",
    "deviation_reason": "偏差原因",
    "implementing_unit": "实施单位",
    "initial_target": "年初指标值",
    "level1": "一级指标",
    "level2": "二级指标",
    "name": "名称",
    "note": "指标说明",
    "objective": "年度总体目标",
    "objective_actual": "总体目标完成情况",
    "objective_expected": "年度总体目标",
    "revision_document": "调整文号",
    "target": "指标值",
    "tasks": "年度主要任务",
    "unit": "单位",
}


@dataclass(frozen=True, slots=True)
class FlaggedText:
    """A text that will be printed, with what in it may tell of a person."""

    label: str
    row: str
    text: str
    flags: tuple[Flag, ...]

    def parts(self) -> list[tuple[str, str]]:
        """The text in pieces, each flagged one with what it may be, the others with a blank."""
        pieces, at = [], 0
        for flag in self.flags:
            pieces += [(self.text[at : flag.start], "")] if at < flag.start else []
            pieces.append((self.text[flag.start : flag.end], flag.kind.label))
            at = flag.end
        return [*pieces, (self.text[at:], "")] if at < len(self.text) else pieces


def published(form: Form) -> Form:
    """The form without the names in its signatures, the working and the reviewer's notes."""
    if isinstance(form, SummaryForm | ResultsForm):
        return form
    if isinstance(form, SelfEvaluationForm):
        form = replace(
            form,
            has_working=False,
            total_steps=[],
            execution=replace(form.execution, steps=[]),
            rows=[replace(row, steps=[], decision="") for row in form.rows],
        )
    # What is made public says less than what was signed, and is not to be taken for it.
    return replace(form, submitted_by="", approved_by="", check_code="")


def flagged_texts(form: Form, known_names: Sequence[str]) -> Iterator[FlaggedText]:
    """The texts of a form that a reader should look at before it is made public."""
    for label, row, text in _texts(published(form), "", ""):
        flags = flags_in(text, known_names)
        if flags:
            yield FlaggedText(_LABELS.get(label, "其他内容"), row, text, tuple(flags))


def masked_form(form: Value, known_names: Sequence[str]) -> Value:
    """The form with every flagged piece of its texts masked."""
    changed: Value = _mapped(form, lambda text: masked(text, known_names))
    return changed


def _texts(value: Any, label: str, row: str) -> Iterator[tuple[str, str, str]]:
    """Each text with the name of its field and of the row that it stands in."""
    if isinstance(value, str) and not isinstance(value, Enum):
        yield label, row, value
    elif is_dataclass(value) and not isinstance(value, type):
        name = row if label == "" else str(getattr(value, "name", row))
        for field in fields(value):
            yield from _texts(getattr(value, field.name), field.name, name)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one, label, row)


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str) and not isinstance(value, Enum):
        return change(value)
    if is_dataclass(value) and not isinstance(value, type):
        changed = {each.name: _mapped(getattr(value, each.name), change) for each in fields(value)}
        return replace(value, **changed)
    if isinstance(value, list):
        return [_mapped(one, change) for one in value]
    if isinstance(value, tuple):
        return tuple(_mapped(one, change) for one in value)
    return value
