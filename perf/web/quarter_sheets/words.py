"""The words of the quarter's sheet: what the grid's cells say in it, and back."""

from collections.abc import Mapping
from typing import Any

from perf.core.actuals import Answer
from perf.core.check_list import points_of
from perf.core.terms import Comparator, DeviationKind, Labelled, Likelihood, Tier
from perf.documents.quarter_sheets import Column
from perf.models import Indicator
from perf.services.entry_figures import NO_ANSWER, Entry
from perf.services.submissions import NO_DATA
from perf.web.grid_values import SHORT_TIERS

YES = "是"
_NO = frozenset({"", "否"})
TIER_WORDS = tuple(SHORT_TIERS.values())
LIKELIHOOD_WORDS = tuple(one.label for one in Likelihood)
KIND_WORDS = tuple(one.label for one in DeviationKind)
ANSWER_WORDS = tuple(one.label for one in Answer)
_TIERS = {word: tier.value for tier, word in SHORT_TIERS.items()} | {
    tier.label: tier.value for tier in Tier
}

# The cells of the grid and the columns in which each stands.
CELLS: dict[str, tuple[Column, ...]] = {
    "actual": (Column.ACTUAL, Column.RATE, Column.NO_DATA),
    "expected": (Column.EXPECTED,),
    "likelihood": (Column.LIKELIHOOD,),
    "kind": (Column.KIND,),
    "reason": (Column.REASON,),
}
LABELS_OF_CELLS = {
    "actual": Column.ACTUAL.label,
    "expected": Column.EXPECTED.label,
    "likelihood": Column.LIKELIHOOD.label,
    "kind": Column.KIND.label,
    "reason": Column.REASON.label,
}


def is_tiered(indicator: Indicator) -> bool:
    """Whether its year is told by a grade."""
    return indicator.comparator is Comparator.QUALITATIVE


def texts_of(entry: Entry) -> dict[Column, str]:
    """A row of the grid as the sheet's columns say it."""
    words = {tier.value: word for tier, word in SHORT_TIERS.items()}
    return {
        Column.ACTUAL: words.get(entry.tier, entry.value),
        Column.RATE: entry.rate,
        Column.NO_DATA: YES if entry.is_no_data else "",
        Column.EXPECTED: words.get(entry.expected, entry.expected),
        Column.LIKELIHOOD: _label(Likelihood, entry.likelihood),
        Column.KIND: _label(DeviationKind, entry.deviation_kind),
        Column.REASON: entry.deviation_reason,
    }


def answer_words(letters: str) -> list[str]:
    """The answers of a check list, a word a point; empty for one that was not checked."""
    words = {answer.value: answer.label for answer in Answer}
    return [words.get(letter, "") for letter in letters]


def fields_of(indicator: Indicator, cell: str, texts: Mapping[str, str]) -> dict[str, Any]:
    """The fields of the grid's `Entry` that one cell's texts fill, by column or `answer-<n>`.

    A word that is no choice is passed on as it is, for the grid to refuse.
    """
    match cell:
        case "actual":
            return _actual_fields(indicator, texts)
        case "expected":
            text = texts.get(Column.EXPECTED, "")
            return {"expected": _TIERS.get(text, text) if is_tiered(indicator) else text}
        case "likelihood":
            return {"likelihood": _value(Likelihood, texts.get(Column.LIKELIHOOD, ""))}
        case "kind":
            return {"deviation_kind": _value(DeviationKind, texts.get(Column.KIND, ""))}
        case _:
            return {"deviation_reason": texts.get(Column.REASON, "")}


def why_not_a_choice(cell: str, texts: Mapping[str, str]) -> str:
    """What is wrong with a yes or an answer that is none of its words; empty where nothing is."""
    if cell != "actual":
        return ""
    if texts.get(Column.NO_DATA, "") not in {*_NO, YES}:
        return f"“{Column.NO_DATA.label}”请选“{YES}”或留空。"
    for key, text in texts.items():
        if key.startswith("answer-") and text not in {"", *ANSWER_WORDS}:
            return f"核对结果请选：{'、'.join(ANSWER_WORDS)}。"
    return ""


def _actual_fields(indicator: Indicator, texts: Mapping[str, str]) -> dict[str, Any]:
    text = texts.get(Column.ACTUAL, "")
    is_no_data = texts.get(Column.NO_DATA, "") == YES
    if indicator.is_computed:
        return {"is_no_data": is_no_data}
    if indicator.is_check_list:
        letters = {answer.label: answer.value for answer in Answer}
        count = len(points_of(indicator.note))
        return {
            "is_no_data": is_no_data,
            "answers": "".join(
                letters.get(texts.get(f"answer-{number}", ""), NO_ANSWER) for number in range(count)
            ),
        }
    if text == NO_DATA:
        # Said where the figure would stand, it says the same.
        text, is_no_data = "", True
    if is_tiered(indicator):
        rate = texts.get(Column.RATE, "")
        return {"tier": _TIERS.get(text, text), "rate": rate, "is_no_data": is_no_data}
    return {"value": text, "is_no_data": is_no_data}


def _label(names: type[Labelled], value: str) -> str:
    return next((one.label for one in names if one.value == value), value)


def _value(names: type[Labelled], label: str) -> str:
    return next((one.value for one in names if one.label == label), label)
