"""What stands in an archive, piece by piece: the value type of its index."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the index, and the file that it is about.

    `content` makes the file's bytes or says where they lie; None: there is no file of its own,
    and `note` says why, or where the same content stands. `sha256` is what the content of a
    stored file has to be; `steps` is how much of the progress the item is.
    """

    what: str
    path: str = ""
    unit: str = ""
    plan: str = ""
    code: str = ""
    quarter: str = ""
    indicator: str = ""
    status: str = ""
    by: str = ""
    at: datetime | None = None
    note: str = ""
    content: Callable[[], bytes] | Path | None = None
    sha256: str = ""
    steps: int = 1


@dataclass(frozen=True, slots=True)
class Written:
    """What became of an item: its size in bytes and its content's SHA-256, blank without a file."""

    item: Item
    size: int | None = None
    sha256: str = ""
    note: str = ""
