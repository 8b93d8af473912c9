"""What a plan lacks: its name, indicators, their names and classes, and who is to be asked."""

from collections.abc import Iterator

from perf.core.checks.subject import Noticed, Subject
from perf.core.findings import Severity
from perf.core.years import is_satisfaction


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


def check_satisfaction(subject: Subject) -> Iterator[Noticed]:
    """A plan that asks nobody how satisfied they are."""
    rows = subject.rows
    asked = (is_satisfaction(row.indicator.level1, row.indicator.level2, row.name) for row in rows)
    if rows and not any(asked):
        message = (
            "没有满意度指标，请增设服务对象或受益群体的满意度指标（如“≥90%”）；"
            "确无服务对象的可以不设，其分值由其他指标分担。"
        )
        yield subject.say(Severity.WARNING, "satisfaction-missing", message)
