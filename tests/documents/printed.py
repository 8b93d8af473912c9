"""Documents as they come out of a printer: LibreOffice makes pages, and each sign is looked at."""

import shutil
import subprocess
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pdfplumber
from PIL import Image

_DPI = 100
# A sign's box reaches a little further than its ink.
_NEIGHBOUR = 0.5


def converted(
    folder: Path, files: dict[str, bytes], kind: str, *, reading: str = ""
) -> dict[str, Path]:
    """The files (name with ending → content) as LibreOffice saves them in another kind.

    `reading` is the filter that they are opened with, where the ending does not tell it.
    """
    assert shutil.which("soffice"), "LibreOffice is missing: install libreoffice"
    for name, data in files.items():
        (folder / name).write_bytes(data)
    subprocess.run(
        [
            "soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless",
            *([f"--infilter={reading}"] if reading else []),
            "--convert-to", kind, "--outdir", str(folder), *(str(folder / name) for name in files),
        ],
        check=True, capture_output=True, timeout=240,
    )  # fmt: skip
    return {name: (folder / name).with_suffix(f".{kind}") for name in files}


@dataclass
class Page:
    """One page: its signs with their boxes in points from the top left, and its picture."""

    chars: list[dict]
    image: Image.Image
    width: float
    height: float

    def text(self) -> str:
        return plain("".join(char["text"] for char in self.chars))

    def faults(self) -> Iterator[str]:
        """Signs off the page, signs that are not to be seen, and signs on top of each other."""
        scale = _DPI / 72
        drawn = [char for char in self.chars if char["text"].strip()]
        for char in drawn:
            box = (char["x0"], char["top"], char["x1"], char["bottom"])
            where = f"{char['text']} at {box[0]:.0f}, {box[1]:.0f}"
            if box[0] < 0 or box[1] < 0 or box[2] > self.width or box[3] > self.height:
                yield f"off the page: {where}"
                continue
            ink = self.image.crop(
                (
                    int(box[0] * scale),
                    int(box[1] * scale),
                    int(box[2] * scale) + 1,
                    int(box[3] * scale) + 1,
                )
            )
            if ink.getextrema()[0] > 160:
                yield f"not to be seen: {where}"
        yield from _overlaps(drawn)


def _overlaps(chars: list[dict]) -> Iterator[str]:
    """Pairs of signs of which one's middle lies within the other."""
    cells: dict[tuple[int, int], list[dict]] = {}
    for char in chars:
        x, y = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
        for dx in (-1, 0, 1):
            for dy in (-1, 0, 1):
                for other in cells.get((int(x // 20) + dx, int(y // 20) + dy), ()):
                    inside_x = other["x0"] + _NEIGHBOUR < x < other["x1"] - _NEIGHBOUR
                    inside_y = other["top"] + _NEIGHBOUR < y < other["bottom"] - _NEIGHBOUR
                    if inside_x and inside_y:
                        yield f"{char['text']} on {other['text']} at {x:.0f}, {y:.0f}"
        cells.setdefault((int(x // 20), int(y // 20)), []).append(char)


def pages_of(path: Path) -> list[Page]:
    """The pages of a PDF file with their pictures."""
    assert shutil.which("pdftoppm"), "pdftoppm is missing: install poppler-utils"
    stem = path.with_suffix("")
    subprocess.run(
        ["pdftoppm", "-r", str(_DPI), "-png", str(path), str(stem)],
        check=True, capture_output=True, timeout=240,
    )  # fmt: skip
    images = sorted(path.parent.glob(f"{stem.name}-*.png"))
    with pdfplumber.open(path) as document:
        assert len(images) == len(document.pages)
        return [
            Page(page.chars, Image.open(image).convert("L"), float(page.width), float(page.height))
            for page, image in zip(document.pages, images, strict=True)
        ]


def plain(text: str) -> str:
    """The text without white space, variants of signs made one."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def signs(texts: list[str]) -> Counter[str]:
    """How often each sign stands in the texts."""
    return Counter(plain("".join(texts)))
