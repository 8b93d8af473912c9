"""The sheet of a plan's indicators: its rows as typed and as read."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from perf.core.errors import InvalidInput
from perf.core.numbers import format_number, parse_number, round_half_up
from perf.core.progress import Pace, read_pace
from perf.core.storable import LINE, SHORT
from perf.core.targets import Target, parse_target
from perf.core.terms import Comparator, Curve, Kind, Sense
from perf.core.years import default_kind
from perf.models import Indicator
from perf.services.typed import Typed
from perf.services.ways import TYPED, Means, default_means, means_of, read_means

_SENSES = {sense.value: sense for sense in Sense}
TYPED_KINDS = tuple(kind for kind in Kind if kind is not Kind.RATIO)
_KINDS = {kind.value: kind for kind in TYPED_KINDS}
_CURVES = {curve.value: curve for curve in Curve}
_CAPTION = "指标表有误，没有保存。请按各行的提示修改，已填内容都还在。"


@dataclass(frozen=True, slots=True)
class IndicatorEntry:
    """One row of the sheet as typed.

    `key` names its fields (`name-<key>`), `indicator_id` is None for a new row; a blank `sense`
    or `kind` follows the target, a blank `way` target and note, a blank `curve` target and kind, a
    blank `weight` takes its share, a blank `ordinal` its place.
    """

    key: str
    indicator_id: int | None = None
    level1: str = ""
    level2: str = ""
    name: str = ""
    target: str = ""
    note: str = ""
    sense: str = ""
    kind: str = ""
    weight: str = ""
    ordinal: str = ""
    way: str = ""
    formula: str = ""
    curve: str = ""
    pace: str = ""
    is_removed: bool = False

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed into this row; its class alone says nothing."""
        typed = (self.level2, self.name, self.target, self.note, self.weight)
        return not any(text.strip() for text in typed)


@dataclass(frozen=True, slots=True)
class IndicatorValues:
    """What a row of the sheet comes to.

    `weight` None takes its share of the class, `pace` None follows from target and kind.
    """

    level1: str
    level2: str
    name: str
    target: Target
    kind: Kind
    note: str = ""
    weight: Decimal | None = None
    ordinal: Decimal | None = None
    means: Means = TYPED
    pace: Pace | None = None


def read_entries(entries: Sequence[IndicatorEntry], year: int) -> list[IndicatorValues]:
    """The rows as read; InvalidInput names every field that cannot be taken."""
    typed = Typed()
    values = [_read(typed, entry, year) for entry in entries]
    typed.demand_clean(_CAPTION)
    return values


def read_indicator(
    level1: str,
    level2: str,
    name: str,
    target_text: str,
    year: int,
    note: str = "",
    weight: Decimal | None = None,
) -> IndicatorValues:
    """An indicator out of its texts, with everything else by default."""
    target = parse_target(target_text, level1=level1, level2=level2 or None, name=name, year=year)
    means = default_means(target, level1, name, note)
    kind = Kind.RATIO if means.is_computed else default_kind(target, level1, level2 or None, name)
    return IndicatorValues(level1, level2, name, target, kind, note, weight, means=means)


def values_of(row: Indicator) -> IndicatorValues:
    """A stored indicator as the sheet holds it; a weight that was not entered is None."""
    return IndicatorValues(
        row.level1,
        row.level2,
        row.name,
        row.target,
        row.kind,
        row.note,
        row.weight if row.is_weight_entered else None,
        Decimal(row.ordinal),
        means_of(row),
        read_pace(row.curve, row.pace) if row.curve is not None else None,
    )


def weight_text(row: Indicator) -> str:
    """The weight as the sheet's field holds it: blank where it spreads itself."""
    return format_number(row.weight) if row.is_weight_entered and row.weight is not None else ""


def _read(typed: Typed, entry: IndicatorEntry, year: int) -> IndicatorValues:
    key = entry.key
    level1 = typed.line(f"level1-{key}", "一级指标", entry.level1, limit=SHORT, required=True)
    level2 = typed.line(f"level2-{key}", "二级指标", entry.level2, limit=SHORT)
    name = typed.line(f"name-{key}", "三级指标名称", entry.name, limit=LINE, required=True)
    text = typed.line(f"target-{key}", "指标值", entry.target, limit=LINE, required=True)
    note = typed.text(f"note-{key}", "指标值说明", entry.note)
    weight = typed.read(f"weight-{key}", read_weight, entry.weight)
    ordinal = typed.read(f"ordinal-{key}", parse_number, entry.ordinal)
    target = parse_target(text, level1=level1, level2=level2 or None, name=name, year=year)
    if target.comparator is Comparator.EQ and entry.sense in _SENSES:
        target = replace(target, sense=_SENSES[entry.sense])
    if target.unit and len(target.unit) > SHORT:
        typed.errors[f"target-{key}"] = "指标值的单位太长，请精简。"
    try:
        means = read_means(entry.way, entry.formula, target, level1, name, note)
    except InvalidInput as refused:
        typed.errors |= {f"{name}-{key}": said for name, said in refused.fields.items()}
        means = TYPED
    pace = typed.read(f"pace-{key}", lambda text: _read_pace(entry.curve, text), entry.pace)
    kind = _KINDS.get(entry.kind) or default_kind(target, level1, level2 or None, name)
    if means.is_computed:
        kind = Kind.RATIO
    return IndicatorValues(level1, level2, name, target, kind, note, weight, ordinal, means, pace)


def _read_pace(curve: str, text: str) -> Pace | None:
    chosen = _CURVES.get(curve)
    if chosen in {Curve.OWN, Curve.ONCE}:
        return read_pace(chosen, text)
    if text.strip():
        raise InvalidInput(
            f"进度安排选“{Curve.OWN.label}”或“{Curve.ONCE.label}”时才填，请改选，或清空这一格。"
        )
    return Pace(chosen) if chosen is not None else None


def read_weight(text: str) -> Decimal | None:
    """A weight as typed, in points, None for a blank; InvalidInput for what is no weight."""
    weight = parse_number(text)
    if weight is None:
        return None
    if weight <= 0 or weight > 100:
        raise InvalidInput("分值应大于 0、不超过 100；留空则自动分配。")
    if weight != round_half_up(weight):
        raise InvalidInput("分值最多两位小数。")
    return round_half_up(weight)
