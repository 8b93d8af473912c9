"""Where an indicator's actual comes from: typed, computed, checked, or the system's records."""

from dataclasses import dataclass

from perf.core.check_list import is_check_list, points_of
from perf.core.errors import InvalidInput
from perf.core.storable import LINE, SHORT
from perf.core.targets import Target, describe_target
from perf.core.terms import Comparator, Labelled, RecordSource
from perf.formulas.grammar import parse_formula
from perf.formulas.notes import formula_in_note
from perf.formulas.ready import ready_formula
from perf.models import Indicator

_NUMERIC = frozenset(
    {
        Comparator.GE,
        Comparator.LE,
        Comparator.GT,
        Comparator.LT,
        Comparator.EQ,
        Comparator.BETWEEN,
    }
)


class Way(Labelled):
    """How an indicator's actual comes about (取数方式)."""

    TYPED = "typed", "直接填报"
    FORMULA = "formula", "按公式计算"
    CHECK_LIST = "check_list", "逐项核对"
    MONITORING = "monitoring", "取自绩效监控记录"
    SELF_EVALUATION = "self_evaluation", "取自绩效自评记录"


WAYS = {way.value: way for way in Way}
_SOURCES = {
    Way.MONITORING: RecordSource.MONITORING,
    Way.SELF_EVALUATION: RecordSource.SELF_EVALUATION,
}


@dataclass(frozen=True, slots=True)
class Means:
    """An indicator's way with its formula, empty where it has none, as the columns keep it."""

    way: Way
    formula: str = ""

    @property
    def source(self) -> RecordSource | None:
        """The records that it is computed from."""
        return _SOURCES.get(self.way)

    @property
    def is_check_list(self) -> bool:
        """Whether it is checked point by point."""
        return self.way is Way.CHECK_LIST

    @property
    def is_computed(self) -> bool:
        """Whether nobody types its actual."""
        return self.way is Way.FORMULA or self.source is not None


TYPED = Means(Way.TYPED)


def means_of(row: Indicator) -> Means:
    """A stored indicator's way."""
    if row.source is not None:
        return Means(WAYS[row.source.value])
    if row.formula:
        return Means(Way.FORMULA, row.formula)
    return Means(Way.CHECK_LIST if row.is_check_list else Way.TYPED)


def describe_reading(target: Target, means: Means, note: str) -> str:
    """How a target reads, in a few words; a list that is checked point by point says its points.

    ≥90% → 至少 90 %; 健全 with two points in its note → 逐项核对 2 个要点.
    """
    if means.is_check_list:
        return f"逐项核对 {len(points_of(note))} 个要点"
    return describe_target(target)


def default_means(target: Target, level1: str, name: str, note: str) -> Means:
    """How an indicator's actual comes about unless a user says otherwise.

    A numeric one by the formula that its 指标值说明 gives for it, a percentage of the department's
    own projects from the system's records, a qualitative 投入管理 item point by point. Source: our
    own decision over the published department plan. 预算执行率 with its formula in the note →
    预算完成数 / 预算数 × 100%.
    """
    if target.comparator in _NUMERIC:
        published = formula_in_note(name, note)
        if published is None:
            return TYPED
        ready = ready_formula(name)
        if ready is not None and ready.source is not None and target.unit == "%":
            return Means(WAYS[ready.source.value])
        return Means(Way.FORMULA, ready.formula if ready is not None else published)
    is_list = is_check_list(target.comparator is Comparator.QUALITATIVE, level1, note)
    return Means(Way.CHECK_LIST if is_list else Way.TYPED)


def read_means(
    way_text: str, formula_text: str, target: Target, level1: str, name: str, note: str
) -> Means:
    """The way as chosen in the sheet; a blank choice is the default, or the formula typed.

    A formula left blank is the ready one of that name. Raises InvalidInput, whose fields are
    `way` and `formula`, for a way that does not fit the target or the note.
    """
    formula_text = formula_text.strip()
    default = default_means(target, level1, name, note)
    way = WAYS.get(way_text) or (Way.FORMULA if formula_text else default.way)
    if way in _SOURCES and target.unit != "%":
        sentence = "取自系统记录的是百分比，指标值的单位应为“%”；否则请选“直接填报”。"
        raise InvalidInput(sentence, {"way": sentence})
    if way is Way.CHECK_LIST and not note.strip():
        sentence = "逐项核对的要点取自指标值说明，请先在说明里逐条写明（1. 2. 3.）。"
        raise InvalidInput(sentence, {"way": sentence})
    if way is not Way.FORMULA:
        return Means(way)
    if target.comparator not in _NUMERIC:
        sentence = "指标值不是数值，不能按公式计算；请选“直接填报”，或改指标值。"
        raise InvalidInput(sentence, {"way": sentence})
    return Means(way, _read_formula(formula_text, name, default))


def _read_formula(text: str, name: str, default: Means) -> str:
    ready = ready_formula(name)
    if not text:
        text = default.formula or (ready.formula if ready is not None else "")
    if not text:
        sentence = "请填写公式，例如：实际完成数 / 计划数 × 100%。"
        raise InvalidInput(sentence, {"formula": sentence})
    try:
        formula = parse_formula(text)
    except InvalidInput as refused:
        raise InvalidInput(str(refused), {"formula": str(refused)}) from None
    is_long = len(formula.printed) > LINE or any(len(one) > SHORT for one in formula.quantities)
    if not formula.quantities or is_long:
        sentence = f"公式里要有需填报的量；公式不超过 {LINE} 字，每个量的名称不超过 {SHORT} 字。"
        raise InvalidInput(sentence, {"formula": sentence})
    return formula.printed
