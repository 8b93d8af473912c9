"""附页: the full wording of texts that are too long for a row of the form."""

from perf.documents.forms.measure import MAX_ROW_HEIGHT, clean, cut, text_height
from perf.documents.forms.table import Sheet, Style

# No cell of the form shows more characters than this within the greatest row height.
_SURELY_TOO_LONG = 4_000
# What is shown in the form of a text that goes to the annex, in points of row height.
_BEGINNING = 160
_WIDTHS = [48, 150, 508]


class Annex:
    """Collects long texts while a form is laid out."""

    def __init__(self) -> None:
        self.entries: list[tuple[str, str]] = []

    def fit(self, text: str, width: int, style: Style, label: str) -> tuple[str, int]:
        """What the cell shows and the row height it needs, in points.

        A text that would need a row taller than a spreadsheet allows is shown by its first
        lines and the number of its annex entry, where it stands whole.
        """
        text = clean(text)
        if len(text) <= _SURELY_TOO_LONG:
            height = text_height(text, width, style)
            if height <= MAX_ROW_HEIGHT:
                return text, height
        self.entries.append((clean(label), text))
        pointer = f"……（全文见附页第 {len(self.entries)} 项）"
        shown = text[: _fitting(text, pointer, width, style, _BEGINNING)].rstrip() + pointer
        return shown, text_height(shown, width, style)

    def sheet(self) -> Sheet:
        """The annex as a sheet of its own, each entry over as many rows as it needs."""
        sheet = Sheet(name="附页", widths=_WIDTHS)
        sheet.add_row(34)
        sheet.put(0, 2, "附页：文字全文", Style.TITLE)
        sheet.header_row = sheet.add_row(24)
        for column, title in enumerate(("序号", "所在栏目", "全文")):
            sheet.put(column, column, title, Style.LABEL)
        for number, (label, text) in enumerate(self.entries, 1):
            name = label
            for part in _parts(cut(text)):
                height = max(
                    text_height(part, _WIDTHS[2], Style.TEXT),
                    text_height(name, _WIDTHS[1], Style.CENTRE),
                )
                sheet.add_row(min(height, MAX_ROW_HEIGHT))
                sheet.put(0, 0, str(number), Style.CENTRE)
                sheet.put(1, 1, name, Style.CENTRE)
                sheet.put(2, 2, part, Style.TEXT)
                name = f"第 {number} 项（续）"
        return sheet


def _parts(text: str) -> list[str]:
    parts = []
    while text:
        length = _fitting(text, "", _WIDTHS[2], Style.TEXT, MAX_ROW_HEIGHT)
        parts.append(text[:length])
        text = text[length:]
    return parts


def _fitting(text: str, ending: str, width: int, style: Style, limit: int) -> int:
    """How many characters fit, with the ending, into a row of the limit's height (at least one)."""
    low, high = 1, min(len(text), _SURELY_TOO_LONG)
    while low < high:
        middle = (low + high + 1) // 2
        if text_height(text[:middle] + ending, width, style) <= limit:
            low = middle
        else:
            high = middle - 1
    return low
