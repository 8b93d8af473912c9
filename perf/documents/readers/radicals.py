"""Characters as typed, where a printing program left the look-alikes of another block."""

import re
import unicodedata

# Radicals for which Unicode gives no equivalent, though printed pages have them for these.
_SUPPLEMENT = str.maketrans(
    "⺟⺠⺫⻁⻄⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻬⻮⻰⻳",
    "母民罒虎西见角贝车长门青韦页风飞食马骨鬼鱼鸟卤麦黄齐齿龙龟",
)
# Kangxi radicals, compatibility ideographs, ligatures and the signs of vertical lines. Full-width
# signs, ㎡ and ① stay as published: they are typed so.
_LOOK_ALIKE = re.compile("[\u2e80-\u2fdf\uf900-\ufaff\ufb00-\ufb06\ufe10-\ufe19\ufe30-\ufe48]")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\ufffe\uffff]")


def as_typed(text: str) -> str:
    """`⾯积` (a Kangxi radical, as in PDF files) is `面积`; other signs stay as published."""
    plain = _LOOK_ALIKE.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
    return _CONTROLS.sub("", plain.translate(_SUPPLEMENT))
