"""The rows of a self-evaluation's page: each score with its working, its state and its reasons."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from perf.core.attainment import Flag
from perf.core.execution import ExecutionFlag
from perf.core.revisions import LOWERED_LATE
from perf.models import Remark
from perf.services.decisions import Bounds
from perf.web.decided import DecisionFields, decision_fields
from perf.web.presentation import BLANK, money_wan, points
from perf.web.typed_texts import TextField, Typed, text_field

OUT = Flag.NOT_APPLICABLE.label


@dataclass(frozen=True, slots=True)
class Choice:
    """The box 不涉及 of an indicator without a figure in the whole year."""

    name: str
    is_checked: bool
    hint: str
    error: str


@dataclass(frozen=True, slots=True)
class Decided:
    """What a reviewer decided, beside the points computed."""

    computed: str
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Row:
    """One scored line: the budget execution or an indicator.

    `initial` is the 年初 target where it was revised, with the points by it. `decision` are the
    fields of whoever may decide the score now.
    """

    id: str
    name: str
    under: str
    target: str
    actual: str | None
    weight: str
    points: str | None
    is_lost: bool
    tags: list[tuple[str, str]]
    steps: list[str]
    origin: str
    quarters: list[str]
    files: list[dict[str, Any]]
    demanded: str
    fields: list[TextField]
    remarks: list[Remark]
    choice: Choice | None = None
    initial: str = ""
    decided: Decided | None = None
    decision: DecisionFields | None = None

    @property
    def is_open(self) -> bool:
        """Whether its reasons stand in sight rather than behind the working."""
        return bool(self.demanded or self.choice) or any(
            one.value or one.error or one.is_typed for one in self.fields
        )


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one 一级指标 with the sums of its weights and points."""

    name: str
    weight: str
    points: str
    rows: list[Row]


def groups_of(
    data: Mapping[str, Any],
    typed: Typed,
    remarks: Mapping[int | None, list[Remark]],
    bounds: Mapping[int, Bounds],
    *,
    may_write: bool,
) -> list[Group]:
    """The record's rows by 一级指标, with what was typed and the open remarks by indicator.

    Whoever may write can choose 不涉及 where the year has no figure; whoever may decide has the
    `bounds` of each score that can be.
    """
    by_class: dict[str, list[dict[str, Any]]] = {}
    for row in data["rows"]:
        by_class.setdefault(row["level1"], []).append(row)
    return [
        Group(
            name,
            points(_sum(rows, "weight")),
            points(_sum(rows, "points")),
            [
                _indicator_row(
                    row, typed, remarks.get(row["id"], []), bounds.get(row["id"]), may_write
                )
                for row in rows
            ],
        )
        for name, rows in by_class.items()
    ]


def _indicator_row(
    row: Mapping[str, Any],
    typed: Typed,
    remarks: list[Remark],
    limits: Bounds | None,
    may_write: bool,
) -> Row:
    key, is_out = row["id"], row["is_not_applicable"]
    choice = _choice(row, typed) if may_write and (is_out or row["actual"] is None) else None
    label = "不涉及的理由" if is_out or choice else "偏差原因"
    fields = [
        text_field(typed, f"reason-{key}", label, row["deviation_reason"]),
        text_field(typed, f"action-{key}", "改进措施", row["corrective_action"]),
    ]
    decision = decision_fields(row, limits, typed) if limits else None
    tags = _tags(row)
    if decision is not None and decision.is_demanded:
        tags.append(("warn", "待评定"))
    return Row(
        id=str(key),
        name=row["name"],
        under=row["level2"] or "",
        target=row["target"],
        actual=row["actual"],
        weight=points_of(row["weight"]) or "",
        points=BLANK if is_out else points_of(row["points"]),
        is_lost=_is_lost(row),
        tags=tags,
        steps=row["steps"],
        origin=row["origin"],
        quarters=[f"{name} {figure}" for name, figure in row["quarters"]],
        files=row["evidence"],
        demanded=row["demanded"],
        fields=fields,
        remarks=remarks,
        choice=choice,
        initial=_initial(row),
        decided=_decided(row),
        decision=decision,
    )


def _is_lost(row: Mapping[str, Any]) -> bool:
    if row.get("decided") is None:
        return bool(row["is_below"])
    return Decimal(row["points"]) < Decimal(row["weight"])


def _initial(row: Mapping[str, Any]) -> str:
    # Records of older versions know of no other target than the one scored by.
    if not row.get("initial_target"):
        return ""
    earned = points_of(row["initial_points"])
    document = row.get("revision_document")
    return (
        f"年初 {row['initial_target']}"
        + (f"，按其计 {earned} 分" if earned else "")
        + (f"；{document}调整" if document else "")
    )


def _decided(row: Mapping[str, Any]) -> Decided | None:
    decided = row.get("decided")
    if decided is None:
        return None
    return Decided(
        points(Decimal(decided["computed"])),
        decided["reason"],
        decided["by"],
        datetime.fromisoformat(decided["at"]),
    )


def _choice(row: Mapping[str, Any], typed: Typed) -> Choice:
    name, is_chosen = f"out-{row['id']}", row["is_not_applicable"]
    is_checked = is_chosen if typed.texts is None else name in typed.texts
    hint = "须说明理由，由审核人签署时确认；分值按比例分摊给其余指标。"
    if typed.is_stale and is_checked != is_chosen:
        hint = f"现已保存的内容：{'已选择' if is_chosen else '未选择'}“{OUT}”。"
    return Choice(name, is_checked, hint, typed.errors.get(name, ""))


def _tags(row: Mapping[str, Any]) -> list[tuple[str, str]]:
    flags = set(row["flags"])
    tags: list[tuple[str, str]] = []
    if Flag.UNREPORTED in flags:
        tags.append(("none", Flag.UNREPORTED.label))
    elif Flag.NOT_APPLICABLE in flags:
        tags.append(("none", OUT))
    elif Flag.LATE in flags:
        tags.append(("bad", Flag.LATE.label))
    elif Flag.AT_BOUND in flags:
        tags.append(("warn", Flag.AT_BOUND.label))
    elif row["is_met"] is False:
        tags.append(("bad", Flag.MISSED.label))
    elif Flag.OVER_ACHIEVED in flags:
        tags.append(("warn", f"完成 {row['percent']}%"))
    elif row["is_below"]:
        tags.append(("warn", Flag.BELOW.label))
    if row.get("is_lowered_late"):
        tags.append(("warn down", LOWERED_LATE))
    if row["demanded"] and not row["deviation_reason"]:
        tags.append(("warn", "待说明"))
    return tags


def execution_row(data: Mapping[str, Any], typed: Typed) -> Row | None:
    """The line of the budget execution, None where the rule pack gives it no points."""
    execution = data["execution"]
    if execution["weight"] == "0":
        return None
    total = data["money"]["total"]
    is_out = execution["not_applicable"]
    tags = []
    if ExecutionFlag.LOW in execution["flags"]:
        tags.append(("warn", "执行率偏低"))
    if execution["demanded"] and not execution["deviation_reason"]:
        tags.append(("warn", "待说明"))
    if is_out:
        tags.append(("none", OUT))
    spent, budget = amount_of(total["executed"]), amount_of(total["adjusted"])
    weight = Decimal(execution["weight"])
    earned = amount_of(execution["points"])
    return Row(
        id="execution",
        name="预算执行率",
        under=f"{money_wan(spent)} ÷ {money_wan(budget)} 万元",
        target=BLANK,
        actual=f"{execution['percent']}%" if execution["percent"] else (BLANK if is_out else None),
        weight=points(weight),
        points=BLANK if is_out else points_of(execution["points"]),
        is_lost=earned is not None and earned < weight,
        tags=tags,
        steps=execution["steps"],
        origin="",
        quarters=[],
        files=execution["evidence"],
        demanded=execution["demanded"],
        fields=[text_field(typed, "execution_reason", "偏差原因", execution["deviation_reason"])],
        remarks=[],
    )


def _sum(rows: list[dict[str, Any]], key: str) -> Decimal | None:
    known = [Decimal(row[key]) for row in rows if row[key] is not None]
    return sum(known, Decimal(0)) if known else None


def points_of(text: str | None) -> str | None:
    """Points of the record as shown."""
    return None if text is None else points(Decimal(text))


def amount_of(text: str | None) -> Decimal | None:
    """A number of the record."""
    return None if text is None else Decimal(text)
