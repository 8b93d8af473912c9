"""Where in a file the figure stands: a page reference as people write it."""

import re

from perf.core.errors import InvalidInput

LIMIT = 60
_PART = r"\d{1,5}(?:\s*[-–—~～至到]\s*\d{1,5})?"
_PAGES = re.compile(rf"第?\s*(?:[pP]\.?\s*)?({_PART}(?:\s*[,，、;；]\s*{_PART})*)\s*页?")
_DASH = re.compile(r"\s*[-–—~～至到]\s*")
_COMMA = re.compile(r"\s*[,，、;；]\s*")
_FIRST = re.compile(r"第 (\d+)")


def page_reference(text: str) -> str:
    """Page numbers in one spelling, any other words as they are; empty for a blank.

    Raises InvalidInput above 60 characters.
    3 → 第 3 页; 3-5,8 → 第 3—5、8 页; 附表二 → 附表二.
    """
    text = " ".join(text.split())
    if len(text) > LIMIT:
        raise InvalidInput(f"页码最多 {LIMIT} 个字，请写短一些，例如“第 3—5 页”。")
    pages = _PAGES.fullmatch(text)
    if pages is None:
        return text
    return f"第 {_COMMA.sub('、', _DASH.sub('—', pages[1]))} 页"


def first_page(reference: str) -> int | None:
    """The page to open the file at; None where the reference names none. 第 3—5 页 → 3."""
    found = _FIRST.match(reference)
    return int(found[1]) if found else None
