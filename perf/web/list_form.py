"""The form of one list: what is asked, what was posted, and what comes out of it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from werkzeug.datastructures import FileStorage

from perf import clock
from perf.core.errors import InvalidInput, NotFound
from perf.core.lists.answers import SATISFIED, answers_value, options_of
from perf.core.lists.days import CaseRules, days_value
from perf.core.lists.kinds import (
    MONEY_UNITS,
    ListKind,
    ListValue,
    Measure,
    MoneyUnit,
    counts_working_days,
    limit_of,
    measures_for,
)
from perf.core.lists.payments import payments_value
from perf.core.numbers import format_number, parse_number
from perf.core.periods import parse_period
from perf.core.terms import FundSource
from perf.documents.lists import read_answers, read_cases, read_payments, text_of_file
from perf.models import Actual, BudgetExecution, Indicator
from perf.queries.submissions import Quarter
from perf.services.entries import ExecutedEntry
from perf.services.entry_figures import Entry
from perf.services.lists import list_kinds
from perf.services.money import write_wan
from perf.services.working_days import CHINESE_WORKING_DAYS
from perf.web.grid_form import Form, shown_entry, shown_executed


@dataclass(frozen=True, slots=True)
class Subject:
    """What a list is for: an indicator of a quarter, or the executed budget of one source."""

    quarter: Quarter
    indicator: Indicator | None
    source: FundSource | None
    kinds: tuple[ListKind, ...]

    @property
    def name(self) -> str:
        """What the figure is called."""
        if self.indicator is not None:
            return self.indicator.name
        return f"{self.source.label if self.source else ''}累计执行数"

    @property
    def unit(self) -> str:
        """The unit that its value is shown in."""
        return (self.indicator.target_unit or "") if self.indicator is not None else "万元"

    @property
    def stored(self) -> Actual | BudgetExecution | None:
        """The row as it is stored now."""
        if self.indicator is not None:
            return self.quarter.actuals.get(self.indicator.id)
        return self.quarter.executions.get(self.source) if self.source else None

    @property
    def starts_on(self) -> date:
        """The first day of the year, from which figures add up."""
        return date(self.quarter.plan.year, 1, 1)

    @property
    def until(self) -> date:
        """The last day that counts: the quarter's, or today while it still runs."""
        return min(parse_period(self.quarter.period.code).ends_on, clock.today())

    def text_of(self, value: Decimal) -> str:
        """A list's value as it would be typed into the cell."""
        return write_wan(value) if self.indicator is None else format_number(value)


def subject_of(
    quarter: Quarter, indicator_id: int | None = None, source_name: str | None = None
) -> Subject:
    """The figure that an address names; NotFound where it takes no list."""
    if indicator_id is not None:
        indicator = next((row for row in quarter.plan.indicators if row.id == indicator_id), None)
        if indicator is None:
            raise NotFound("没有找到这项指标。")
        kinds = list_kinds(indicator)
        if not kinds:
            raise NotFound("这项指标不能由清单计算：它没有天数、比率或金额的指标值，或不由人填写。")
        return Subject(quarter, indicator, None, kinds)
    sources = {line.source.value: line.source for line in quarter.plan.budget_lines}
    if source_name not in sources:
        raise NotFound("这份绩效目标没有这项资金来源。")
    return Subject(quarter, None, sources[source_name], (ListKind.PAYMENTS,))


@dataclass(frozen=True, slots=True)
class ListForm:
    """A form as shown or posted; `satisfied` is None until the answers are known."""

    kind: ListKind
    version: int
    text: str = ""
    measure: Measure = Measure.WORST
    is_working: bool = False
    limit: str = ""
    unit: MoneyUnit | None = None
    satisfied: frozenset[str] | None = None

    @property
    def digest(self) -> str:
        """A short digest of all that the result depends on."""
        parts = [self.kind, self.text, self.measure, self.is_working, self.limit, self.unit]
        whole = [*parts, sorted(self.satisfied) if self.satisfied is not None else None]
        return hashlib.sha256(json.dumps(whole).encode()).hexdigest()[:16]


def blank_form(subject: Subject, kind_name: str | None) -> ListForm:
    """The form before anything is typed, with what the indicator says filled in."""
    kind = next((one for one in subject.kinds if one.value == kind_name), subject.kinds[0])
    stored, indicator = subject.stored, subject.indicator
    form = ListForm(kind, stored.version if stored else 0)
    if indicator is None or kind is not ListKind.DAYS:
        return form
    limit = limit_of(indicator.target, indicator.name)
    return replace(
        form,
        measure=measures_for(indicator.target)[0],
        is_working=counts_working_days(indicator.target, indicator.name),
        limit="" if limit is None else format_number(limit),
    )


def posted_form(subject: Subject, form: Form, version: int) -> ListForm:
    """The form as posted; what fits no choice keeps the default."""
    blank = blank_form(subject, form.get("kind"))
    measures = measures_for(subject.indicator.target) if subject.indicator else ()
    measure = next((one for one in measures if one.value == form.get("measure")), blank.measure)
    units = {one.value: one for one in MoneyUnit}
    return replace(
        blank,
        version=version,
        text=form.get("rows", ""),
        measure=measure,
        is_working=form["days"] == "working" if "days" in form else blank.is_working,
        limit=form.get("limit", blank.limit).strip(),
        unit=units.get(form.get("unit", "")),
        satisfied=frozenset(form.getlist("satisfied")) if "chosen" in form else None,
    )


def with_upload(form: ListForm, upload: FileStorage | None) -> ListForm:
    """The form with an uploaded file's rows in the place of what was pasted.

    Raises InvalidInput for the field `file` where the file cannot be read.
    """
    if upload is None or not upload.filename:
        return form
    try:
        text = text_of_file(upload.filename, upload.read())
    except InvalidInput as error:
        raise InvalidInput(str(error), {"file": str(error)}) from None
    return replace(form, text=text, satisfied=None)


@dataclass(frozen=True, slots=True)
class Preview:
    """What a form comes to: the list's value, and the answers in it with whether they count."""

    form: ListForm
    value: ListValue
    options: Mapping[str, int]


def preview_of(subject: Subject, form: ListForm) -> Preview:
    """What the posted list comes to. Raises InvalidInput for a field that cannot be taken."""
    if not form.text.strip():
        raise InvalidInput("还没有清单。", {"rows": "请粘贴清单，或选择一个文件。"})
    try:
        return _PREVIEWS[form.kind](subject, form)
    except InvalidInput as error:
        fields = error.fields or {"rows": str(error)}
        raise InvalidInput(str(error), fields) from None


def _cases(subject: Subject, form: ListForm) -> Preview:
    listed = read_cases(form.text)
    rules = CaseRules(
        subject.starts_on,
        subject.until,
        form.measure,
        _limit(form.limit),
        CHINESE_WORKING_DAYS if form.is_working else None,
    )
    return Preview(form, days_value(listed.rows, rules, listed.findings), {})


def _limit(text: str) -> Decimal | None:
    try:
        limit = parse_number(text)
    except InvalidInput as error:
        raise InvalidInput("办理期限有误。", {"limit": str(error)}) from None
    if limit is not None and limit <= 0:
        raise InvalidInput("办理期限有误。", {"limit": "办理期限应大于 0 天。"})
    return limit


def _answers(_subject: Subject, form: ListForm) -> Preview:
    listed = read_answers(form.text)
    options = options_of(listed.rows)
    chosen = form.satisfied
    if chosen is None:
        chosen = frozenset(option for option in options if option in SATISFIED)
    kept = replace(form, satisfied=chosen & frozenset(options))
    return Preview(kept, answers_value(listed.rows, chosen, listed.findings), options)


def _payments(subject: Subject, form: ListForm) -> Preview:
    listed = read_payments(form.text, form.unit)
    unit = MONEY_UNITS[subject.unit] if subject.indicator is not None else MoneyUnit.YUAN
    value = payments_value(
        listed.rows, subject.starts_on, subject.until, unit=unit, before=listed.findings
    )
    return Preview(form, value, {})


_PREVIEWS = {
    ListKind.DAYS: _cases,
    ListKind.ANSWERS: _answers,
    ListKind.PAYMENTS: _payments,
}


def demanded_value(subject: Subject, preview: Preview) -> str:
    """The value as typed; InvalidInput where the list's errors leave none."""
    if preview.value.value is None:
        raise InvalidInput("清单里有不能计算的内容，请按下面的提示改正后重新计算。")
    return subject.text_of(preview.value.value)


def entry_of(subject: Subject, preview: Preview) -> Entry | ExecutedEntry:
    """The figure's row as stored, with what the list gives in it."""
    text, basis, version = (
        demanded_value(subject, preview),
        preview.value.basis,
        preview.form.version,
    )
    stored = subject.stored
    if subject.indicator is not None:
        row = stored if isinstance(stored, Actual) else None
        shown = shown_entry(subject.indicator, row)
        return replace(shown, version=version, value=text, is_no_data=False, basis=basis)
    execution = stored if isinstance(stored, BudgetExecution) else None
    source = subject.source or FundSource.FISCAL
    return replace(shown_executed(source, execution), version=version, text=text, basis=basis)
