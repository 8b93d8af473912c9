"""The value type of every picture."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture with the numbers behind it.

    `svg` is a whole `<svg>` element of `width` × `height` CSS pixels with presentation attributes
    only, so that page, Word and PDF show the same; `columns` and `rows` are its numbers as texts.
    The title is not drawn: it is the caption that stands with the picture. In a template
    `{{ chart }}` is the picture.
    """

    title: str
    svg: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    width: int
    height: int

    def __html__(self) -> str:
        return self.svg
