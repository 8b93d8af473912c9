"""What one row of the grid says of itself: progress, state, and the reason it demands."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from perf.core.actuals import Checked, TierChoice
from perf.core.attainment import Attainment, Flag, attainment, is_at_most
from perf.core.numbers import format_number
from perf.core.periods import quarter_reason_demanded
from perf.core.rulepack import RulePack
from perf.core.terms import Comparator, Kind, Likelihood, Tier
from perf.models import Indicator
from perf.services.entry_figures import Figures, Value
from perf.services.submissions import NO_DATA, reason_demanded

OUTSIDE = Flag.NOT_APPLICABLE.label
_DAYS = frozenset({Comparator.BY_DATE, Comparator.PERIOD})
_ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Reading:
    """A row's bar (share and tick from 0 to 1), its state as a word, and what it asks for.

    `lack` is what the footer says is missing, empty where nothing is.
    """

    share: Decimal | None
    expected_share: Decimal | None
    text: str
    tone: str
    state: str
    state_tone: str
    reason: str = ""
    lack: str = ""


def reading_of(
    indicator: Indicator,
    figures: Figures,
    previous: Value,
    pack: RulePack,
    elapsed: Decimal,
    *,
    is_wrong: bool = False,
    fallen: Sequence[str] = (),
) -> Reading:
    """The reading of a row's figures; `elapsed` is the part of the year gone.

    `fallen` are the flows of its formula that are less than they were.

    ≥95%, 70% after three quarters → 73.7%, 可能未达.
    """
    if is_wrong:
        return Reading(None, None, "", "none", "有误", "bad", lack="有误")
    reason = reason_demanded(indicator, figures, previous, fallen) or ""
    has_reason = figures.deviation_kind is not None and bool(figures.deviation_reason)
    lack = "缺原因" if reason and not has_reason else ""
    if figures.is_no_data:
        return Reading(None, None, "", "none", NO_DATA, "none", reason, lack)
    if figures.is_zero_over_zero:
        return Reading(None, None, "", "none", OUTSIDE, "none", reason, lack)
    if figures.actual is None:
        return Reading(None, None, "未填报", "none", "待填", "none", reason, "未填")
    judged = attainment(indicator.target, figures.actual, pack)
    text, tone, state = _words(indicator, figures.actual, judged, elapsed)
    state_tone = tone
    if figures.likelihood is Likelihood.IMPOSSIBLE:
        state, state_tone = "预计未达", "bad"
    elif figures.likelihood is Likelihood.POSSIBLE and tone != "bad":
        state, state_tone = "可能未达", "warn"
    is_graded = isinstance(figures.actual, TierChoice | Checked)
    is_timed = not _is_limit(indicator) and not is_graded
    return Reading(
        judged.ratio, elapsed if is_timed else None, text, tone, state, state_tone, reason, lack
    )


def _words(
    indicator: Indicator, actual: Value, judged: Attainment, elapsed: Decimal
) -> tuple[str, str, str]:
    """The words beside the bar, the tone of both, and the state's word."""
    is_day = indicator.comparator in _DAYS
    ratio = judged.ratio or Decimal(0)
    percent = f"{format_number(Decimal(int(ratio * 1000)) / 10)}%"
    if isinstance(actual, Checked):
        if not actual.counted:
            return "", "none", OUTSIDE
        return percent, "ok" if judged.met else "warn", "全部符合" if judged.met else "有不符合"
    if isinstance(actual, TierChoice):
        tone = {Tier.ACHIEVED: "ok", Tier.PARTIAL: "warn", Tier.MISSED: "bad"}[actual.tier]
        state = {Tier.ACHIEVED: "正常", Tier.PARTIAL: "部分达成", Tier.MISSED: "未达成"}
        return percent, tone, state[actual.tier]
    if judged.met:
        if Flag.OVER_ACHIEVED in judged.flags:
            return percent, "warn", "超额较多"
        word = "按期" if is_day else "未超限值" if _is_limit(indicator) else "已达标"
        return word, "ok", "正常"
    if quarter_reason_demanded(indicator.target, Kind.LATEST, actual, None):
        return ("已逾期", "bad", "逾期") if is_day else ("已超限值", "bad", "超出限值")
    if elapsed >= _ONE:
        return percent, "bad", "未达成"
    if ratio >= elapsed:
        return percent, "ok", "正常"
    return percent, "warn", "进度偏慢" if indicator.kind is Kind.CUMULATIVE else "可能未达"


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
        "reason": reading.reason or None,
        "lack": reading.lack if reading.lack != "缺原因" else "",
    }
