"""A filled form as one JSON document and back, as the worker that reads it hands it over."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from perf.core.filled import Amounts, FilledForm, FilledRow, PrintedExecution
from perf.core.findings import Finding, Severity
from perf.core.terms import PlanKind, Rating

_SEVERITIES = {each.value: each for each in Severity}
_KINDS = {each.value: each for each in PlanKind}
_RATINGS = {each.value: each for each in Rating}


def filled_to_json(form: FilledForm) -> dict[str, Any]:
    """The form as plain values: figures as texts with the decimals they were printed with."""
    execution = form.execution
    return {
        "project": form.project,
        "rows": [
            [row.level1, row.level2, row.name, row.target, row.actual, _text(row.weight),
             _text(row.score), row.reason]
            for row in form.rows
        ],
        "kind": form.kind.value,
        "year": form.year,
        "money": _amounts(form.money),
        "funds": [[label, _amounts(amounts)] for label, amounts in form.funds],
        "execution": [*map(_text, (execution.weight, execution.rate, execution.score)),
                      execution.reason],
        "weight_total": _text(form.weight_total),
        "total": _text(form.total),
        "rating": form.rating.value if form.rating else None,
        "findings": [
            [found.severity.value, found.code, found.message, found.where]
            for found in form.findings
        ],
    }  # fmt: skip


def filled_from_json(told: Mapping[str, Any]) -> FilledForm:
    """The form that `filled_to_json` was given, equal in every field."""
    weight, rate, score, reason = told["execution"]
    return FilledForm(
        project=told["project"],
        rows=tuple(
            FilledRow(level1, level2, name, target, actual, _figure(points), _figure(got), why)
            for level1, level2, name, target, actual, points, got, why in told["rows"]
        ),
        kind=_KINDS[told["kind"]],
        year=told["year"],
        money=_amounts_of(told["money"]),
        funds=tuple((label, _amounts_of(figures)) for label, figures in told["funds"]),
        execution=PrintedExecution(_figure(weight), _figure(rate), _figure(score), reason),
        weight_total=_figure(told["weight_total"]),
        total=_figure(told["total"]),
        rating=_RATINGS[told["rating"]] if told["rating"] else None,
        findings=tuple(
            Finding(_SEVERITIES[severity], code, message, where)
            for severity, code, message, where in told["findings"]
        ),
    )


def _amounts(amounts: Amounts) -> list[str | None]:
    return [_text(each) for each in (amounts.initial, amounts.adjusted, amounts.executed)]


def _amounts_of(figures: Sequence[str | None]) -> Amounts:
    initial, adjusted, executed = map(_figure, figures)
    return Amounts(initial, adjusted, executed)


def _text(figure: Decimal | None) -> str | None:
    return None if figure is None else str(figure)


def _figure(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
