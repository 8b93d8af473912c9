"""One table in pieces, as page breaks leave it: columns found from where cells begin."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from perf.documents.readers.tables import Line, Row, Table


class Cell(NamedTuple):
    """A cell's text and where it begins, in any unit of length."""

    left: float
    text: str


@dataclass(slots=True)
class Fragment:
    """A piece of a table: its rows' cells with their places, and the lines of the rows.

    `edges` are where its columns begin, and `right` where the last of them ends.
    """

    edges: list[float]
    right: float
    rows: list[tuple[int, list[Cell]]] = field(default_factory=list)
    before: list[Line] = field(default_factory=list)

    def continues(self, above: "Fragment", tolerance: float) -> bool:
        """Whether nothing stands between both pieces, and they have the same bounds or columns."""
        same_bounds = (
            abs(self.edges[0] - above.edges[0]) <= tolerance
            and abs(self.right - above.right) <= tolerance
        )
        return not self.before and (same_bounds or len(self.edges) == len(above.edges))

    def widen_as(self, above: "Fragment") -> None:
        """Takes the columns of the piece above, where a program made them wider or narrower."""
        moved = dict(zip(self.edges, above.edges, strict=True))
        self.rows = [
            (line, [Cell(moved[cell.left], cell.text) for cell in cells])
            for line, cells in self.rows
        ]
        self.edges, self.right = above.edges, above.right


def tables_from(fragments: Iterable[Fragment], *, tolerance: float) -> list[Table]:
    """The tables of the pieces, those of one table on common columns.

    Each piece stays a table of its own, because a row may have been torn between them. Every cell
    begins at an edge of its piece.
    """
    tables: list[Table] = []
    group: list[Fragment] = []
    for fragment in fragments:
        if group and not fragment.continues(group[-1], tolerance):
            tables += _laid_out(group, tolerance)
            group = []
        if group and len(fragment.edges) == len(group[-1].edges):
            fragment.widen_as(group[-1])
        group.append(fragment)
    return tables + _laid_out(group, tolerance)


def _laid_out(group: list[Fragment], tolerance: float) -> list[Table]:
    edges = _common_edges((edge for piece in group for edge in piece.edges), tolerance)
    return [
        Table(
            piece.before,
            [
                Row(_by_column(cells, edges), line, after_break=number == 0)
                for number, (line, cells) in enumerate(piece.rows)
            ],
        )
        for piece in group
    ]


def _common_edges(all_edges: Iterable[float], tolerance: float) -> list[float]:
    """The edges with those that differ by no more than a drawn line's width taken as one."""
    common: list[float] = []
    for edge in sorted(all_edges):
        if not common or edge - common[-1] > tolerance:
            common.append(edge)
    return common


def _by_column(cells: list[Cell], edges: list[float]) -> list[str]:
    texts = [""] * len(edges)
    for cell in cells:
        column = min(range(len(edges)), key=lambda at: abs(edges[at] - cell.left))
        if cell.text:
            texts[column] = f"{texts[column]}\n{cell.text}" if texts[column] else cell.text
    return texts
