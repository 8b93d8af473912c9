"""What one row of the grid says of itself: progress, state, and the reason it demands."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from perf.core.actuals import Checked, TierChoice
from perf.core.attainment import Attainment, Flag, attainment, is_at_most
from perf.core.numbers import format_number
from perf.core.periods import MONTHS, quarter_reason_demanded
from perf.core.progress import Standing
from perf.core.rulepack import RulePack
from perf.core.terms import Comparator, Curve, Kind, Light, Likelihood, Tier
from perf.models import Indicator
from perf.services.entry_figures import Figures, Value
from perf.services.paces import pace_of
from perf.services.standings import light_reason, standing_of
from perf.services.submissions import NO_DATA, reason_demanded

OUTSIDE = Flag.NOT_APPLICABLE.label
_DAYS = frozenset({Comparator.BY_DATE, Comparator.PERIOD})
_ONE = Decimal(1)
NOT_DUE = "未到期"
TONE_OF_LIGHT = {Light.GREEN: "ok", Light.YELLOW: "warn", Light.RED: "bad", None: "none"}


@dataclass(frozen=True, slots=True)
class Reading:
    """A row's bar (share and tick from 0 to 1), its state as a word, and what it asks for.

    The state is the light's word where there is one, `note` what is behind it in a word or two,
    `line` its working. `lack` is what the footer says is missing, empty where nothing is.
    """

    share: Decimal | None
    expected_share: Decimal | None
    text: str
    tone: str
    state: str
    state_tone: str
    reason: str = ""
    lack: str = ""
    light: Light | None = None
    note: str = ""
    line: str = ""


def reading_of(
    indicator: Indicator,
    figures: Figures,
    previous: Value,
    pack: RulePack,
    months: int,
    *,
    is_wrong: bool = False,
    fallen: Sequence[str] = (),
    kept: Light | None = None,
) -> Reading:
    """The reading of a row's figures in a quarter that ends `months` into the year.

    `fallen` are the flows of its formula that are less than they were, `kept` is the light that
    was handed in.

    ≥100件 evenly, 67 after three quarters → 67%, 关注, 进度偏慢.
    """
    if is_wrong:
        return Reading(None, None, "", "none", "有误", "bad", lack="有误")
    found = standing_of(indicator, figures, months, pack)
    if kept is not None and kept is not found.light:
        found = replace(found, light=kept, line=f"提交时的监控预警：{kept.label}")
    lagging = light_reason(found, pack)
    reason = reason_demanded(indicator, figures, previous, fallen, lagging) or ""
    has_reason = figures.deviation_kind is not None and bool(figures.deviation_reason)
    lack = "缺原因" if reason and not has_reason else ""
    tone, doubt = TONE_OF_LIGHT[found.light], _doubt(figures)
    if figures.result is None or figures.is_zero_over_zero:
        state, text = _without_figure(figures)
        return Reading(
            share=None,
            expected_share=None,
            text=text,
            tone="none",
            state=found.light.label if found.light else state,
            state_tone=tone,
            reason=reason,
            lack="未填" if figures.is_missing else lack,
            light=found.light,
            note=doubt,
            line=found.line,
        )
    judged = attainment(indicator.target, figures.result, pack)
    text, note = _words(indicator, figures.actual, judged, months, found)
    return Reading(
        share=judged.ratio,
        expected_share=_tick(indicator, figures, found),
        text=text,
        tone=tone,
        state=_state(judged, found),
        state_tone=tone,
        reason=reason,
        lack=lack,
        light=found.light,
        note=doubt or note,
        line=found.line,
    )


def _without_figure(figures: Figures) -> tuple[str, str]:
    """The state's word of a row without a figure, and the words beside its empty bar."""
    if figures.is_no_data:
        return NO_DATA, ""
    return (OUTSIDE, "") if figures.is_zero_over_zero else ("待填", "未填报")


def _doubt(figures: Figures) -> str:
    """What the recorder thinks of the year, where it is less than 确定能."""
    if figures.likelihood is Likelihood.IMPOSSIBLE:
        return "预计未达"
    return "可能未达" if figures.likelihood is Likelihood.POSSIBLE else ""


def _state(judged: Attainment, found: Standing) -> str:
    if found.light is not None:
        return found.light.label
    return OUTSIDE if judged.pair is None else NOT_DUE


def _tick(indicator: Indicator, figures: Figures, found: Standing) -> Decimal | None:
    """Where the bar's tick stands: the share expected by now, where it grows over the year."""
    is_graded = isinstance(figures.actual, TierChoice | Checked)
    if is_graded or _is_limit(indicator) or pace_of(indicator).curve is Curve.LEVEL:
        return None
    return found.expected


def _words(
    indicator: Indicator, actual: Value, judged: Attainment, months: int, found: Standing
) -> tuple[str, str]:
    """The words beside the bar, and a word for what is behind the light."""
    is_day = indicator.comparator in _DAYS
    ratio = judged.ratio or Decimal(0)
    percent = f"{format_number(Decimal(int(ratio * 1000)) / 10)}%"
    if isinstance(actual, Checked):
        if not actual.counted:
            return "", ""
        return percent, "全部符合" if judged.met else "有不符合"
    if isinstance(actual, TierChoice):
        note = {Tier.ACHIEVED: "", Tier.PARTIAL: "部分达成", Tier.MISSED: "未达成"}
        return percent, note[actual.tier]
    if judged.met:
        if Flag.OVER_ACHIEVED in judged.flags:
            return percent, "超额较多"
        return "按期" if is_day else "未超限值" if _is_limit(indicator) else "已达标", ""
    if quarter_reason_demanded(indicator.target, Kind.LATEST, actual, None):
        return ("已逾期", "逾期") if is_day else ("已超限值", "超出限值")
    if found.light in {None, Light.GREEN}:
        return percent, ""
    if months >= MONTHS:
        return percent, "未达成"
    return percent, "未达指标值" if pace_of(indicator).curve is Curve.LEVEL else "进度偏慢"


def _is_limit(indicator: Indicator) -> bool:
    return indicator.comparator in _DAYS or is_at_most(indicator.target)


def as_json(reading: Reading) -> dict[str, object]:
    """The reading as the grid's script takes it; shares in whole per mille."""

    def per_mille(share: Decimal | None) -> int | None:
        return None if share is None else int(min(max(share, Decimal(0)), _ONE) * 1000)

    return {
        "ratio": reading.text,
        "share": per_mille(reading.share),
        "tick": per_mille(reading.expected_share),
        "tone": reading.tone,
        "state": reading.state,
        "state_tone": reading.state_tone,
        "note": reading.note,
        "line": reading.line,
        "reason": reading.reason or None,
        "lack": reading.lack if reading.lack != "缺原因" else "",
    }
