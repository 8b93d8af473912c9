"""Ways in which published documents are damaged, as pure functions over their lines."""

from collections.abc import Iterator


def table_rows(lines: list[str], first: str, last: str | None = None) -> list[int]:
    """The indexes of the tab-separated lines from the line holding `first` up to `last`."""
    begin = next(index for index, line in enumerate(lines) if first in line)
    end = len(lines)
    if last is not None:
        end = next(index for index in range(begin + 1, len(lines)) if last in lines[index])
    return [index for index in range(begin, end) if "\t" in lines[index]]


def broken_before(lines: list[str], index: int, page: list[str]) -> list[str]:
    """The lines with a page's end put in before one of them."""
    return [*lines[:index], *page, *lines[index:]]


def without_empty_cell(line: str, column: int) -> str:
    """The row with an empty cell lost: everything right of it slides left by one."""
    cells = line.split("\t")
    return "\t".join([*cells[:column], *cells[column + 1 :], ""])


def with_empty_cell(line: str, column: int) -> str:
    """The row with an empty cell too many: everything right of it slides right by one."""
    cells = line.split("\t")
    return "\t".join([*cells[:column], "", *cells[column:]])


def torn(lines: list[str], index: int, column: int, at: int, page: list[str]) -> list[str]:
    """The lines with one cell torn: its rest stands alone in a row below, in the same column."""
    cells = lines[index].split("\t")
    rest = [""] * len(cells)
    rest[column] = cells[column][at:]
    cells[column] = cells[column][:at]
    return [*lines[:index], "\t".join(cells), *page, "\t".join(rest), *lines[index + 1 :]]


def wrapped(lines: list[str], index: int, column: int, at: int) -> list[str]:
    """The lines with a line break inside one cell."""
    cells = lines[index].split("\t")
    cells[column] = cells[column][:at] + "\n" + cells[column][at:]
    return "\n".join([*lines[:index], "\t".join(cells), *lines[index + 1 :]]).split("\n")


def long_cells(line: str, least: int = 6) -> Iterator[tuple[int, str]]:
    """The cells worth tearing: text of some length, no figures, no gaps."""
    for column, text in enumerate(line.split("\t")):
        if (
            len(text) >= least
            and not text[0].isdigit()
            and text[0] not in "≥≤("
            and " " not in text
        ):
            yield column, text
