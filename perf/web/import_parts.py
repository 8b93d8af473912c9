"""A long document is corrected part by part: so many rows on a page, whole plans together."""

import re
from dataclasses import dataclass

from perf.documents.preview import Preview

PART_ROWS = 300
_ANCHOR = re.compile(r"(?:row|plan)-(d|p\d{1,6})(?:-\d{1,6})?")


@dataclass(frozen=True, slots=True)
class Part:
    """Some plans in a row, by their keys, and what the first and last are called."""

    keys: tuple[str, ...]
    first: str
    last: str

    @property
    def anchor(self) -> str:
        """Where the part begins on its page."""
        return f"plan-{self.keys[0]}"


def parts_of(preview: Preview) -> list[Part]:
    """The document's plans cut into parts of about 300 rows; any document has at least one."""
    groups: list[list[str]] = []
    rows = 0
    names = {}
    for key, plan in preview.plans():
        names[key] = plan.name or "（没有名称）"
        if not groups or rows + len(plan.indicators) > PART_ROWS:
            groups.append([])
            rows = 0
        groups[-1].append(key)
        rows += len(plan.indicators)
    parts = [Part(tuple(keys), names[keys[0]], names[keys[-1]]) for keys in groups]
    return parts or [Part(("",), "", "")]


def part_with(parts: list[Part], key: str) -> Part:
    """The part that holds the plan of this key, the first one where none does."""
    return next((part for part in parts if key in part.keys), parts[0])


def plan_key_of(anchor: str) -> str:
    """The key of the plan that an anchor of the page is in; blank for any other text."""
    match = _ANCHOR.fullmatch(anchor)
    return match[1] if match else ""
