"""The findings of a plan as its pages show them: by severity, each with the way to its rows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from perf.core.checks import Noticed
from perf.core.findings import Severity

_LONGEST = 14
_MOST_LINKS = 12
# How a target reads stands beside it already, with the direction that was taken.
_SHOWN_BY_READING = frozenset({"sense-guessed"})


@dataclass(frozen=True, slots=True)
class Doubt:
    """One finding, and links (label, anchor) to the indicators that it is about."""

    code: str
    severity: Severity
    message: str
    links: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Doubts:
    """All findings of a plan: what asks for a correction, and what is good to know."""

    serious: list[Doubt]
    infos: list[Doubt]

    @property
    def summary(self) -> str:
        """How many of each severity there are (`1 条错误，2 条警告`)."""
        told = [one.severity for one in [*self.serious, *self.infos]]
        counts = [(severity, told.count(severity)) for severity in Severity]
        said = [f"{count} 条{severity.label}" for severity, count in counts if count]
        return "，".join(said) or "没有发现问题"


def doubts_of(noticed: Sequence[Noticed], rows: Sequence[tuple[str, str]]) -> Doubts:
    """The findings for the page; `rows` are the name and the anchor of each indicator."""
    doubts = [
        Doubt(one.finding.code, one.finding.severity, one.finding.message, list(_links(one, rows)))
        for one in noticed
    ]
    return Doubts(
        [one for one in doubts if one.severity is not Severity.INFO],
        [one for one in doubts if one.severity is Severity.INFO],
    )


def beside_rows(noticed: Sequence[Noticed], keys: Sequence[str]) -> dict[str, list[Doubt]]:
    """What is said beside each row, by its key; a row without findings has no entry."""
    found: dict[str, list[Doubt]] = {}
    for one in noticed:
        if one.finding.code in _SHOWN_BY_READING:
            continue
        for at, sentence in zip(one.rows, one.beside, strict=True):
            found.setdefault(keys[at], []).append(
                Doubt(one.finding.code, one.finding.severity, sentence, [])
            )
    return found


def _links(one: Noticed, rows: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for at in one.rows[:_MOST_LINKS]:
        name, anchor = rows[at]
        is_long = len(name) > _LONGEST
        label = f"{name[: _LONGEST - 1]}…" if is_long else name
        yield (label or f"第 {at + 1} 项") if len(one.rows) == 1 else f"第 {at + 1} 项", anchor
