"""The parts of a Word document around a form's text: styles, page, header, footer, properties."""

from functools import cache

from perf.documents.docx_parts import (
    BODY_FONT,
    KINDS,
    OFFICE,
    TITLE_FONT,
    TWIPS,
    W,
    content_types,
    core_properties,
    font_table,
    fonts,
    header,
    package_relations,
    page_footer,
    relations,
    settings,
    zipped,
)
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

_EDGE = 28 * TWIPS
_RED = "C00000"

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


def section(*, has_mark: bool, has_own_first: bool) -> str:
    """A section's page: A4 upright, its header and footer.

    `has_own_first`: the first page says the mark in its own text and needs no header.
    """
    header = '<w:headerReference w:type="default" r:id="rId5"/>' if has_mark else ""
    first = "<w:titlePg/>" if has_own_first else ""
    return (
        f'<w:sectPr>{header}<w:footerReference w:type="default" r:id="rId4"/>'
        '<w:footerReference w:type="first" r:id="rId4"/><w:type w:val="nextPage"/>'
        f'<w:pgSz w:w="{PAGE_WIDTH * TWIPS + 6}" w:h="{PAGE_HEIGHT * TWIPS - 2}"/>'
        f'<w:pgMar w:top="{MARGIN_TOP * TWIPS}" w:right="{MARGIN_SIDE * TWIPS}"'
        f' w:bottom="{MARGIN_BOTTOM * TWIPS}" w:left="{MARGIN_SIDE * TWIPS}"'
        f' w:header="{_EDGE}" w:footer="{_EDGE}" w:gutter="0"/>{first}</w:sectPr>'
    )


def pack(layout: Layout, body: str) -> bytes:
    """The document with this body as a docx file."""
    return zipped(
        {
            **_fixed_parts(),
            "docProps/core.xml": core_properties(layout.title, layout.author, layout.created),
            "word/document.xml": (
                f'<w:document {W} xmlns:r="{OFFICE}"><w:body>{body}</w:body></w:document>'
            ),
            "word/footer1.xml": page_footer(layout.foot),
            "word/header1.xml": header(layout.mark),
        }
    )


@cache
def _fixed_parts() -> dict[str, str]:
    """The parts that are the same in every document; the list of types has to come first."""
    types = {
        "word/document.xml": f"{KINDS}.document.main+xml",
        "word/styles.xml": f"{KINDS}.styles+xml",
        "word/settings.xml": f"{KINDS}.settings+xml",
        "word/fontTable.xml": f"{KINDS}.fontTable+xml",
        "word/footer1.xml": f"{KINDS}.footer+xml",
        "word/header1.xml": f"{KINDS}.header+xml",
        "docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
    }
    return {
        "[Content_Types].xml": content_types(types),
        "_rels/.rels": package_relations(),
        "word/_rels/document.xml.rels": relations(
            (f"{OFFICE}/styles", "styles.xml"),
            (f"{OFFICE}/settings", "settings.xml"),
            (f"{OFFICE}/fontTable", "fontTable.xml"),
            (f"{OFFICE}/footer", "footer1.xml"),
            (f"{OFFICE}/header", "header1.xml"),
        ),
        "word/styles.xml": _styles(),
        "word/settings.xml": settings(),
        "word/fontTable.xml": font_table((BODY_FONT, "仿宋"), (TITLE_FONT, "华文中宋")),
    }


def _styles() -> str:
    size = BODY_SIZE * 2
    defaults = (
        f"<w:docDefaults><w:rPrDefault><w:rPr>{fonts(BODY_FONT)}"
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
        look = fonts(TITLE_FONT) if style is Style.TITLE else ""
        look += "<w:b/>" if style in _BOLD else ""
        look += f'<w:color w:val="{_RED}"/>' if style is Style.MARK else ""
        points = FONT_SIZE.get(style, BODY_SIZE)
        styles.append(_style(STYLE_IDS[style], _NAMES[style], paragraph, points, look))
    return f"<w:styles {W}>{defaults}{''.join(styles)}</w:styles>"


def _style(style_id: str, name: str, paragraph: str, points: int, look: str) -> str:
    return (
        f'<w:style w:type="paragraph" w:styleId="{style_id}"><w:name w:val="{name}"/>'
        f'<w:basedOn w:val="Normal"/><w:qFormat/><w:pPr>{paragraph}</w:pPr><w:rPr>{look}'
        f'<w:sz w:val="{points * 2}"/><w:szCs w:val="{points * 2}"/></w:rPr></w:style>'
    )
