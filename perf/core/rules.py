"""The shipped rule packs (评分办法) by id, and which one a plan takes."""

from functools import cache
from pathlib import Path

from perf.core.errors import NotFound
from perf.core.packfile import PackError, read_pack
from perf.core.rulepack import AtMostFormula, Certainty, Rule, RulePack, WeightClass
from perf.core.terms import PlanKind

__all__ = [
    "PACKS",
    "AtMostFormula",
    "Certainty",
    "PackError",
    "Rule",
    "RulePack",
    "WeightClass",
    "choose_pack_id",
    "load_pack",
]

RULES_FOLDER = Path(__file__).resolve().parent.parent / "rules"
PACKS: tuple[str, ...] = tuple(sorted(path.stem for path in RULES_FOLDER.glob("*.toml")))


@cache
def load_pack(pack_id: str) -> RulePack:
    """The shipped pack of this id; NotFound for another id, PackError for a damaged file."""
    if pack_id not in PACKS:
        raise NotFound(f"没有名为“{pack_id}”的评分办法。现有：{'、'.join(PACKS)}。")
    return read_pack(RULES_FOLDER / f"{pack_id}.toml")


def choose_pack_id(has_cost_class: bool, kind: PlanKind) -> str:
    """The pack for a plan: by its kind, and for projects by a 一级指标 成本指标 being in it.

    Source: the two versions of the project form (财预〔2020〕10号 has no cost class,
    财预〔2021〕101号 has one). A project with 成本指标 → `cn-project-2021`.
    """
    if kind is PlanKind.DEPARTMENT:
        return "department-overall"
    return "cn-project-2021" if has_cost_class else "cn-project-2020"
