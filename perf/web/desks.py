"""What may be said about the remarks on a page, and what was typed into their threads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from perf.core.errors import InvalidInput
from perf.core.permissions import Actor
from perf.core.terms import Status, ThreadState, ThreadStep
from perf.core.threads import may_answer, may_settle
from perf.models import Remark
from perf.services.snapshots import Subject
from perf.services.steps import check_version
from perf.services.threads import answer_remarks

FIELD = "thread-"
_TONES = {ThreadState.OPEN: "bad", ThreadState.ANSWERED: "warn", ThreadState.RESOLVED: "ok"}


@dataclass(frozen=True, slots=True)
class Desk:
    """Who reads the threads of a page: whether they answer, or settle, and in which form.

    `form` is the id of the form that the texts belong to; where it is the page's own (`saves`),
    an answer is saved with everything else. `texts` and `errors` are by field, where what was
    typed was refused.
    """

    answers: bool = False
    settles: bool = False
    form: str = "answers"
    saves: bool = False
    texts: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)


def desk_for(
    subject: Subject,
    actor: Actor,
    *,
    sheet: str = "",
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> Desk:
    """What this actor may say on a page; `sheet` is the id of the form that is filled in there."""
    settles = subject.status is Status.SUBMITTED and may_settle(
        subject.status, actor, subject.submitted_by_id
    )
    answers = not settles and may_answer(subject.status, actor)
    return Desk(
        answers=answers,
        settles=settles,
        form="review" if settles else sheet or "answers",
        saves=answers and bool(sheet),
        texts=of_threads(typed or {}),
        errors=of_threads(errors or {}),
    )


def of_threads(fields: Mapping[str, str]) -> dict[str, str]:
    """The fields that belong to threads."""
    return {name: text for name, text in fields.items() if name.startswith(FIELD)}


def read_threads(form: Mapping[str, str]) -> dict[int, str]:
    """What was posted by the remark's id, without blanks."""
    return {
        int(key): text
        for name, text in of_threads(form).items()
        if (key := name.removeprefix(FIELD)).isascii() and key.isdecimal() and len(key) < 10
        if text.strip()
    }


def send_replies(
    session: Session,
    actor: Actor,
    subject: Subject,
    remarks: Sequence[Remark],
    form: Mapping[str, str],
    version: int,
) -> int:
    """Send what a reviewer typed into threads along with a step; the version to go on with.

    Raises Stale, and InvalidInput by field.
    """
    texts = read_threads(form)
    if not texts:
        return version
    check_version(subject, version)
    refused = answer_remarks(session, actor, subject, remarks, texts, ThreadStep.REPLY)
    if refused:
        raise InvalidInput("对意见的补充没有发出，请按提示修改。", refused)
    return subject.version


def tone_of(remark: Remark) -> str:
    """The tone of a thread's state."""
    return _TONES[remark.state]


def unanswered(remarks: Sequence[Remark]) -> list[Remark]:
    """The remarks that wait for an answer."""
    return [remark for remark in remarks if remark.state is ThreadState.OPEN]
