"""What every form of project targets gives, and what is said of a project that was put right."""

from dataclasses import dataclass, field
from decimal import Decimal

from perf.core.drafts import DraftPlan
from perf.documents.readers.report import Report, at_lines
from perf.documents.readers.tables import key

PLACEHOLDERS = frozenset({"无", "暂无", "没有", "不涉及", "/", "-", "--", "—", "——", "…", "……"})


@dataclass(slots=True)
class ProjectForm:
    """What the form says: the projects, and the units and sums of the rows above them (元).

    `department` is the one that the projects are said to belong to, where the form has a field.
    """

    projects: list[DraftPlan] = field(default_factory=list)
    units: list[tuple[str, str]] = field(default_factory=list)
    totals: list[Decimal] = field(default_factory=list)
    department: str | None = None


def is_placeholder(name: str, target: str) -> bool:
    """Whether an indicator says only that there is none (无 with 无, a dash or nothing)."""
    plain = key(target)
    return key(name) in PLACEHOLDERS and (not plain or plain in PLACEHOLDERS)


def say_repaired(report: Report, name: str, *, slid: list[int], torn: list[int]) -> None:
    """Tells which rows of a project were moved back or joined."""
    label = f"项目“{name}”"
    if slid:
        report.info(
            "slid-cells-moved",
            f"{label}的单元格与表头错位，已按表头和内容移回原列，请核对指标所属的一级指标。",
            at_lines(slid),
        )
    if torn:
        report.info(
            "torn-row-joined",
            f"{label}有被分页或换行拆开的单元格，已与上一行合并，请核对。",
            at_lines(torn),
        )


def say_left_out(report: Report, name: str, lines: list[int]) -> None:
    """Tells which cells say 无 in the place of an indicator."""
    if lines:
        report.info(
            "placeholder-left-out",
            f"“{name}”有只写“无”或横线的指标，已略去；如应设指标，请在计划中补充。",
            at_lines(lines),
        )


def say_doubtful(report: Report, name: str, lines: list[int]) -> None:
    """Tells where a class goes on below a gap: the row may have slid by a whole class."""
    if lines:
        report.info(
            "class-after-gap",
            f"“{name}”有指标所在的一级指标在上面几行已经空白，疑为单元格错位，请核对它们的一级指标。",
            at_lines(lines),
        )
