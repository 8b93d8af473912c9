"""Collecting what a reader has to say about a document while it reads."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from perf.core.findings import Finding, Severity
from perf.documents.readers.tables import Place

_MOST = 6


@dataclass(slots=True)
class Report:
    """Findings in the order they were made; `within` names the table being read."""

    findings: list[Finding] = field(default_factory=list)
    within: str = ""

    def error(self, code: str, message: str, where: str = "") -> None:
        """What must be put right before the plan can be used."""
        self._add(Severity.ERROR, code, message, where)

    def warning(self, code: str, message: str, where: str = "") -> None:
        """What is to be looked at."""
        self._add(Severity.WARNING, code, message, where)

    def info(self, code: str, message: str, where: str = "") -> None:
        """What is good to know."""
        self._add(Severity.INFO, code, message, where)

    def _add(self, severity: Severity, code: str, message: str, where: str) -> None:
        place = " · ".join(part for part in (self.within, where) if part)
        self.findings.append(Finding(severity, code, message, place))


def at_line(number: int) -> str:
    """A line as a place: 第 5 行, or 第 3 页第 5 行."""
    return f"{_within(number)}第 {_shown(number)} 行"


def at_lines(numbers: Iterable[int]) -> str:
    """Some lines as a place: one, a range, or the first few by number, within each page."""
    groups: dict[str, list[int]] = {}
    for number in sorted(set(numbers)):
        groups.setdefault(_within(number), []).append(_shown(number))
    places = [within + _together(lines) for within, lines in groups.items()]
    return f"{'，'.join(places[:_MOST])}{' 等' if len(places) > _MOST else ''}"


def _together(lines: list[int]) -> str:
    if len(lines) > 1 and lines[-1] - lines[0] <= len(lines) + 3:
        return f"第 {lines[0]}–{lines[-1]} 行"
    shown = "、".join(str(line) for line in lines[:_MOST])
    return f"第 {shown}{' 等' if len(lines) > _MOST else ''} 行"


def _within(number: int) -> str:
    return number.within if isinstance(number, Place) else ""


def _shown(number: int) -> int:
    return number.shown if isinstance(number, Place) else number
