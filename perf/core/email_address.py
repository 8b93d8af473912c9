"""What an e-mail address looks like."""

MAX_LENGTH = 254
_OUTSIDE = frozenset(' ,;:<>()[]"\\')


def is_email_address(text: str) -> bool:
    """Whether it looks like an address that every mail server takes (`wang@example.gov.cn`)."""
    name, _, host = text.partition("@")
    parts = host.split(".")
    is_plain = text.isascii() and text.isprintable() and not _OUTSIDE & set(text)
    is_whole = bool(name) and "@" not in host and len(parts) > 1 and all(parts)
    return is_plain and is_whole and len(text) <= MAX_LENGTH
