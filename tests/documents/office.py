"""Small docx and pdf files of the project's own making, sound and otherwise."""

import zipfile
import zlib
from collections.abc import Iterable, Sequence
from io import BytesIO
from xml.sax.saxutils import escape

from PIL import Image

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)


_FONT = (
    b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H"
    b" /DescendantFonts [<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000"
    b" /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> >>] >>"
)


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{escape(text)}</w:t></w:r></w:p>"


def cell(text: str = "", *, span: int = 1, merge: str = "", inside: str = "") -> str:
    """A cell over `span` columns; `merge` is restart or continue, downwards."""
    merged = f'<w:vMerge w:val="{merge}"/>' if merge else ""
    return (
        f'<w:tc><w:tcPr><w:gridSpan w:val="{span}"/>{merged}</w:tcPr>'
        f"{inside or ''.join(map(paragraph, text.split(chr(10))))}</w:tc>"
    )


def table(rows: Iterable[Iterable[str]], columns: int = 0) -> str:
    """A table of cells made by `cell`; a plain text is a cell of its own."""
    lines = [
        "".join(each if each.startswith("<w:tc>") else cell(each) for each in row) for row in rows
    ]
    grid = "".join('<w:gridCol w:w="900"/>' for _ in range(columns))
    return f"<w:tbl><w:tblGrid>{grid}</w:tblGrid>{''.join(f'<w:tr>{line}</w:tr>' for line in lines)}</w:tbl>"


def docx(body: str, *, begins: str = "", more: dict[str, bytes] | None = None) -> bytes:
    """A Word file with this body; `begins` stands before its root element."""
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr(
            "word/document.xml",
            f'<?xml version="1.0" encoding="UTF-8"?>{begins}'
            f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>',
        )
        for name, content in (more or {}).items():
            archive.writestr(name, content)
    return stream.getvalue()


def pdf(pages: list[bytes], *, trailer: bytes = b"") -> bytes:
    """A PDF file with these content streams, compressed where `packed` made them."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    kids = []
    for content in pages:
        kids.append(len(objects) + 1)
        how = b" /Filter /FlateDecode" if content.startswith(b"\x78") else b""
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R"
            b" /Resources << /Font << /F1 %s >> >> >>" % (len(objects) + 2, _FONT)
        )
        objects.append(b"<< /Length %d%s >>\nstream\n%s\nendstream" % (len(content), how, content))
    named = b" ".join(b"%d 0 R" % each for each in kids)
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (named, len(kids))
    out, places = b"%PDF-1.7\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    lines = b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R %s >>\n"
        b"startxref\n%d\n%%%%EOF\n" % (len(objects) + 1, lines, len(objects) + 1, trailer, len(out))
    )


def words(text: str, left: float = 72, bottom: float = 780, size: float = 9) -> bytes:
    """A page's content that shows a line of text."""
    shown = text.encode("utf-16-be").hex().encode()
    return b"BT /F1 %g Tf %g %g Td <%s> Tj ET\n" % (size, left, bottom, shown)


def grid(
    rows: Sequence[Sequence[str | None]], top: float = 760, *, left: float = 40, width: float = 510
) -> bytes:
    """A page's content that draws a table of equal columns, 24 points a row.

    A text with a line break stands in two lines; None leaves the cell to the one left of it.
    """
    step = width / len(rows[0])
    parts = [b"0.5 w\n"]
    for number, row in enumerate(rows):
        upper, lower = top - 24 * number, top - 24 * (number + 1)
        parts += [_line(left, each, left + width, each) for each in (upper, lower)]
        parts.append(_line(left + width, upper, left + width, lower))
        for column, text in enumerate(row):
            if text is None:
                continue
            at = left + column * step
            parts.append(_line(at, upper, at, lower))
            for line, shown in enumerate(text.split("\n")):
                parts.append(words(shown, at + 2, upper - 10 - 10 * line, 8))
    return b"".join(parts)


def _line(x0: float, y0: float, x1: float, y1: float) -> bytes:
    return b"%g %g m %g %g l S\n" % (x0, y0, x1, y1)


def packed(content: bytes) -> bytes:
    return zlib.compress(content, 9)


def scan(pages: int = 1) -> bytes:
    """A PDF file of pictures, as a scanner makes it."""
    stream = BytesIO()
    first, *rest = [Image.new("L", (400, 560), 200 + each) for each in range(pages)]
    first.save(stream, "PDF", save_all=True, append_images=rest)
    return stream.getvalue()
