"""The parts of a report's Word document around its text: styles, numbering, pictures."""

from collections.abc import Sequence
from functools import cache

from perf.documents.docx_parts import (
    BODY_FONT,
    KINDS,
    OFFICE,
    TITLE_FONT,
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
from perf.documents.report.pages import (
    BOTTOM,
    CAPTION_SIZE,
    LEFT,
    LINE,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    RIGHT,
    TABLE_SIZE,
    TEXT_SIZE,
    TITLE_SIZE,
    TOP,
)
from perf.documents.report.parts import Report

_HEADING_FONT, _SECOND_FONT = "黑体", "楷体_GB2312"
_RED, _GREY, _BROWN, _YELLOW = "C00000", "595959", "7F4F00", "FFF2B3"
_EDGE = 850
# Two signs of the text, by which a paragraph begins further right.
_INDENT = f'<w:ind w:firstLineChars="200" w:firstLine="{TEXT_SIZE * 2 * 10}"/>'
_LINES = f'<w:spacing w:line="{LINE}" w:lineRule="exact"/>'
_APART = f'<w:spacing w:before="200" w:line="{LINE}" w:lineRule="exact"/>'
_CELL_LINES = '<w:spacing w:line="300" w:lineRule="atLeast"/>'
# A document has six relations of its own; pictures come after them.
FIRST_PICTURE = 7
SECTION = (
    '<w:sectPr><w:headerReference w:type="default" r:id="rId6"/>'
    '<w:footerReference w:type="default" r:id="rId5"/>'
    f'<w:pgSz w:w="{PAGE_WIDTH}" w:h="{PAGE_HEIGHT}"/>'
    f'<w:pgMar w:top="{TOP}" w:right="{RIGHT}" w:bottom="{BOTTOM}" w:left="{LEFT}"'
    f' w:header="{_EDGE}" w:footer="{_EDGE}" w:gutter="0"/></w:sectPr>'
)


def pack(report: Report, body: str, pictures: Sequence[tuple[bytes, str]], lists: int) -> bytes:
    """The document with this body as a docx file.

    `pictures` are (PNG, SVG) in their order, two relations each from FIRST_PICTURE on; `lists` is
    how many numbered lists begin anew.
    """
    media: dict[str, str | bytes] = {}
    for number, (png, svg) in enumerate(pictures, 1):
        media[f"word/media/picture{number}.png"] = png
        media[f"word/media/picture{number}.svg"] = svg.encode()
    title = report.title.replace("\n", "")
    return zipped(
        {
            **_fixed_parts(),
            "word/_rels/document.xml.rels": _relations(len(pictures)),
            "word/numbering.xml": _numbering(lists),
            "docProps/core.xml": core_properties(title, report.unit, report.created),
            "word/document.xml": (
                f'<w:document {W} xmlns:r="{OFFICE}"><w:body>{body}</w:body></w:document>'
            ),
            "word/header1.xml": header(report.mark),
            **media,
        }
    )


def _relations(pictures: int) -> str:
    media = [
        (f"{OFFICE}/image", f"media/picture{number}.{ending}")
        for number in range(1, pictures + 1)
        for ending in ("png", "svg")
    ]
    return relations(
        (f"{OFFICE}/styles", "styles.xml"),
        (f"{OFFICE}/settings", "settings.xml"),
        (f"{OFFICE}/fontTable", "fontTable.xml"),
        (f"{OFFICE}/numbering", "numbering.xml"),
        (f"{OFFICE}/footer", "footer1.xml"),
        (f"{OFFICE}/header", "header1.xml"),
        *media,
    )


@cache
def _fixed_parts() -> dict[str, str | bytes]:
    """The parts that are the same in every report; the list of types has to come first."""
    types = {
        "word/document.xml": f"{KINDS}.document.main+xml",
        "word/styles.xml": f"{KINDS}.styles+xml",
        "word/settings.xml": f"{KINDS}.settings+xml",
        "word/fontTable.xml": f"{KINDS}.fontTable+xml",
        "word/numbering.xml": f"{KINDS}.numbering+xml",
        "word/footer1.xml": f"{KINDS}.footer+xml",
        "word/header1.xml": f"{KINDS}.header+xml",
        "docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
    }
    return {
        "[Content_Types].xml": content_types(types, {"png": "image/png", "svg": "image/svg+xml"}),
        "_rels/.rels": package_relations(),
        "word/styles.xml": _styles(),
        "word/settings.xml": settings(),
        "word/fontTable.xml": font_table(
            (BODY_FONT, "仿宋"),
            (TITLE_FONT, "华文中宋"),
            (_HEADING_FONT, "SimHei"),
            (_SECOND_FONT, "楷体"),
        ),
        "word/footer1.xml": page_footer(),
    }


def _numbering(lists: int) -> str:
    """Lists of 1．, 2．; the number begins where a paragraph does and lines go on below it."""
    level = (
        '<w:abstractNum w:abstractNumId="0"><w:multiLevelType w:val="singleLevel"/>'
        '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/>'
        '<w:suff w:val="nothing"/><w:lvlText w:val="%1．"/><w:lvlJc w:val="left"/>'
        f"<w:pPr>{_INDENT}</w:pPr></w:lvl></w:abstractNum>"
    )
    begun = "".join(
        f'<w:num w:numId="{number}"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0">'
        '<w:startOverride w:val="1"/></w:lvlOverride></w:num>'
        for number in range(1, lists + 1)
    )
    return f"<w:numbering {W}>{level}{begun}</w:numbering>"


def _styles() -> str:
    defaults = (
        f"<w:docDefaults><w:rPrDefault><w:rPr>{fonts(BODY_FONT)}{_size(TEXT_SIZE)}"
        '<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault>'
        "<w:pPrDefault/></w:docDefaults>"
    )
    centre, both, right = (f'<w:jc w:val="{side}"/>' for side in ("center", "both", "right"))
    styles = [
        (
            '<w:style w:type="paragraph" w:default="1" w:styleId="Normal">'
            '<w:name w:val="Normal"/><w:qFormat/></w:style>'
        ),
        _character(
            "Gap",
            "待补充",
            f'<w:color w:val="{_BROWN}"/><w:shd w:val="clear" w:color="auto" w:fill="{_YELLOW}"/>',
        ),
        _character("Lead", "条目名称", "<w:b/>"),
        _style("Footer", "footer", centre, _size(TABLE_SIZE)),
        _style("Header", "header", right, f'<w:color w:val="{_RED}"/>{_size(TABLE_SIZE)}'),
        _style(
            "Title",
            "Title",
            f'<w:keepNext/><w:spacing w:line="720" w:lineRule="atLeast"/>{centre}',
            f"{fonts(TITLE_FONT)}{_size(TITLE_SIZE)}",
        ),
        _style(
            "Note",
            "报告说明",
            f'<w:spacing w:before="240" w:after="240"/>{both}',
            f'{fonts(_SECOND_FONT)}<w:color w:val="{_GREY}"/>{_size(CAPTION_SIZE)}',
        ),
        _style(
            "Heading1",
            "heading 1",
            f'<w:keepNext/>{_APART}{_INDENT}<w:outlineLvl w:val="0"/>',
            fonts(_HEADING_FONT) + _size(TEXT_SIZE),
        ),
        _style(
            "Heading2",
            "heading 2",
            f'<w:keepNext/>{_LINES}{_INDENT}<w:outlineLvl w:val="1"/>',
            fonts(_SECOND_FONT) + _size(TEXT_SIZE),
        ),
        _style("BodyText", "Body Text", f"{_LINES}{_INDENT}{both}", ""),
        _style(
            "Caption",
            "caption",
            f'<w:keepNext/><w:spacing w:before="120" w:after="60"/>{centre}',
            fonts(_HEADING_FONT) + _size(CAPTION_SIZE),
        ),
        _style(
            "PictureCaption",
            "图注",
            f'<w:spacing w:after="120"/>{centre}',
            fonts(_HEADING_FONT) + _size(CAPTION_SIZE),
        ),
        _style("Picture", "图", f'<w:keepNext/><w:spacing w:before="120"/>{centre}', ""),
        _style(
            "CellHead",
            "表格栏目",
            f"{_CELL_LINES}{centre}",
            fonts(_HEADING_FONT) + _size(TABLE_SIZE),
        ),
        _style("CellText", "表格文字", _CELL_LINES, _size(TABLE_SIZE)),
        _style("CellFigure", "表格数字", f"{_CELL_LINES}{right}", _size(TABLE_SIZE)),
        _style(
            "Signature",
            "Signature",
            f'<w:keepLines/>{_LINES}<w:ind w:rightChars="200" w:right="640"/>{right}',
            "",
        ),
    ]
    return f"<w:styles {W}>{defaults}{''.join(styles)}</w:styles>"


def _size(half_points: int) -> str:
    return f'<w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/>'


def _style(style_id: str, name: str, paragraph: str, look: str) -> str:
    # Whoever goes on writing after a heading or a caption writes text.
    following = style_id if style_id.startswith("Cell") else "BodyText"
    return (
        f'<w:style w:type="paragraph" w:styleId="{style_id}"><w:name w:val="{name}"/>'
        f'<w:basedOn w:val="Normal"/><w:next w:val="{following}"/><w:qFormat/>'
        f"<w:pPr>{paragraph}</w:pPr><w:rPr>{look}</w:rPr></w:style>"
    )


def _character(style_id: str, name: str, look: str) -> str:
    return (
        f'<w:style w:type="character" w:styleId="{style_id}"><w:name w:val="{name}"/>'
        f"<w:qFormat/><w:rPr>{look}</w:rPr></w:style>"
    )
