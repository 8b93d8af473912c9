"""What an address or a plain form says: words, a page, a day; tidied here, refused elsewhere."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import request, url_for

from perf.services.typed import without_controls
from perf.web.converters import LARGEST_KEY


def text_argument(name: str, limit: int = 100) -> str:
    """A search word without white space around it and without what no database keeps."""
    return without_controls(request.args.get(name, "")).strip()[:limit]


def form_text(name: str) -> str:
    """A posted text as typed; the request has left out what no page or database can hold."""
    return request.form.get(name, "")


def number_argument(name: str) -> int | None:
    """A whole number from 1 up, or None where it is missing or none."""
    text = request.args.get(name, "")
    if not (text.isascii() and text.isdigit()) or len(text) > 10:
        return None
    return int(text) if 1 <= int(text) <= LARGEST_KEY else None


def day_argument(name: str) -> date | None:
    """A day as date fields send it, or None where it is missing or none."""
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None


def page_number() -> int:
    """The page asked for, 1 where none is."""
    return number_argument("page") or 1


def page_url() -> Callable[[int], str]:
    """From a page's number to its address, with everything else that the present one asks for."""
    kept: dict[str, Any] = {key: value for key, value in request.args.items() if key != "page"}
    arguments = {**(request.view_args or {}), **kept}
    return lambda number: url_for(request.endpoint or "", **arguments, page=number)
