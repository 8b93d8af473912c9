"""What the forms about people post: offices chosen row by row, days, and ids."""

from collections.abc import Iterable
from datetime import date

from flask import request

from perf.core.dates import parse_day
from perf.services.offices import Chosen
from perf.web.grid_form import whole_number
from perf.web.listing import form_text


def chosen_offices(keys: Iterable[int]) -> Chosen:
    """`was-<id>` and `office-<id>` of the rows that the page showed; blank is no office."""
    form = request.form
    return {
        key: (whole_number(form, f"was-{key}") or None, whole_number(form, f"office-{key}") or None)
        for key in keys
        if f"office-{key}" in form
    }


def posted_day(name: str) -> date | None:
    """A posted day in a usual notation, or None."""
    return parse_day(form_text(name))
