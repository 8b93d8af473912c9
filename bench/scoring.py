"""Scoring against its bare arithmetic: a million indicators, and the same divisions alone.

Both are taken in slices, in turn, and in processor time, so that whatever else the machine does
meets both.
"""

import random
import time
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from perf.core.numbers import round_half_up
from perf.core.rules import load_pack
from perf.core.scoring import score_indicator
from perf.core.targets import Target, parse_target

INDICATORS = 1_000_000
SLICE = 50_000
ROUNDS = 3
# What the project promises: the most times of the bare loop that scoring may take.
PROMISED = 15.0
_CENT = Decimal("0.01")
_TARGETS = (
    ("≥90%", "及时受理率"),
    ("≥4754人", "救助供养人数"),
    (">92%", "系统正常运行率"),
    ("≤7天", "救助完成时限"),
    ("<15次", "设备停机次数"),
    ("17.92万元", "宣传成本"),
    ("12种", "印制材料种类"),
    ("90%-95%", "资源利用率"),
)

Case = tuple[Decimal, Target, Decimal]
Figures = tuple[Decimal, Decimal, Decimal]


def mixed_cases(number: int) -> list[Case]:
    """Weights, targets and actuals of all comparators: met, missed, at the bound, far above."""
    chance = random.Random(7)
    targets = [parse_target(text, name=name) for text, name in _TARGETS]
    cases = []
    for index in range(number):
        target = targets[index % len(targets)]
        assert isinstance(target.value, Decimal)
        # As years go: some exactly as planned, most near it, some far off on either side.
        percent = chance.choice((100, chance.randrange(80, 121), chance.randrange(1, 201)))
        actual = round_half_up(target.value * percent, Decimal(100))
        cases.append((Decimal(chance.randrange(1, 31)), target, actual))
    return cases


def measure() -> list[float]:
    """How many times the bare arithmetic's time scoring takes, round by round."""
    cases = mixed_cases(INDICATORS)
    figures = [
        (weight, target.value, actual)
        for weight, target, actual in cases
        if isinstance(target.value, Decimal)
    ]
    return [_round(cases, figures) for _ in range(ROUNDS)]


def _round(cases: Sequence[Case], figures: Sequence[Figures]) -> float:
    scoring = bare = 0.0
    for at in range(0, len(cases), SLICE):
        bare += _bare(figures[at : at + SLICE])
        scoring += _scoring(cases[at : at + SLICE])
    return scoring / bare


def _bare(figures: Sequence[Figures]) -> float:
    begun = time.process_time()
    for weight, target, actual in figures:
        (weight * (actual / target)).quantize(_CENT, ROUND_HALF_UP)
    return time.process_time() - begun


def _scoring(cases: Sequence[Case]) -> float:
    pack = load_pack("cn-project-2021")
    begun = time.process_time()
    for weight, target, actual in cases:
        score_indicator(weight, target, actual, pack)
    return time.process_time() - begun


if __name__ == "__main__":
    print(measure())
