"""What Word documents of the project's own packing share: zip, types, relations, fonts."""

import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from io import BytesIO
from xml.sax.saxutils import escape

from perf.documents.cell_text import printable

MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
KINDS = "application/vnd.openxmlformats-officedocument.wordprocessingml"
W = f'xmlns:w="{MAIN}"'
# Word measures in twentieths of a point.
TWIPS = 20

BODY_FONT = "仿宋_GB2312"
TITLE_FONT = "方正小标宋简体"
# Beside 仿宋, official documents set figures in this one, which every system has or replaces by
# one of the same widths.
_FIGURE_FONT = "Times New Roman"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
# The earliest day that a zip file can name: equal contents give equal files.
_ZIP_DAY = (1980, 1, 1, 0, 0, 0)
_FIELD = '<w:fldSimple w:instr=" {} "><w:r><w:t>1</w:t></w:r></w:fldSimple>'


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    """The parts by name as a docx file; texts are XML without its declaration.

    The list of types has to come first. Equal parts give equal bytes.
    """
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name, _ZIP_DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(
                entry, content if isinstance(content, bytes) else _DECLARATION + content
            )
    return target.getvalue()


def content_types(parts: Mapping[str, str], endings: Mapping[str, str] | None = None) -> str:
    """The list of types: of parts by name, and of all that end alike."""
    known = {"rels": "application/vnd.openxmlformats-package.relationships+xml"}
    known |= {"xml": "application/xml"} | dict(endings or {})
    defaults = "".join(
        f'<Default Extension="{ending}" ContentType="{kind}"/>' for ending, kind in known.items()
    )
    overrides = "".join(
        f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in parts.items()
    )
    return f'<Types xmlns="{PACKAGE}/content-types">{defaults}{overrides}</Types>'


def relations(*targets: tuple[str, str]) -> str:
    """Relations (kind, target), numbered rId1, rId2 and so on."""
    found = "".join(
        f'<Relationship Id="rId{number}" Type="{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{found}</Relationships>'


def package_relations() -> str:
    """What the file itself points to: the text and its properties."""
    return relations(
        (f"{OFFICE}/officeDocument", "word/document.xml"),
        (f"{PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
    )


def settings() -> str:
    """Chinese text, punctuation closed up, Word of today."""
    return (
        f'<w:settings {W}><w:characterSpacingControl w:val="compressPunctuation"/>'
        '<w:compat><w:compatSetting w:name="compatibilityMode"'
        ' w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
        '<w:themeFontLang w:val="en-US" w:eastAsia="zh-CN"/></w:settings>'
    )


def font_table(*named: tuple[str, str]) -> str:
    """Fonts with what replaces each where it is missing: another name, else a Chinese one."""
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{otherwise}"/><w:charset w:val="86"/>'
        '<w:family w:val="roman"/><w:pitch w:val="default"/></w:font>'
        for name, otherwise in named
    )
    return f"<w:fonts {W}>{fonts}</w:fonts>"


def fonts(name: str) -> str:
    """A run's fonts: this one, and for figures the one that goes with 仿宋."""
    return (
        f'<w:rFonts w:ascii="{_FIGURE_FONT}" w:hAnsi="{_FIGURE_FONT}" w:eastAsia="{name}"'
        f' w:cs="{_FIGURE_FONT}" w:hint="eastAsia"/>'
    )


def header(mark: str) -> str:
    """The part above each page: what the document says of itself, or nothing."""
    inside = run(mark) if mark else ""
    return f'<w:hdr {W}><w:p><w:pPr><w:pStyle w:val="Header"/></w:pPr>{inside}</w:p></w:hdr>'


def page_footer(more: str = "") -> str:
    """The part below each page: 第 1 页，共 9 页, and more behind it."""
    return (
        f'<w:ftr {W}><w:p><w:pPr><w:pStyle w:val="Footer"/></w:pPr>{run("第 ")}'
        f"{_FIELD.format('PAGE')}{run(' 页，共 ')}{_FIELD.format('NUMPAGES')}{run(f' 页{more}')}"
        "</w:p></w:ftr>"
    )


def run(text: str) -> str:
    """A text in its paragraph's look."""
    return f'<w:r><w:t xml:space="preserve">{escape(printable(text))}</w:t></w:r>'


def core_properties(title: str, author: str, created: datetime) -> str:
    """What the file says of itself; `created` is aware."""
    author = escape(printable(author))
    day = created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return (
        f'<cp:coreProperties xmlns:cp="{PACKAGE}/metadata/core-properties"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(printable(title))}</dc:title><dc:creator>{author}</dc:creator>"
        f"<cp:lastModifiedBy>{author}</cp:lastModifiedBy>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{day}</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{day}</dcterms:modified>'
        "<dc:language>zh-CN</dc:language></cp:coreProperties>"
    )
