"""What keeps a published plan from being stored as it stands: an error at its row each time."""

from collections.abc import Iterator
from decimal import Decimal

from perf.core.checks import check_plan, place_of
from perf.core.drafts import DraftIndicator, DraftPlan
from perf.core.errors import InvalidInput
from perf.core.findings import Finding, Severity
from perf.core.numbers import round_half_up
from perf.core.rules import PACKS, load_pack
from perf.core.terms import PlanKind
from perf.core.weights import class_of

SHORT = 64
LINE = 500
LONG = 4000
MAX_INDICATORS = 500
MAX_TASKS = 50
TOO_MUCH_MONEY = Decimal(10) ** 14
"""In 元; more is a slip of the unit, and the columns end soon after."""


def check_published(plan: DraftPlan, *, year: int | None = None) -> list[Finding]:
    """Everything to say about a plan that is to be stored, errors first.

    To what `check_plan` notices it adds what no plan can hold: a name of 600 characters gives
    `text-too-long`, a 一级指标 that no rule pack knows `class-unknown`, 17.1234567万元
    `money-not-exact`.
    """
    found = [*_plan_misfits(plan), *_row_misfits(plan), *check_plan(plan, year=year)]
    order = list(Severity)
    return sorted(found, key=lambda finding: order.index(finding.severity))


def known_classes(kind: PlanKind) -> list[str]:
    """The 一级指标 that the shipped packs for such plans know, in form order."""
    packs = (load_pack(pack_id) for pack_id in PACKS)
    classes = {
        item.name: None
        for pack in sorted(packs, key=lambda pack: -len(pack.class_weights.classes))
        if pack.plan_kind is kind
        for item in pack.class_weights.classes
    }
    return list(classes)


def _plan_misfits(plan: DraftPlan) -> Iterator[Finding]:
    place = place_of(plan)
    texts = [
        ("项目名称", plan.name, LINE),
        ("项目编码", plan.code, SHORT),
        ("项目类别", plan.category, LINE),
        ("实施单位", plan.implementing_unit, LINE),
        ("年度总体目标", plan.objective, LONG),
    ]
    for number, (name, content) in enumerate(plan.tasks, start=1):
        texts += [
            (f"年度主要任务{number}的名称", name, LINE),
            (f"年度主要任务{number}的内容", content, LONG),
        ]
    yield from _too_long(texts, place)
    if len(plan.tasks) > MAX_TASKS:
        yield _error("too-many-tasks", f"年度主要任务最多 {MAX_TASKS} 项，请合并。", place)
    if len(plan.indicators) > MAX_INDICATORS:
        message = f"一份绩效目标最多 {MAX_INDICATORS} 个指标，现有 {len(plan.indicators)} 个。"
        yield _error("too-many-indicators", message, place)
    money = {
        "基本支出": plan.basic_expenditure,
        "项目支出": plan.project_expenditure,
        **{source.label: amount for source, amount in plan.budget.items()},
    }
    for label, amount in money.items():
        if amount is None:
            continue
        if amount != round_half_up(amount):
            message = f"{label} {amount:f} 元不足一分，金额精确到分，请改正。"
            yield _error("money-not-exact", message, place)
        if not 0 <= amount < TOO_MUCH_MONEY:
            message = f"{label} {amount:f} 元不是可用的预算金额，请核对正负和单位（万元）。"
            yield _error("money-out-of-range", message, place)


def _row_misfits(plan: DraftPlan) -> Iterator[Finding]:
    for row in plan.indicators:
        place = place_of(plan, row)
        texts = [
            ("一级指标", row.level1, SHORT),
            ("二级指标", row.level2, SHORT),
            ("三级指标名称", row.name, LINE),
            ("指标值", row.target, LINE),
            ("指标值说明", row.note, LONG),
        ]
        yield from _too_long(texts, place)
        if row.level1.strip() and not _is_known(row, plan.kind):
            message = (
                f"一级指标“{row.level1[:SHORT]}”不在任何评分办法中，请改为其中之一："
                f"{'、'.join(known_classes(plan.kind))}。"
            )
            yield _error("class-unknown", message, place)


def _is_known(row: DraftIndicator, kind: PlanKind) -> bool:
    for pack_id in PACKS:
        pack = load_pack(pack_id)
        if pack.plan_kind is not kind:
            continue
        try:
            class_of(row.level1, pack)
        except InvalidInput:
            continue
        return True
    return False


def _too_long(texts: list[tuple[str, str | None, int]], place: str) -> Iterator[Finding]:
    for label, text, limit in texts:
        length = len((text or "").strip())
        if length > limit:
            message = f"{label}最多 {limit} 字，现有 {length} 字，请精简。"
            yield _error("text-too-long", message, place)


def _error(code: str, message: str, place: str) -> Finding:
    return Finding(Severity.ERROR, code, message, place)
