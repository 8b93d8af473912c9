"""校验码: a few signs that tie a printed form to the very approval that it was printed of."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

_SIGNS = 12


def check_code(approval_id: int, taken_at: datetime, content: Mapping[str, Any]) -> str:
    """The first twelve hexadecimal digits of what an approval froze, in groups of four.

    They are of the approval's number, its moment and its content, so that the same content
    approved again has another code: `check_code(7, …)` → `8C1D-02AB-77F3`. A few signs serve to
    compare paper with what is kept by eye; they are no signature.
    """
    frozen = {"id": approval_id, "at": taken_at.astimezone(UTC).isoformat(), "content": content}
    text = json.dumps(frozen, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    digest = sha256(text.encode()).hexdigest()[:_SIGNS].upper()
    return "-".join(digest[start : start + 4] for start in range(0, _SIGNS, 4))
