"""Short texts as forms give them: trimmed, of a length that the column holds, without controls."""

from perf.core.errors import InvalidInput


def line(text: str, *, field: str, label: str, limit: int, is_required: bool = True) -> str:
    """The text without white space around it; InvalidInput names the field.

    Control characters are refused, because no page shows them and PostgreSQL keeps no NUL.
    """
    text = text.strip()
    if is_required and not text:
        raise InvalidInput(f"请填写{label}。", {field: f"请填写{label}。"})
    if len(text) > limit:
        raise InvalidInput(f"{label}太长。", {field: f"{label}最多 {limit} 个字符，请精简。"})
    if any(ord(sign) < 32 or ord(sign) == 127 for sign in text):
        raise InvalidInput(f"{label}有误。", {field: f"{label}含有看不见的字符，请重新输入。"})
    return text


def reason(text: str, *, field: str = "reason", limit: int = 4000) -> str:
    """A reason that must be given; several lines are fine. InvalidInput names the field."""
    text = text.strip().replace("\x00", "")
    if not text:
        raise InvalidInput("请写明原因。", {field: "请写明原因，它会记入变更记录。"})
    if len(text) > limit:
        raise InvalidInput("原因太长。", {field: f"原因最多 {limit} 字，请精简。"})
    return text
