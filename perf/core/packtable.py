"""The tables of a rule pack's TOML file, each key handed out once and checked."""

from decimal import Decimal
from enum import StrEnum
from typing import Any, TypedDict, TypeVar

from perf.core.errors import PerfError
from perf.core.rulepack import Certainty

_Choice = TypeVar("_Choice", bound=StrEnum)


class PackError(PerfError):
    """A pack file cannot be taken; says in which file, under which key and why."""

    def __init__(self, file: str, key: str, reason: str) -> None:
        super().__init__(f"评分办法文件 {file} 不能使用：{key} {reason}")
        self.file = file
        self.key = key
        self.reason = reason


class Source(TypedDict):
    """Where a rule stands, as every table of a pack says it."""

    title: str
    document: str
    clause: str
    certainty: Certainty


class Table:
    """One TOML table that hands out each key once, checked, and knows what was not asked for."""

    def __init__(self, file: str, path: str, values: dict[str, Any]) -> None:
        self.file = file
        self.path = path
        self.values = dict(values)

    def refuse(self, key: str, reason: str) -> PackError:
        """The error for a key of this table, with its whole path."""
        return PackError(self.file, f"{self.path}.{key}" if self.path else key, reason)

    def _take(self, key: str) -> Any:
        if key not in self.values:
            raise self.refuse(key, "缺少这一项。")
        return self.values.pop(key)

    def text(self, key: str, default: str | None = None) -> str:
        """A text that is not blank, or the default where the key is missing."""
        if default is not None and key not in self.values:
            return default
        value = self._take(key)
        if not isinstance(value, str) or not value.strip():
            raise self.refuse(key, "应为不空的文字。")
        return value

    def number(self, key: str, low: int, high: int) -> Decimal:
        """A number within the bounds, both included."""
        value = self._take(key)
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise self.refuse(key, "应为数字。")
        number = Decimal(value)
        if not number.is_finite() or not low <= number <= high:
            raise self.refuse(key, f"应在 {low} 与 {high} 之间。")
        return number

    def whole(self, key: str, low: int, high: int) -> int:
        """A whole number within the bounds."""
        number = self.number(key, low, high)
        if number != int(number):
            raise self.refuse(key, "应为整数。")
        return int(number)

    def choice(self, key: str, kind: type[_Choice], default: _Choice | None = None) -> _Choice:
        """One of an enumeration's values, or the default where the key is missing."""
        if default is not None and key not in self.values:
            return default
        value = self._take(key)
        members = {str(member): member for member in kind}
        if not isinstance(value, str) or value not in members:
            raise self.refuse(key, f"只能是 {'、'.join(members)} 之一。")
        return members[value]

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; a missing key is an empty one."""
        value = self.values.pop(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.refuse(key, "应为文字的列表。")
        return tuple(value)

    def table(self, key: str) -> "Table":
        """A table under this key."""
        value = self._take(key)
        if not isinstance(value, dict):
            raise self.refuse(key, "应为一个表。")
        return Table(self.file, f"{self.path}.{key}" if self.path else key, value)

    def tables(self, key: str) -> list["Table"]:
        """A list of tables, counted from 1 in what is refused; a missing key is an error."""
        value = self._take(key)
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.refuse(key, "应为表的列表。")
        return [
            Table(self.file, f"{self.path}.{key}[{index}]", item)
            for index, item in enumerate(value, start=1)
        ]

    def source(self, document: str) -> Source:
        """The four keys that every rule has; the document is the pack's unless it names its own."""
        return {
            "title": self.text("title"),
            "document": self.text("document", document),
            "clause": self.text("clause"),
            "certainty": self.choice("certainty", Certainty),
        }

    def finish(self) -> None:
        """Refuse the first key that nothing asked for."""
        for key in self.values:
            raise self.refuse(key, "不是认识的项，请检查拼写。")
