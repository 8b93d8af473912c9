"""Writes a report as a Word document with real headings, lists and tables, to be edited."""

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from perf.documents.cell_text import printable
from perf.documents.report.docx_package import FIRST_PICTURE, SECTION, pack
from perf.documents.report.pages import (
    CELL_MARGIN,
    TEXT_WIDTH,
    column_widths,
    is_short,
    picture_width,
)
from perf.documents.report.parts import (
    Column,
    Gap,
    Heading,
    Items,
    Paragraph,
    Part,
    Picture,
    Report,
    Table,
    Text,
    lines,
    words,
)
from perf.documents.report.pictures import png_of
from perf.documents.typesetting import is_available

# A twentieth of a point in the measure of drawings.
_EMU = 635
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
# By these Word finds the drawing beside the picture of dots.
_SVG_USE = "{96DAC541-7B7A-43D3-8B79-37D633B846F1}"
_SVG = "http://schemas.microsoft.com/office/drawing/2016/SVG/main"
_WITH_NEXT = "<w:keepNext/>"
_EDGE = '<w:{} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
_BORDERS = "".join(map(_EDGE.format, ("top", "left", "bottom", "right", "insideH", "insideV")))
_MARGINS = f'<w:left w:w="{CELL_MARGIN}" w:type="dxa"/><w:right w:w="{CELL_MARGIN}" w:type="dxa"/>'


def render_docx(report: Report) -> bytes:
    """The report as a docx file; equal reports give equal bytes.

    Where this server has no typst, a chart's numbers stand there as a table.
    """
    writer = _Writer(report.parts[-1])
    body = "".join(
        [
            *(_paragraph("Title", words(line)) for line in report.title.split("\n")),
            _paragraph("Note", words(report.note)),
            *map(writer.part, report.parts),
            _paragraph("BodyText", (), _WITH_NEXT),
            _paragraph("Signature", words(report.unit), _WITH_NEXT),
            _paragraph("Signature", words(report.day)),
        ]
    )
    return pack(report, body + SECTION, writer.pictures, writer.lists)


class _Writer:
    """Writes part after part, and keeps what stands in files of its own.

    A table that is the `last` part stays on one page with who signs.
    """

    def __init__(self, last: Part) -> None:
        self.last = last
        self.pictures: list[tuple[bytes, str]] = []
        self.lists = 0

    def part(self, part: Part) -> str:
        """One part as XML."""
        match part:
            case Heading():
                return _paragraph(f"Heading{part.level}", words(part.text))
            case Paragraph():
                return "".join(_paragraph("BodyText", line) for line in lines(part.text))
            case Items():
                return self._items(part)
            case Table():
                more = _WITH_NEXT if part is self.last else ""
                return _paragraph("Caption", words(part.caption)) + _table(part, more)
            case Picture():
                return self._picture(part)

    def _items(self, part: Items) -> str:
        self.lists += 1
        numbered = f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{self.lists}"/></w:numPr>'
        found = []
        for item in part.items:
            first, *others = lines(item.text)
            lead = f"{item.lead}：" if item.lead else ""
            found.append(_paragraph("BodyText", first, numbered, lead))
            found += [_paragraph("BodyText", line) for line in others]
        return "".join(found)

    def _picture(self, part: Picture) -> str:
        chart = part.chart
        if not is_available():
            columns = tuple(Column(title, 1) for title in chart.columns)
            rows = tuple(tuple(words(each) for each in row) for row in chart.rows)
            return self.part(Table(part.caption, columns, rows))
        self.pictures.append((png_of(chart), chart.svg))
        number = len(self.pictures)
        first = FIRST_PICTURE + 2 * (number - 1)
        width = picture_width(chart.width)
        size = f'cx="{width * _EMU}" cy="{width * _EMU * chart.height // chart.width}"'
        named = f'id="{number}" name="图{number}" descr={_attribute(part.described)}'
        drawing = (
            f'<w:drawing><wp:inline xmlns:wp="{_DRAWING}/wordprocessingDrawing" distT="0"'
            f' distB="0" distL="0" distR="0"><wp:extent {size}/><wp:docPr {named}/>'
            f'<a:graphic xmlns:a="{_DRAWING}/main"><a:graphicData uri="{_DRAWING}/picture">'
            f'<pic:pic xmlns:pic="{_DRAWING}/picture"><pic:nvPicPr><pic:cNvPr {named}/>'
            f'<pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed="rId{first}"><a:extLst>'
            f'<a:ext uri="{_SVG_USE}"><asvg:svgBlip xmlns:asvg="{_SVG}" r:embed="rId{first + 1}"/>'
            "</a:ext></a:extLst></a:blip><a:stretch><a:fillRect/></a:stretch></pic:blipFill>"
            f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext {size}/></a:xfrm>'
            '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic>'
            "</a:graphicData></a:graphic></wp:inline></w:drawing>"
        )
        picture = f'<w:p><w:pPr><w:pStyle w:val="Picture"/></w:pPr><w:r>{drawing}</w:r></w:p>'
        return picture + _paragraph("PictureCaption", words(part.caption))


def _table(part: Table, more: str) -> str:
    widths = column_widths(part)
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    head = [words(column.title) for column in part.columns]
    rows = [_row(part.columns, widths, head, more, is_head=True)]
    for number, row in enumerate(part.rows, 1):
        is_sum = part.has_sum and number == len(part.rows)
        rows.append(_row(part.columns, widths, row, more, is_sum=is_sum))
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{TEXT_WIDTH}" w:type="dxa"/>'
        f"<w:tblBorders>{_BORDERS}</w:tblBorders>"
        f'<w:tblLayout w:type="fixed"/><w:tblCellMar>{_MARGINS}</w:tblCellMar>'
        f"<w:tblCaption w:val={_attribute(part.caption)}/></w:tblPr>"
        f"<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )


def _row(
    columns: Sequence[Column],
    widths: Sequence[int],
    row: Sequence[Text],
    more: str,
    *,
    is_head: bool = False,
    is_sum: bool = False,
) -> str:
    properties = "<w:cantSplit/>" if is_short(row, widths) else ""
    properties += "<w:tblHeader/>" if is_head else ""
    found = []
    for column, width, text in zip(columns, widths, row, strict=True):
        style = "CellHead" if is_head else "CellFigure" if column.is_figure else "CellText"
        look = "<w:b/>" if is_sum else ""
        inside = "".join(_paragraph(style, line, more, look=look) for line in lines(text))
        found.append(
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/>'
            f"</w:tcPr>{inside}</w:tc>"
        )
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(found)}</w:tr>"


def _paragraph(style: str, text: Text, more: str = "", lead: str = "", look: str = "") -> str:
    runs = [_run(lead, '<w:rStyle w:val="Lead"/>')] if lead else []
    for piece in text:
        if isinstance(piece, Gap):
            runs.append(_run(piece.text, '<w:rStyle w:val="Gap"/>'))
        else:
            runs.append(_run(piece, look))
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{more}</w:pPr>{"".join(runs)}</w:p>'


def _run(text: str, look: str) -> str:
    properties = f"<w:rPr>{look}</w:rPr>" if look else ""
    return f'<w:r>{properties}<w:t xml:space="preserve">{escape(printable(text))}</w:t></w:r>'


def _attribute(text: str) -> str:
    return quoteattr(printable(text))
