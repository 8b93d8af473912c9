# ruff: noqa: INP001, T201 — a script beside the pages that it makes pictures for.
"""The pictures of docs/forms.md: a page of each form of the sample in each format that has pages.

    .venv/bin/python -m docs.form_images

Writes docs/images/form-*.png with the functions that print the forms for their tests. Wants
LibreOffice and pdftoppm.
"""

import tempfile
from hashlib import sha256
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from perf.documents.forms import form_layout, write_form
from perf.documents.report import REPORT_FORMATS, write_report
from tests.documents.printed import PAGED, printed
from tests.documents.report_records import whole_report
from tests.documents.sample_forms import SHOWN

IMAGES = Path(__file__).resolve().parent / "images"
REPORT = "report"
PAIRS = [(name, kind) for name in SHOWN for kind in PAGED]
PAIRS += [(REPORT, kind) for kind in REPORT_FORMATS]
# Of the report the page with a table and a picture.
SHOWN_PAGE = {REPORT: 2}
# Paper, greys down to ink, and the red of a mark with its paler rims.
GREYS = [(level, level, level) for level in range(0, 256, 17)]
REDS = [(192 + 9 * step, 36 * step, 36 * step) for step in range(7)]


def main() -> None:
    """Print the forms and the report, and keep a page of each."""
    with tempfile.TemporaryDirectory() as folder:
        files = {(name, kind): _write(name, kind) for name, kind in PAIRS}
        for (name, kind), pages in printed(Path(folder), files).items():
            path = image_path(name, kind)
            said = PngInfo()
            said.add_text("layout", layout_digest(name))
            with Image.open(pages[SHOWN_PAGE.get(name, 0)].picture) as picture:
                small = picture.quantize(palette=_palette(), dither=Image.Dither.NONE)
            small.save(path, optimize=True, pnginfo=said)
            print(f"docs/images/{path.name}\t{path.stat().st_size // 1024} KB")


def _write(name: str, kind: str) -> bytes:
    return write_report(whole_report(), kind) if name == REPORT else write_form(SHOWN[name], kind)


def _palette() -> Image.Image:
    """A picture that has the colours and nothing else."""
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for colour in (*GREYS, *REDS) for part in colour])
    return palette


def image_path(name: str, kind: str) -> Path:
    """Where the picture of this form in this format lies."""
    return IMAGES / f"form-{name}-{kind}.png"


def layout_digest(name: str) -> str:
    """What tells a form's layout from another, whatever fonts and programs print it."""
    laid_out = whole_report() if name == REPORT else form_layout(SHOWN[name])
    return sha256(repr(laid_out).encode()).hexdigest()


if __name__ == "__main__":
    main()
