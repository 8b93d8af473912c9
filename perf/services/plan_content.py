"""What a plan says: as a snapshot keeps it, as a document would, and what it still lacks."""

from collections import defaultdict
from decimal import Decimal
from itertools import zip_longest

from perf.core.drafts import DraftIndicator, DraftPlan, printed_weight
from perf.core.errors import InvalidInput
from perf.core.findings import Finding, Severity
from perf.core.numbers import format_fixed, format_number
from perf.core.weights import check_weights, class_of
from perf.models import Indicator, Plan
from perf.queries.packs import pack_of
from perf.services.paces import pace_of
from perf.services.snapshots import Content, ContentRow
from perf.services.ways import describe_reading, means_of

_WAN = Decimal(10000)
_ADDED_LATER = frozenset({"项目编码", "项目类别", "实施单位", "年度总体目标"})


def content_of_plan(plan: Plan) -> Content:
    """The plan as a snapshot keeps it: shown texts by label, and exact figures as texts."""
    fields = {"名称": plan.name}
    if plan.project is not None:
        fields |= {
            "项目编码": plan.project.code or "",
            "项目类别": plan.project.category or "",
            "实施单位": plan.project.implementing_unit or "",
        }
    if plan.begins_on is not None and plan.added_on is not None:
        fields["追加之日"] = plan.begins_on.isoformat()
        fields["追加文件"] = f"{plan.added_by}（{plan.added_on.isoformat()}）"
    if plan.ended_on is not None:
        fields["终止之日"] = plan.ended_on.isoformat()
    fields["年度总体目标"] = plan.objective
    for line in plan.budget_lines:
        fields[f"{line.source.label}年初预算（万元）"] = _wan(line.initial)
        if line.adjustments:
            fields[f"{line.source.label}全年预算（万元）"] = _wan(line.adjusted)
    fields["基本支出（万元）"] = _wan(plan.basic_expenditure)
    fields["项目支出（万元）"] = _wan(plan.project_expenditure)
    for quantity in plan.quantities:
        fields[f"公式里的量：{quantity.label}"] = quantity.kind.label
    for task in plan.tasks:
        fields[f"年度主要任务{task.ordinal}"] = f"{task.name}：{task.content}"
    reason = f"（换用理由：{plan.pack_reason}）" if plan.pack_reason else ""
    fields["评分办法"] = f"{pack_of(plan).label}{reason}"
    return {
        "fields": {label: text for label, text in fields.items() if text},
        "rows": [_row_of(indicator) for indicator in plan.indicators],
        "data": {
            "year": plan.year,
            "kind": plan.kind.value,
            "pack_id": plan.pack_id,
            "pack_version": plan.pack_version,
            "budget": {
                line.source.value: {
                    "initial": format_number(line.initial),
                    "adjusted": format_number(line.adjusted),
                }
                for line in plan.budget_lines
            },
            "indicators": [_data_of(indicator) for indicator in plan.indicators],
        },
    }


def missing_for_submission(plan: Plan) -> list[str]:
    """Everything that keeps the plan from being submitted, each a sentence; empty when ready."""
    missing = []
    if not plan.objective.strip():
        missing.append("没有填写年度总体目标。")
    if not plan.budget_lines:
        missing.append("没有填写预算：请按资金来源填写，没有金额的填 0。")
    if not plan.indicators:
        missing.append("没有绩效指标。")
    missing += [
        finding.message for finding in weight_findings(plan) if finding.severity is Severity.ERROR
    ]
    missing += [
        f"指标“{each.name}”没有填写指标值。" for each in plan.indicators if not each.target_text
    ]
    return list(dict.fromkeys(missing))


def weight_findings(plan: Plan) -> list[Finding]:
    """What is wrong with the plan's classes and weights under its pack."""
    return check_weights([(each.level1, each.weight) for each in plan.indicators], pack_of(plan))


def draft_of_plan(plan: Plan) -> DraftPlan:
    """The stored plan in the form in which documents are read; money in 元, the initial one."""
    budget = {line.source: line.initial for line in plan.budget_lines}
    project = plan.project
    return DraftPlan(
        kind=plan.kind,
        name=plan.name,
        code=project.code if project else None,
        category=project.category if project else None,
        implementing_unit=project.implementing_unit if project else None,
        objective=plan.objective or None,
        budget=budget,
        budget_total=sum(budget.values(), Decimal(0)) if budget else None,
        basic_expenditure=plan.basic_expenditure,
        project_expenditure=plan.project_expenditure,
        tasks=[(task.name, task.content) for task in plan.tasks],
        indicators=[
            DraftIndicator(
                each.level1,
                each.level2 or None,
                each.name,
                each.target_text,
                each.note or None,
                weight=each.weight,
            )
            for each in sorted(plan.indicators, key=lambda row: (row.ordinal, row.occurrence))
        ],
    )


def differences_from_draft(plan: Plan, draft_plan: DraftPlan) -> list[str]:
    """What the document says differently from the stored plan, a sentence each; empty = the same.

    What only people add (kinds, senses, adjustments of the budget; an objective, a code or a weight
    that the document leaves out) is not the document's to say. Indicators are matched by class,
    second level, name and which of equal names they are.
    """
    stored = draft_of_plan(plan)
    found = []
    pairs: list[tuple[str, str | None, str | None]] = [
        ("项目名称", stored.name, draft_plan.name) if plan.project else ("", None, None),
        ("项目编码", stored.code, draft_plan.code),
        ("项目类别", stored.category, draft_plan.category),
        ("实施单位", stored.implementing_unit, draft_plan.implementing_unit),
        ("年度总体目标", stored.objective, draft_plan.objective),
        ("基本支出", _wan(stored.basic_expenditure), _wan(draft_plan.basic_expenditure)),
        ("项目支出", _wan(stored.project_expenditure), _wan(draft_plan.project_expenditure)),
    ]
    sources = dict.fromkeys([*draft_plan.budget, *stored.budget])
    pairs += [
        (
            f"{source.label}预算（万元）",
            _wan(stored.budget.get(source)),
            _wan(draft_plan.budget.get(source)),
        )
        for source in sources
    ]
    for number, (ours, theirs) in enumerate(
        zip_longest(stored.tasks, draft_plan.tasks, fillvalue=("", "")), start=1
    ):
        pairs.append(
            (
                f"年度主要任务{number}",
                "：".join(filter(None, ours)),
                "：".join(filter(None, theirs)),
            )
        )
    found += [
        _said(label, old, new)
        for label, old, new in pairs
        if _plain(old) != _plain(new) and (new or label not in _ADDED_LATER)
    ]
    return found + _indicator_differences(stored, draft_plan)


def keyed_indicators(plan: DraftPlan) -> dict[tuple[str, str, str, int], DraftIndicator]:
    """The indicators by what identifies them; equal names are numbered in form order from 1."""
    counted: defaultdict[tuple[str, str, str], int] = defaultdict(int)
    keyed = {}
    for each in plan.indicators:
        place = (each.level1.strip(), (each.level2 or "").strip(), each.name.strip())
        counted[place] += 1
        keyed[*place, counted[place]] = each
    return keyed


def _indicator_differences(stored: DraftPlan, draft_plan: DraftPlan) -> list[str]:
    ours, theirs = keyed_indicators(stored), keyed_indicators(draft_plan)
    found = [f"文档中新增指标“{key[2]}”。" for key in theirs if key not in ours]
    found += [f"文档中没有指标“{key[2]}”。" for key in ours if key not in theirs]
    for key, new in theirs.items():
        old = ours.get(key)
        if old is None:
            continue
        if _plain(old.target) != _plain(new.target):
            found.append(_said(f"“{key[2]}”的指标值", old.target, new.target))
        if _plain(old.note) != _plain(new.note):
            found.append(f"“{key[2]}”的指标值说明不同。")
        if new.weight is not None and new.weight != old.weight:
            found.append(_said(f"“{key[2]}”的分值", printed_weight(old), printed_weight(new)))
    return found


def _said(label: str, old: str | None, new: str | None) -> str:
    return f"{label}：系统中为“{old or '空'}”，文档中为“{new or '空'}”。"


def _plain(text: str | None) -> str:
    return "".join((text or "").split())


def _wan(yuan: Decimal | None) -> str:
    """万元 with two decimals, or with as many as it takes to lose nothing."""
    if yuan is None:
        return ""
    fixed = format_fixed(yuan / _WAN)
    return fixed if Decimal(fixed.replace(",", "")) == yuan / _WAN else format_number(yuan / _WAN)


def _row_of(indicator: Indicator) -> ContentRow:
    fields = {
        "一级指标": indicator.level1,
        "二级指标": indicator.level2,
        "三级指标": indicator.name,
        "指标值": indicator.target_text,
        "指标值读作": describe_reading(indicator.target, means_of(indicator), indicator.note),
        "全年取值": indicator.kind.label,
        # What follows from the target need not be said twice.
        "进度安排": pace_of(indicator).label if indicator.curve else "",
        "取数方式": means_of(indicator).way.label,
        "公式": indicator.formula,
        "分值": "" if indicator.weight is None else format_fixed(indicator.weight),
        "指标值说明": indicator.note,
    }
    return {
        "id": indicator.id,
        "name": indicator.name,
        "fields": {label: text for label, text in fields.items() if text},
    }


def _data_of(indicator: Indicator) -> dict[str, str | int | None]:
    try:
        counted_as = class_of(indicator.level1, pack_of(indicator.plan))
    except InvalidInput:
        counted_as = None
    return {
        "id": indicator.id,
        "level1": indicator.level1,
        "level2": indicator.level2,
        "class": counted_as,
        "name": indicator.name,
        "target": indicator.target_text,
        "sense": indicator.sense.value if indicator.sense else None,
        "kind": indicator.kind.value,
        "way": means_of(indicator).way.value,
        "formula": indicator.formula or None,
        "weight": None if indicator.weight is None else format_number(indicator.weight),
        "note": indicator.note,
    }
