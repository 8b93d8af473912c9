"""The report's page and type, the same in every file: as official documents (公文) have them."""

# A4 upright; in twentieths of a point, margins of 37, 28, 35 and 26 millimetres from the top on
# clockwise as the standard for official documents gives them: 28 signs in a line of 三号.
PAGE_WIDTH, PAGE_HEIGHT = 11906, 16838
TOP, RIGHT, BOTTOM, LEFT = 2098, 1474, 1984, 1588
TEXT_WIDTH = PAGE_WIDTH - LEFT - RIGHT
# Half points of type: 二号 for the title, 三号 for the text, 小四 for captions, 五号 in tables and
# at the page's head and foot.
TITLE_SIZE, TEXT_SIZE, CAPTION_SIZE, TABLE_SIZE = 44, 32, 24, 21
# The distance of two lines of text, in twentieths of a point.
LINE = 560
# Left and right of a text in its cell, in twentieths of a point.
CELL_MARGIN = 80
# A row whose cells have no more signs than this goes to the next page as a whole.
SHORT = 400
# A CSS pixel is three quarters of a point.
_PIXEL = 15


def picture_width(pixels: int) -> int:
    """How wide a chart stands, in twentieths of a point: as on screen, at most the text's width."""
    return min(pixels * _PIXEL, TEXT_WIDTH)
