"""The differences of what is under review as a page shows them, and the choice of their base."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby

from flask import request
from sqlalchemy.orm import Session

from perf.services.comparisons import Against, Comparison, compare
from perf.services.snapshots import Content, Difference, Subject
from perf.web.items import subject_url
from perf.web.presentation import moment

_KEYS = {one.value: one for one in Against}


@dataclass(frozen=True, slots=True)
class Compared:
    """A comparison with its words: what it is held against, the choices as (label, url, current).

    `groups` are the differences of the whole and of each row as (name, indicator id, differences).
    """

    comparison: Comparison
    since: str
    choices: list[tuple[str, str, bool]]
    groups: list[tuple[str, int | None, list[Difference]]]


def compared(
    session: Session,
    subject: Subject,
    content: Callable[[], Content],
    previous: tuple[str, Callable[[], Content]] | None = None,
) -> Compared | None:
    """The comparison that the address asks for (`?against=approved`), None without any base.

    `previous` is the name of the period before and what it says.
    """
    wanted = _KEYS.get(request.args.get("against", ""))
    found = compare(session, subject, content, wanted, previous[1] if previous else None)
    if found is None:
        return None
    names = {one: one.label for one in Against}
    if previous:
        names[Against.PREVIOUS] = f"{Against.PREVIOUS.label}（{previous[0]}）"
    since = names[found.against] if found.against else ""
    if found.taken_at:
        since = f"{since}（{moment(found.taken_at)}）"
    return Compared(
        found,
        since,
        [
            (
                names[one],
                subject_url(subject, anchor="comparison", against=one.value),
                one is found.against,
            )
            for one in found.choices
        ],
        [
            (name, key, list(rows))
            for (name, key), rows in groupby(
                found.differences, key=lambda one: (one.name, one.indicator_id)
            )
        ],
    )
