"""The parts of a Word document around its text: styles, page, header, footer, properties."""

import zipfile
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from xml.sax.saxutils import escape

from perf.documents.cell_text import printable
from perf.documents.forms.pages import (
    MARGIN_BOTTOM,
    MARGIN_SIDE,
    MARGIN_TOP,
    PAGE_HEIGHT,
    PAGE_WIDTH,
)
from perf.documents.forms.table import BODY_SIZE, FONT_SIZE, Layout, Style

BORDERLESS = frozenset({Style.TITLE, Style.SUBTITLE, Style.MARK, Style.NOTE, Style.SIGN})
STYLE_IDS = {style: f"Form{style.value.title().replace('_', '')}" for style in Style}

_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KINDS = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_W = f'xmlns:w="{_MAIN}"'
# The earliest day that a zip file can name: equal contents give equal files.
_ZIP_DAY = (1980, 1, 1, 0, 0, 0)
_TWIPS = 20
_EDGE = 28 * _TWIPS
_RED = "C00000"

_BODY_FONT = "仿宋_GB2312"
_TITLE_FONT = "方正小标宋简体"
# Beside 仿宋, official documents set figures in this one, which every system has or replaces by
# one of the same widths.
_FIGURE_FONT = "Times New Roman"
# The names under which a style is found in Word's list of styles.
_NAMES = {
    Style.TITLE: "表格标题",
    Style.SUBTITLE: "表格副标题",
    Style.MARK: "表格标记",
    Style.LABEL: "表格栏目",
    Style.TEXT: "表格文字",
    Style.CENTRE: "表格居中文字",
    Style.SMALL: "表格小字",
    Style.MONEY: "表格金额",
    Style.RATE: "表格比率",
    Style.NUMBER: "表格数字",
    Style.POINTS: "表格得分",
    Style.TOTAL: "表格合计",
    Style.TOTAL_POINTS: "表格总分",
    Style.NOTE: "表格注",
    Style.SIGN: "表格签字",
}
_LEFT = frozenset({Style.TEXT, Style.SMALL, Style.NOTE, Style.SIGN})
_BOLD = frozenset({Style.MARK, Style.LABEL, Style.TOTAL, Style.TOTAL_POINTS})
_FIELD = '<w:fldSimple w:instr=" {} "><w:r><w:t>1</w:t></w:r></w:fldSimple>'


def section(*, has_mark: bool, has_own_first: bool) -> str:
    """A section's page: A4 upright, its header and footer.

    `has_own_first`: the first page says the mark in its own text and needs no header.
    """
    header = '<w:headerReference w:type="default" r:id="rId5"/>' if has_mark else ""
    first = "<w:titlePg/>" if has_own_first else ""
    return (
        f'<w:sectPr>{header}<w:footerReference w:type="default" r:id="rId4"/>'
        '<w:footerReference w:type="first" r:id="rId4"/><w:type w:val="nextPage"/>'
        f'<w:pgSz w:w="{PAGE_WIDTH * _TWIPS + 6}" w:h="{PAGE_HEIGHT * _TWIPS - 2}"/>'
        f'<w:pgMar w:top="{MARGIN_TOP * _TWIPS}" w:right="{MARGIN_SIDE * _TWIPS}"'
        f' w:bottom="{MARGIN_BOTTOM * _TWIPS}" w:left="{MARGIN_SIDE * _TWIPS}"'
        f' w:header="{_EDGE}" w:footer="{_EDGE}" w:gutter="0"/>{first}</w:sectPr>'
    )


def pack(layout: Layout, body: str) -> bytes:
    """The document with this body as a docx file."""
    parts = {
        **_fixed_parts(),
        "docProps/core.xml": _core(layout),
        "word/document.xml": (
            f'<w:document {_W} xmlns:r="{_OFFICE}"><w:body>{body}</w:body></w:document>'
        ),
        "word/header1.xml": _header(layout.mark),
    }
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, text in parts.items():
            entry = zipfile.ZipInfo(name, _ZIP_DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, _DECLARATION + text)
    return target.getvalue()


@cache
def _fixed_parts() -> dict[str, str]:
    """The parts that are the same in every document; the list of types has to come first."""
    types = {
        "word/document.xml": f"{_KINDS}.document.main+xml",
        "word/styles.xml": f"{_KINDS}.styles+xml",
        "word/settings.xml": f"{_KINDS}.settings+xml",
        "word/fontTable.xml": f"{_KINDS}.fontTable+xml",
        "word/footer1.xml": f"{_KINDS}.footer+xml",
        "word/header1.xml": f"{_KINDS}.header+xml",
        "docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
    }
    overrides = "".join(
        f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in types.items()
    )
    return {
        "[Content_Types].xml": (
            f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels"'
            ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
        ),
        "_rels/.rels": _relations(
            (f"{_OFFICE}/officeDocument", "word/document.xml"),
            (f"{_PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
        ),
        "word/_rels/document.xml.rels": _relations(
            (f"{_OFFICE}/styles", "styles.xml"),
            (f"{_OFFICE}/settings", "settings.xml"),
            (f"{_OFFICE}/fontTable", "fontTable.xml"),
            (f"{_OFFICE}/footer", "footer1.xml"),
            (f"{_OFFICE}/header", "header1.xml"),
        ),
        "word/styles.xml": _styles(),
        "word/settings.xml": (
            f'<w:settings {_W}><w:characterSpacingControl w:val="compressPunctuation"/>'
            '<w:compat><w:compatSetting w:name="compatibilityMode"'
            ' w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
            '<w:themeFontLang w:val="en-US" w:eastAsia="zh-CN"/></w:settings>'
        ),
        "word/fontTable.xml": (
            f"<w:fonts {_W}>{_font(_BODY_FONT, '仿宋')}{_font(_TITLE_FONT, '华文中宋')}</w:fonts>"
        ),
        "word/footer1.xml": (
            f'<w:ftr {_W}><w:p><w:pPr><w:pStyle w:val="Footer"/></w:pPr>{_run("第 ")}'
            f"{_FIELD.format('PAGE')}{_run(' 页，共 ')}{_FIELD.format('NUMPAGES')}{_run(' 页')}"
            "</w:p></w:ftr>"
        ),
    }


def _relations(*targets: tuple[str, str]) -> str:
    relations = "".join(
        f'<Relationship Id="rId{number}" Type="{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{relations}</Relationships>'


def _font(name: str, otherwise: str) -> str:
    """A font with what replaces it where it is missing: another name, else a Chinese one."""
    return (
        f'<w:font w:name="{name}"><w:altName w:val="{otherwise}"/><w:charset w:val="86"/>'
        '<w:family w:val="roman"/><w:pitch w:val="default"/></w:font>'
    )


def _styles() -> str:
    size = BODY_SIZE * 2
    defaults = (
        f"<w:docDefaults><w:rPrDefault><w:rPr>{_fonts(_BODY_FONT)}"
        f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>'
        '<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault>'
        "<w:pPrDefault/></w:docDefaults>"
    )
    styles = [
        (
            '<w:style w:type="paragraph" w:default="1" w:styleId="Normal">'
            # No room between Chinese and Western characters, as heights were counted.
            '<w:name w:val="Normal"/><w:qFormat/><w:pPr><w:autoSpaceDE w:val="0"/>'
            '<w:autoSpaceDN w:val="0"/></w:pPr></w:style>'
        ),
        _style("Footer", "footer", '<w:jc w:val="center"/>', 9, ""),
        _style("Header", "header", '<w:jc w:val="right"/>', 9, f'<w:color w:val="{_RED}"/>'),
        _style("Separator", "表格间隔", '<w:spacing w:line="14" w:lineRule="exact"/>', 1, ""),
    ]
    for style in Style:
        paragraph = "<w:keepNext/>" if style in BORDERLESS else ""
        side = "left" if style in _LEFT else "right" if style is Style.MARK else "center"
        paragraph += f'<w:jc w:val="{side}"/>'
        if style is Style.TITLE:
            paragraph += '<w:outlineLvl w:val="0"/>'
        look = _fonts(_TITLE_FONT) if style is Style.TITLE else ""
        look += "<w:b/>" if style in _BOLD else ""
        look += f'<w:color w:val="{_RED}"/>' if style is Style.MARK else ""
        points = FONT_SIZE.get(style, BODY_SIZE)
        styles.append(_style(STYLE_IDS[style], _NAMES[style], paragraph, points, look))
    return f"<w:styles {_W}>{defaults}{''.join(styles)}</w:styles>"


def _style(style_id: str, name: str, paragraph: str, points: int, look: str) -> str:
    return (
        f'<w:style w:type="paragraph" w:styleId="{style_id}"><w:name w:val="{name}"/>'
        f'<w:basedOn w:val="Normal"/><w:qFormat/><w:pPr>{paragraph}</w:pPr><w:rPr>{look}'
        f'<w:sz w:val="{points * 2}"/><w:szCs w:val="{points * 2}"/></w:rPr></w:style>'
    )


def _fonts(name: str) -> str:
    return (
        f'<w:rFonts w:ascii="{_FIGURE_FONT}" w:hAnsi="{_FIGURE_FONT}" w:eastAsia="{name}"'
        f' w:cs="{_FIGURE_FONT}" w:hint="eastAsia"/>'
    )


def _run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{escape(printable(text))}</w:t></w:r>'


def _header(mark: str) -> str:
    run = _run(mark) if mark else ""
    return f'<w:hdr {_W}><w:p><w:pPr><w:pStyle w:val="Header"/></w:pPr>{run}</w:p></w:hdr>'


def _core(layout: Layout) -> str:
    author = escape(printable(layout.author))
    created = _instant(layout.created)
    return (
        f'<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(printable(layout.title))}</dc:title><dc:creator>{author}</dc:creator>"
        f"<cp:lastModifiedBy>{author}</cp:lastModifiedBy>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{created}</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{created}</dcterms:modified>'
        "<dc:language>zh-CN</dc:language></cp:coreProperties>"
    )


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
