"""Elements of an IATI file: clean texts, plain numbers, and what IATI has no name for."""

from decimal import Decimal
from io import BytesIO
from xml.etree import ElementTree as ET

from perf.core.numbers import format_number
from perf.documents.forms.measure import clean

# Our own elements carry this prefix; IATI lets elements of other namespaces stand last in its own.
OWN = "perf"
OWN_NAMESPACE = "urn:perf:self-evaluation:1"
_UNNAMED = "未填写"


def element(name: str, *children: ET.Element | None, **attributes: str | None) -> ET.Element:
    """An element; a child or an attribute that is None is left out.

    An attribute's name is written with `_` for the hyphens of IATI (`iso_date`).
    """
    made = ET.Element(
        name,
        {key.replace("_", "-"): said for key, said in attributes.items() if said is not None},
    )
    made.extend(child for child in children if child is not None)
    return made


def worded(name: str, text: str, **attributes: str | None) -> ET.Element:
    """An element with a narrative, which IATI wants filled: 未填写 for a blank."""
    narrative = ET.Element("narrative")
    narrative.text = clean(text) or _UNNAMED
    return element(name, narrative, **attributes)


def own_text(name: str, text: str, **attributes: str | None) -> ET.Element | None:
    """An own element that holds a text; None for a blank."""
    plain = clean(text)
    if not plain:
        return None
    made = element(f"{OWN}:{name}", **attributes)
    made.text = plain
    return made


def number(value: Decimal | None) -> str | None:
    """A number in plain notation, as an attribute takes it."""
    return None if value is None else format_number(value)


def line(text: str | None) -> str | None:
    """A text as an attribute takes it: clean and on one line; None for a blank."""
    return " ".join(clean(text or "").split()) or None


def truth(*, value: bool) -> str:
    """A boolean as XML Schema spells it."""
    return "true" if value else "false"


def written(root: ET.Element) -> bytes:
    """The file, indented; equal elements give equal bytes."""
    ET.indent(root)
    stream = BytesIO()
    ET.ElementTree(root).write(stream, encoding="UTF-8", xml_declaration=True)
    return stream.getvalue() + b"\n"
