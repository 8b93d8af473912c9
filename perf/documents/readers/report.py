"""Collecting what a reader has to say about a document while it reads."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from perf.core.findings import Finding, Severity


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
    """A line as a place."""
    return f"第 {number} 行"


def at_lines(numbers: Iterable[int]) -> str:
    """Some lines as a place: one, a range, or the first few by number."""
    lines = sorted(set(numbers))
    if len(lines) > 1 and lines[-1] - lines[0] <= len(lines) + 3:
        return f"第 {lines[0]}–{lines[-1]} 行"
    shown = "、".join(str(line) for line in lines[:6])
    return f"第 {shown}{' 等' if len(lines) > 6 else ''} 行"
