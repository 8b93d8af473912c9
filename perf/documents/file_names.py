"""Texts as parts of file names."""

import re
import unicodedata

# Windows refuses these; file systems commonly end a name at 255 bytes.
_REFUSED = re.compile(r'[<>:"/\\|?*]')
_MAX_NAME_BYTES = 150


def safe_name(text: str) -> str:
    """The text as part of a file name, of bounded length and never empty."""
    # Format characters could turn the reading direction and so disguise the extension.
    name = "".join(
        character
        for character in unicodedata.normalize("NFC", text)
        if unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    )
    name = " ".join(_REFUSED.sub("_", name).split())
    return name.encode()[:_MAX_NAME_BYTES].decode(errors="ignore").strip(" .") or "未命名"
