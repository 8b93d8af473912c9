"""What a reviewer typed into the panel of `macros/review.html`, and why they may not decide."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask import url_for

from perf.core.errors import InvalidInput, NotFound, PerfError
from perf.core.permissions import Actor, Permission
from perf.core.terms import Action, Status
from perf.models import Indicator
from perf.services.snapshots import Subject
from perf.services.typed import clean_text
from perf.web.desks import of_threads

_LONGEST_ID = 18


@dataclass(frozen=True, slots=True)
class Decision:
    """What was posted with a step: the version, a word on the whole and remarks by indicator.

    `threads` are the texts typed into threads by field; `message` and `errors` are set where it
    was refused.
    """

    version: int = 0
    reason: str = ""
    remarks: Mapping[int, str] = field(default_factory=dict)
    message: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    threads: Mapping[str, str] = field(default_factory=dict)

    def refused(self, error: PerfError) -> "Decision":
        """The same with what is wrong, to be shown again."""
        errors = error.fields if isinstance(error, InvalidInput) else {}
        return replace(self, message=str(error), errors=errors)


def read_decision(form: Mapping[str, str], indicators: Sequence[Indicator]) -> Decision:
    """What the panel and the rows' fields `remark-<indicator id>` posted."""
    remarks = {one.id: clean_text(form.get(f"remark-{one.id}", "")) for one in indicators}
    version = form.get("version", "")
    return Decision(
        version=int(version) if version.isdecimal() and len(version) <= _LONGEST_ID else 0,
        reason=clean_text(form.get("reason", "")),
        remarks={key: text for key, text in remarks.items() if text},
        threads=of_threads(form),
    )


def why_not_yours(subject: Subject | None, actor: Actor) -> str:
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


def action_named(text: str) -> Action:
    """The step of the workflow that an address names; NotFound for anything else."""
    found = next((one for one in Action if one.value == text), None)
    if found is None:
        raise NotFound("没有这一步操作。请从页面上的按钮办理。")
    return found
