"""Findings (提示): errors, warnings and notes as data, each with its place."""

from dataclasses import dataclass

from perf.core.terms import Labelled


class Severity(Labelled):
    """How much a finding matters: an error blocks, a warning wants a look, an info is a note."""

    ERROR = "error", "错误"
    WARNING = "warning", "警告"
    INFO = "info", "说明"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a careful reader would point out.

    `code` is stable and kebab-case, `message` a Chinese sentence that says what to do,
    `where` the place it came from as the user knows it (a line, a cell, an indicator's name).
    """

    severity: Severity
    code: str
    message: str
    where: str = ""
