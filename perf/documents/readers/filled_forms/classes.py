"""一级指标 and 二级指标 as words, whole or torn by a page's end."""

from perf.documents.readers.vocabulary import CLASSES, LEVEL2_CLASS, PROJECT_LEVEL2

_KNOWN = CLASSES | PROJECT_LEVEL2 | set(LEVEL2_CLASS) | {"满意度指标"}
_WORD = "指标"
_TAILS = frozenset({"标", _WORD})


def is_class(text: str) -> bool:
    """Whether a text is a class by itself: a known one, with 指标 or without."""
    return text in _KNOWN or text + _WORD in _KNOWN


def is_torn_class(above: str, below: str) -> bool:
    """Whether two texts are the two ends of one class: `产出指` and `标`, `社会效益` and `指标`."""
    whole = above + below
    if below in _TAILS:
        return whole.endswith(_WORD) and not above.endswith(_WORD)
    return whole in _KNOWN and not (is_class(above) and is_class(below))
