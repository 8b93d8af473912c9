"""Packs and targets that the tests of scoring share."""

import dataclasses
from datetime import date
from decimal import Decimal
from pathlib import Path

from perf.core.packfile import read_pack
from perf.core.rulepack import AtMostFormula
from perf.core.rules import load_pack
from perf.core.scoring import Execution
from perf.core.targets import Target
from perf.core.terms import Comparator, Sense

D = Decimal
INVERSE = load_pack("cn-project-2021")
LINEAR = dataclasses.replace(
    INVERSE, at_most=dataclasses.replace(INVERSE.at_most, formula=AtMostFormula.LINEAR)
)
HENAN = load_pack("henan-project-2024")
HUBEI = load_pack("hubei-project-2020")
SICHUAN = load_pack("sichuan-project-2023")
EVERY_OPTION_FILE = Path(__file__).parent / "packs" / "every-option.toml"
# Steps of execution, a deduction, a pass mark, a curve of satisfaction, a cap of the total.
EVERY_OPTION = read_pack(EVERY_OPTION_FILE)
INTEGERS = dataclasses.replace(INVERSE, rounding=dataclasses.replace(INVERSE.rounding, places=0))


def number_target(
    comparator: str,
    value: str,
    unit: str = "",
    sense: Sense | None = None,
    upper: str | None = None,
) -> Target:
    text = f"{comparator} {value}{unit}"
    bound = None if upper is None else D(upper)
    return Target(text, Comparator[comparator.upper()], D(value), bound, unit, sense)


GE90 = number_target("ge", "90", "%")
LE7 = Target("≤7天", Comparator.LE, D(7), unit="天")
ZERO = number_target("eq", "0", "起", Sense.AT_MOST)
PLAIN = Target("明显", Comparator.QUALITATIVE)
BY_YEAR_END = Target("2022年底之前", Comparator.BY_DATE, date(2022, 12, 31))
BUDGET = Execution(D(179200), D(170400))
