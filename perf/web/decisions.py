"""What a reviewer typed into the panel of `macros/review.html`, and why they may not decide."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask import url_for
from werkzeug.datastructures import MultiDict

from perf.core.errors import InvalidInput, PerfError
from perf.core.permissions import Actor, Permission
from perf.core.terms import Action, Status
from perf.models import Indicator, Plan, SelfEvaluation, Submission
from perf.services.steps import MAX_TEXT
from perf.services.typed import clean_text

BLANK_ROWS = 3
_LONGEST_ID = 18


@dataclass(frozen=True, slots=True)
class RemarkRow:
    """One remark as typed: the indicator's id, or None for the whole, and what is wrong with it."""

    on: int | None = None
    text: str = ""

    @property
    def error(self) -> str:
        """The sentence beside it where it cannot be taken."""
        if len(self.text) <= MAX_TEXT:
            return ""
        return f"意见最多 {MAX_TEXT} 字，现有 {len(self.text)} 字，请精简。"


@dataclass(frozen=True, slots=True)
class Decision:
    """What was posted with a step; `message` and `errors` are set where it was refused."""

    version: int = 0
    reason: str = ""
    rows: tuple[RemarkRow, ...] = ()
    message: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def remarks(self) -> dict[int, str]:
        """The remarks by indicator, several on one joined."""
        found: dict[int, str] = {}
        for row in self.rows:
            if row.on is not None:
                found[row.on] = f"{found[row.on]}\n{row.text}" if row.on in found else row.text
        return found

    @property
    def whole(self) -> str:
        """The reason, and every remark that names no indicator."""
        return "\n".join(filter(None, [self.reason, *(r.text for r in self.rows if r.on is None)]))

    @property
    def rows_shown(self) -> list[tuple[int, RemarkRow]]:
        """The rows as typed with their numbers from 1, and blank ones up to three or one more."""
        blank = max(1, BLANK_ROWS - len(self.rows))
        return list(enumerate([*self.rows, *[RemarkRow()] * blank], start=1))

    def refused(self, error: PerfError) -> "Decision":
        """The same with what is wrong, to be shown again."""
        errors = error.fields if isinstance(error, InvalidInput) else {}
        return replace(self, message=str(error), errors=errors)


def read_decision(form: MultiDict[str, str], indicators: Sequence[Indicator]) -> Decision:
    """What the panel posted, nothing dropped: a remark on an unknown indicator is on the whole."""
    own = {str(one.id): one.id for one in indicators}
    rows = [
        RemarkRow(own.get(key), clean_text(text))
        for key, text in zip(form.getlist("remark_on"), form.getlist("remark"), strict=False)
    ]
    rows += [RemarkRow(id_, clean_text(form.get(f"remark-{key}", ""))) for key, id_ in own.items()]
    version = form.get("version", "")
    return Decision(
        version=int(version) if version.isdecimal() and len(version) <= _LONGEST_ID else 0,
        reason=clean_text(form.get("reason", "")),
        rows=tuple(row for row in rows if row.text),
    )


def why_not_yours(subject: Plan | Submission | SelfEvaluation | None, actor: Actor) -> str:
    """Why this reviewer is not offered a decision, as a sentence; empty for everybody else."""
    if (
        subject is not None
        and subject.status is Status.SUBMITTED
        and actor.may(Permission.REVIEW)
        and actor.id is not None
        and actor.id == subject.submitted_by_id
    ):
        return "这是您本人提交的，不能由您审核。请由本单位另一位审核人办理。"
    return ""


def step_urls(endpoint: str, **arguments: Any) -> Callable[[Action], str]:
    """From an action to the address that takes it, for the panel."""
    return lambda action: url_for(endpoint, **arguments, action=action.value)
