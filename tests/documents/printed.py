"""Documents as they come out of a printer: LibreOffice makes pages, and each sign is looked at."""

import shutil
import subprocess
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pdfplumber
import pylopdf_fonts_zh_cn
from PIL import Image

from perf.documents.forms import FORMATS
from tests.documents.libreoffice import converted

# The formats that have pages.
PAGED = [kind for kind in FORMATS if kind != "csv"]
_DPI = 100
# What the forms name and few machines have: the project's own fonts stand in for them, so that
# pages come out alike wherever they are printed.
_SERIF, _SANS = "Noto Serif SC", "Noto Sans SC"
_STANDS_IN = {
    "仿宋_GB2312": _SERIF,
    "仿宋": _SERIF,
    "宋体": _SERIF,
    "方正小标宋简体": _SERIF,
    "黑体": _SANS,
}
# A sign's box reaches a little further than its ink.
_NEIGHBOUR = 0.5
# Printers leave some five millimetres of the paper blank, whatever is sent to them.
_EDGE = 5 / 25.4


def in_own_fonts(folder: Path, files: dict[str, bytes], kind: str) -> dict[str, Path]:
    """The files (name with ending → content) as LibreOffice saves them with the project's fonts."""
    fonts = folder / "fonts.conf"
    fonts.write_text(_font_settings(), encoding="utf-8")
    return converted(folder, files, kind, environment={"FONTCONFIG_FILE": str(fonts)})


def _font_settings() -> str:
    folders = {
        path.parent for path in (pylopdf_fonts_zh_cn.serif_path(), pylopdf_fonts_zh_cn.sans_path())
    }
    aliases = "".join(
        f'<match target="pattern"><test name="family"><string>{missing}</string></test>'
        f'<edit name="family" mode="assign" binding="strong"><string>{there}</string></edit></match>'
        for missing, there in _STANDS_IN.items()
    )
    return (
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        '<include ignore_missing="yes">/etc/fonts/fonts.conf</include>'
        f"{''.join(f'<dir>{folder}</dir>' for folder in sorted(folders))}{aliases}</fontconfig>"
    )


@dataclass
class Page:
    """One page: signs and lines with their boxes in points from the top left, and its picture.

    `image` is grey, `picture` the file in colour.
    """

    chars: list[dict]
    lines: list[dict]
    image: Image.Image
    picture: Path
    width: float
    height: float

    def text(self) -> str:
        return plain("".join(char["text"] for char in self.chars))

    def faults(self) -> Iterator[str]:
        """Signs off the page, hidden, struck by a cell's border, or on top of each other.

        And ink where printers leave the paper blank.
        """
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
        yield from _struck(drawn, self.lines)
        edge = round(_DPI * _EDGE)
        inner = (edge, edge, self.image.width - edge, self.image.height - edge)
        rim = self.image.copy()
        rim.paste(255, inner)
        if rim.getextrema()[0] < 160:
            yield "ink at the paper's edge"


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


def _struck(chars: list[dict], lines: list[dict]) -> Iterator[str]:
    """Signs through whose middle half a line goes."""
    for line in lines:
        for char in chars:
            x, y = (char["x1"] - char["x0"]) / 4, (char["bottom"] - char["top"]) / 4
            if (
                line["x0"] < char["x1"] - x
                and line["x1"] > char["x0"] + x
                and line["top"] < char["bottom"] - y
                and line["bottom"] > char["top"] + y
            ):
                yield f"a line through {char['text']} at {char['x0']:.0f}, {char['top']:.0f}"


def pages_of(path: Path) -> list[Page]:
    """The pages of a PDF file with their pictures."""
    assert shutil.which("pdftoppm"), "pdftoppm is missing: install poppler-utils"
    stem = path.with_suffix("")
    subprocess.run(
        ["pdftoppm", "-r", str(_DPI), str(path), str(stem)],
        check=True, capture_output=True, timeout=240,
    )  # fmt: skip
    images = sorted(path.parent.glob(f"{stem.name}-*.ppm"))
    with pdfplumber.open(path) as document:
        assert len(images) == len(document.pages)
        return [
            Page(
                page.chars,
                page.edges,
                Image.open(image).convert("L"),
                image,
                float(page.width),
                float(page.height),
            )
            for page, image in zip(document.pages, images, strict=True)
        ]


def printed(
    folder: Path, files: Mapping[tuple[str, str], bytes]
) -> dict[tuple[str, str], list[Page]]:
    """The pages of the files by (name, format); LibreOffice prints in one go what is no PDF."""
    named = {(name, kind): f"{name}-{kind}.{kind}" for name, kind in files}
    others = {named[key]: content for key, content in files.items() if key[1] != "pdf"}
    paths = in_own_fonts(folder, others, "pdf")
    for key, content in files.items():
        if key[1] == "pdf":
            paths[named[key]] = folder / named[key]
            paths[named[key]].write_bytes(content)
    return {key: pages_of(paths[name]) for key, name in named.items()}


def plain(text: str) -> str:
    """The text without white space, variants of signs made one."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def signs(texts: list[str]) -> Counter[str]:
    """How often each sign stands in the texts."""
    return Counter(plain("".join(texts)))
