"""Saving single rows of the quarter's grid while it is being filled in, for the grid's script."""

from collections.abc import Iterator

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from perf import clock
from perf.core.permissions import Actor, Permission
from perf.database import begin_writing
from perf.extensions import db
from perf.models import Submission
from perf.queries.packs import pack_of
from perf.queries.submissions import Quarter, quarter_to_change, quarter_visible_to
from perf.services.entries import record_entries
from perf.services.entry_figures import Entry
from perf.services.outcome import Outcome
from perf.services.submissions import open_submission
from perf.web.grid_form import (
    Posted,
    digest_of,
    read_grid,
    shown_entry,
    shown_executed,
    shown_quantity,
)
from perf.web.grid_parts import ANSWERS
from perf.web.grid_row import theirs_of
from perf.web.presentation import BLANK, moment
from perf.web.security import current_actor, requires

blueprint = Blueprint("grid", __name__)
Stand = dict[str, str]


@blueprint.post("/plans/<int:plan_id>/periods/<code>/draft")
@requires(Permission.RECORD, quarter_visible_to, slow=True)
def autosave(seen: Quarter) -> ResponseReturnValue:
    """Save the rows in the form, and say what became of each, as JSON.

    `moved` has each hidden field that the save changed as [before, after]: a page takes the second
    only where it still shows the first, so that nobody's other change is passed over unseen.
    `errors` are by cell; `conflicts` hold what somebody else saved, by row. What is locked is
    refused with 409 and its sentence.
    """
    plan_id, code, actor, session = seen.plan.id, seen.period.code, current_actor(), db.session()
    begin_writing(session)
    quarter = quarter_to_change(session, actor, plan_id, code)
    posted = read_grid(request.form, quarter.plan)
    before = _stand(quarter, quarter.submission)
    submission, outcome = record_posted(session, actor, quarter, posted)
    session.commit()
    after = _stand(quarter, submission)
    return jsonify(
        moved={name: [before[name], text] for name, text in after.items() if before[name] != text},
        errors=outcome.errors,
        conflicts=dict(_conflicts(quarter, outcome)),
        saved_at=moment(clock.now()),
    )


def record_posted(
    session: Session, actor: Actor, quarter: Quarter, posted: Posted
) -> tuple[Submission, Outcome]:
    """Write what was posted of a quarter's grid, opening its draft where nobody has begun it."""
    submission = open_submission(session, actor, quarter.plan, quarter.period)
    outcome = record_entries(
        session,
        actor,
        submission,
        list(posted.entries.values()),
        list(posted.executed.values()),
        pack_of(quarter.plan),
        list(posted.quantities.values()),
    )
    return submission, outcome


def _stand(quarter: Quarter, submission: Submission | None) -> Stand:
    """The page's hidden fields, versions and what was shown, as they are stored now."""
    plan = quarter.plan
    actuals = {row.indicator_id: row for row in submission.actuals} if submission else {}
    executed = {row.source: row for row in submission.executions} if submission else {}
    quantities = {row.quantity_id: row for row in submission.quantities} if submission else {}
    stand = {"version": str(submission.version if submission else 0)}
    for indicator in plan.indicators:
        shown = shown_entry(indicator, actuals.get(indicator.id))
        stand[f"version-{indicator.id}"] = str(shown.version)
        stand[f"was-{indicator.id}"] = digest_of(shown)
    for line in plan.budget_lines:
        amount = shown_executed(line.source, executed.get(line.source))
        stand[f"executed-version-{line.source.value}"] = str(amount.version)
        stand[f"executed-was-{line.source.value}"] = amount.text
    for one in plan.quantities:
        quantity = shown_quantity(one.id, quantities.get(one.id))
        stand[f"quantity-version-{one.id}"] = str(quantity.version)
        stand[f"quantity-was-{one.id}"] = quantity.text
    return stand


def _conflicts(quarter: Quarter, outcome: Outcome) -> Iterator[tuple[str, dict[str, object]]]:
    """By the row's key: what to say, the texts of its cells by id, and its hidden fields."""
    named = {row.id: row for row in quarter.plan.indicators}
    for key, row in outcome.conflicts.items():
        theirs, entry = theirs_of(named[key], row), shown_entry(named[key], row)
        words = "，".join(f"{label} {text}" for label, text in theirs.cells)
        yield (
            str(key),
            {
                "told": f"{theirs.who} 在 {moment(theirs.at)} 改过这一行：{words}",
                "texts": _texts(entry),
                "hidden": {f"version-{key}": str(row.version), f"was-{key}": digest_of(entry)},
            },
        )
    for source, amount in outcome.executed_conflicts.items():
        text = shown_executed(source, amount).text
        yield f"executed-{source.value}", _one_cell("executed", source.value, amount.version, text)
    for number, quantity in outcome.quantity_conflicts.items():
        text = shown_quantity(number, quantity).text
        yield f"quantity-{number}", _one_cell("quantity", number, quantity.version, text)


def _one_cell(name: str, key: str | int, version: int, text: str) -> dict[str, object]:
    return {
        "told": f"他人刚刚改为 {text or BLANK}",
        "texts": {f"{name}-{key}": text},
        "hidden": {f"{name}-version-{key}": str(version), f"{name}-was-{key}": text},
    }


def _texts(entry: Entry) -> dict[str, str | bool]:
    """A row's cells by their ids; what is ticked as true or false."""
    key = entry.indicator_id
    answers = {
        f"answer-{key}-{number}-{answer}": letter == answer
        for number, letter in enumerate(entry.answers)
        for answer, _ in ANSWERS
    }
    return {
        f"actual-{key}": entry.value,
        f"tier-{key}": entry.tier,
        f"rate-{key}": entry.rate,
        f"nodata-{key}": entry.is_no_data,
        f"kind-{key}": entry.deviation_kind,
        f"reason-{key}": entry.deviation_reason,
        f"expected-{key}": entry.expected,
        f"likelihood-{key}": entry.likelihood,
        **answers,
    }
