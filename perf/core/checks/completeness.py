"""What a plan lacks: its name, indicators, their names and classes."""

from collections.abc import Iterator

from perf.core.checks.subject import Noticed, Subject
from perf.core.findings import Severity


def check_completeness(subject: Subject) -> Iterator[Noticed]:
    """Names, indicators and classes that are missing."""
    if not subject.plan.name:
        yield subject.say(Severity.ERROR, "project-name-missing", "没有项目名称，请补填。")
    if not subject.rows:
        message = "没有读到任何绩效指标，请核对文档或手工添加。"
        yield subject.say(Severity.ERROR, "indicators-missing", message)
    for row in subject.rows:
        if not row.name:
            message = f"指标值“{row.indicator.target}”没有指标名称，请补填或删去这一行。"
            yield subject.say(Severity.ERROR, "indicator-name-missing", message, row)
        if not row.indicator.level1:
            message = f"“{row.name}”不知属于哪个一级指标，请选择。"
            yield subject.say(Severity.ERROR, "class-missing", message, row)
