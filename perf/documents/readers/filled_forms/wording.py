"""What a form's cell says: whole where only its beginning is printed, without what is no part."""

import re

from perf.core.readings import plain_text
from perf.documents.readers.filled_forms.grid import FormSheet
from perf.documents.readers.tables import trim

_POINTER = re.compile(r"……（全文见附页第\s*([0-9]+)\s*项）$")
_REVISED = re.compile(r"\s*（年初：.*）$", re.DOTALL)
# What a reviewer decided is no reason of whoever filled the form in.
_DECISION = re.compile(
    r"(?:^|\n|(?<=。))\s*计算得分\s*[0-9.]+，审核人评定\s*[0-9.]+（.*$", re.DOTALL
)
_TAG = re.compile("（(?:不涉及|调整)）$")
# Lines that begin so stand for themselves; others were wrapped by the page.
_OWN_LINE = re.compile(r"\n(?=(?:偏差原因|改进措施)：|计算得分\s*[0-9]|（年初：)")
_FIGURE = re.compile(r"[-+]?[0-9][0-9.,]*(?P<unit>\D*)")
_BARE = re.compile(r"[-+]?[0-9.,]+")
_SIGN = re.compile(r"[^\w\s/\-—、.()]{1,2}|大于等于|小于等于|不[少低高大小]于|不超过|[大小等]于")
_NO_UNIT = frozenset({"", "无", "/", "-", "—"})


def whole_text(sheet: FormSheet, text: str) -> str:
    """A cell's text whole, also where the form shows only its beginning."""
    plain = _closed(text) if sheet.is_wrapped else text
    pointer = _POINTER.search(plain)
    whole = sheet.annex.get(int(pointer[1])) if pointer else None
    if whole is None:
        return plain.strip()
    return (_closed(whole) if sheet.is_wrapped else whole).strip()


def _closed(text: str) -> str:
    return "\n".join(trim(line) for line in _OWN_LINE.split(text))


def name_text(text: str) -> str:
    """三级指标 without the mark that our own form puts behind it."""
    return _TAG.sub("", text)


def target_text(texts: dict[str, str]) -> str:
    """年度指标值 as one text, also where its sign and unit stand in columns of their own."""
    target = _REVISED.sub("", texts.get("target", ""))
    plain = plain_text(target)
    sign, unit = texts.get("sign", ""), texts.get("unit", "")
    figure = _FIGURE.fullmatch(plain)
    if figure is None or figure["unit"] not in {"", "%", "‰", plain_text(unit)}:
        return target
    sign = sign if _SIGN.fullmatch(plain_text(sign)) else ""
    has_unit = _BARE.fullmatch(plain) and plain_text(unit) not in _NO_UNIT
    return f"{sign}{target}{unit if has_unit else ''}"


def reason_text(texts: dict[str, str]) -> str:
    """偏差原因分析及改进措施, also where both stand in columns of their own."""
    parts = (_DECISION.sub("", texts.get(name, "")) for name in ("reason", "measure"))
    return "\n".join(filter(None, parts))
