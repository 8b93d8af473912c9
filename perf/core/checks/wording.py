"""What the text of each target has to say: unread, guessed, of another year."""

from collections.abc import Iterator
from datetime import date

from perf.core.checks.subject import Noticed, Row, Subject, names_of
from perf.core.findings import Severity
from perf.core.terms import Sense


def check_readings(subject: Subject) -> Iterator[Noticed]:
    """What the reading of each target text has to say; guessed directions are told together."""
    guessed: dict[Sense, list[Row]] = {}
    for row in subject.rows:
        for finding in row.target.findings:
            if finding.code == "sense-guessed" and row.target.sense is not None:
                guessed.setdefault(row.target.sense, []).append(row)
                continue
            severity = Severity.ERROR if finding.code == "target-missing" else finding.severity
            said = f"“{row.name}”：{finding.message}"
            yield subject.say(severity, finding.code, said, row, finding.message)
    for sense, rows in guessed.items():
        message = (
            f"{len(rows)} 项指标值没有写明方向，按“{sense.label}”计分，请确认，可改为“恰好”等："
            f"{names_of([row.name for row in rows])}。"
        )
        beside = f"没有写明方向，按“{sense.label}”计分，请确认。"
        together = [(row, beside) for row in rows]
        yield subject.say_together(Severity.INFO, "sense-guessed", message, together)


def check_deadlines(subject: Subject) -> Iterator[Noticed]:
    """A deadline that lies before the plan's year, as when last year's plan was copied."""
    for row in subject.rows:
        last = row.target.upper if row.target.upper is not None else row.target.value
        if subject.year is not None and isinstance(last, date) and last.year < subject.year:
            message = (
                f"“{row.name}”的期限 {row.indicator.target} 早于 {subject.year} 年度，"
                "疑为沿用往年文字，请核对年份。"
            )
            yield subject.say(Severity.WARNING, "date-before-year", message, row)
