"""The indicators of a self-evaluation as IATI results: one result a class, one period, the year."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from xml.etree import ElementTree as ET

from perf.core.actuals import parse_actual
from perf.core.errors import InvalidInput
from perf.core.targets import Target, parse_target
from perf.core.terms import Comparator, Sense
from perf.documents.forms.rows import NOT_APPLICABLE, IndicatorRow, SelfEvaluationForm
from perf.documents.iati.elements import OWN, element, line, number, own_text, truth, worded

# Codes of IATI's ResultType and IndicatorMeasure.
_OUTPUT, _OUTCOME, _OTHER = "1", "2", "9"
_UNIT, _PERCENTAGE, _QUALITATIVE = "1", "2", "5"
_TYPES = {"产出": _OUTPUT, "效益": _OUTCOME, "满意": _OUTCOME}
_RISING = {
    Comparator.GE: True,
    Comparator.GT: True,
    Comparator.LE: False,
    Comparator.LT: False,
}
_SENSES = {Sense.AT_LEAST: True, Sense.AT_MOST: False}


def results_of(form: SelfEvaluationForm) -> list[ET.Element]:
    """One `result` a class (一级指标), in the form's order; none where there is no indicator."""
    classes: dict[str, list[IndicatorRow]] = {}
    for row in form.rows:
        classes.setdefault(row.level1, []).append(row)
    return [
        element(
            "result",
            worded("title", level1),
            *(_indicator(row, form.year) for row in rows),
            type=_type(level1),
        )
        for level1, rows in classes.items()
    ]


def _type(level1: str) -> str:
    return next((code for word, code in _TYPES.items() if word in level1), _OTHER)


def _indicator(row: IndicatorRow, year: int) -> ET.Element:
    target, actual = _read(row, year)
    is_number = isinstance(target.value, Decimal)
    unit = line(target.unit) if is_number else None
    measure = _QUALITATIVE
    if is_number:
        measure = _PERCENTAGE if unit == "%" else _UNIT
    said = f"{row.level2 or row.level1}；年度指标值：{row.target}"
    return element(
        "indicator",
        worded("title", row.name),
        worded("description", said),
        element(
            "period",
            element("period-start", iso_date=f"{date(year, 1, 1)}"),
            element("period-end", iso_date=f"{date(year, 12, 31)}"),
            _target(row, target),
            _actual(row, actual),
        ),
        _own(row, target, unit),
        measure=measure,
        ascending=_ascending(target),
    )


def _read(row: IndicatorRow, year: int) -> tuple[Target, Decimal | None]:
    """The target and the actual as numbers.

    Where one of the two is words, neither is a number: IATI has one measure for both.
    """
    target = parse_target(
        row.target, level1=row.level1, level2=row.level2, name=row.name, year=year
    )
    if row.sense and target.comparator is Comparator.EQ:
        target = replace(target, sense=row.sense)
    words = replace(target, value=None, upper=None)
    if not isinstance(target.value, Decimal):
        return words, None
    if _is_unreported(row):
        return target, None
    try:
        actual = parse_actual(row.actual or "", target)
    except InvalidInput:
        return words, None
    return (target, actual) if isinstance(actual, Decimal) else (words, None)


def _is_unreported(row: IndicatorRow) -> bool:
    return row.tag == NOT_APPLICABLE or line(row.actual) is None


def _ascending(target: Target) -> str | None:
    """Whether more is better; left out where neither is (恰好, 介于) and for words."""
    rising = _RISING.get(target.comparator)
    if target.comparator is Comparator.EQ and target.sense:
        rising = _SENSES.get(target.sense)
    if rising is None or not isinstance(target.value, Decimal):
        return None
    return truth(value=rising)


def _target(row: IndicatorRow, target: Target) -> ET.Element:
    value = target.value if isinstance(target.value, Decimal) else None
    return element("target", worded("comment", row.target), value=number(value))


def _actual(row: IndicatorRow, actual: Decimal | None) -> ET.Element | None:
    """What was reached; nothing at all where nothing was reported."""
    if _is_unreported(row):
        return None
    return element("actual", worded("comment", row.actual or ""), value=number(actual))


def _own(row: IndicatorRow, target: Target, unit: str | None) -> ET.Element:
    """What IATI has no name for: class, comparator, points, reasons, the 年初 target."""
    upper = target.upper if isinstance(target.upper, Decimal) else None
    status = "reported"
    if _is_unreported(row):
        status = "not-applicable" if row.tag == NOT_APPLICABLE else "unreported"
    return element(
        f"{OWN}:indicator",
        own_text("level1", row.level1),
        own_text("level2", row.level2 or ""),
        own_text("initial-target", row.initial_target, points=number(row.initial_points)),
        own_text("deviation-reason", row.deviation_reason),
        own_text("corrective-action", row.corrective_action),
        status=status,
        weight=number(row.weight),
        points=number(row.points),
        decided=truth(value=True) if row.decision else None,
        comparator=target.comparator.value,
        sense=target.sense.value if target.sense else None,
        upper=number(upper),
        unit=unit,
    )
