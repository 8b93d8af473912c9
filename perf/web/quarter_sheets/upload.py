"""What was edited in an uploaded sheet, on its way through the form that confirms it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from perf.core.errors import InvalidInput
from perf.documents.quarter_sheets import (
    Column,
    ReadRow,
    ReadSheet,
    rows_from_json,
    rows_to_json,
    text_from_json,
)

MAX_TEXT = 2_000_000
"""More than this was never typed in one quarter; the form has to carry it back."""
_BROKEN = "上传的内容已不完整，请重新选择填报表上传。"


@dataclass(frozen=True, slots=True)
class Upload:
    """The name of the file, and the lines of it in which anything was edited.

    A check list's lines come together, edited or not, because only the whole list is an answer.
    """

    file_name: str
    rows: Sequence[ReadRow]

    def as_text(self) -> str:
        """The lines as a hidden field carries them; InvalidInput where they are too long."""
        kept = {"file": self.file_name, "rows": rows_to_json(self.rows)}
        text = json.dumps(kept, ensure_ascii=False, separators=(",", ":"))
        if len(text.encode()) > MAX_TEXT:
            raise InvalidInput("填报表里改动的文字太多，请精简，或直接在页面上填写。")
        return text


def upload_of(file_name: str, sheet: ReadSheet) -> Upload:
    """What was edited in a sheet."""
    edited = {subject_of(row.key) for row in sheet.rows if any(map(row.is_edited, Column))}
    return Upload(file_name, [row for row in sheet.rows if subject_of(row.key) in edited])


def subject_of(key: str) -> str:
    """The line that a point belongs to (`point-12-0` → `indicator-12`); else the line itself."""
    kind, _, rest = key.partition("-")
    return f"indicator-{rest.partition('-')[0]}" if kind == "point" else key


def upload_from_text(text: str) -> Upload:
    """The upload that `as_text` made; InvalidInput for anything else."""
    try:
        kept = json.loads(text)
        return Upload(text_from_json(kept["file"]), rows_from_json(kept["rows"]))
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise InvalidInput(_BROKEN) from error
