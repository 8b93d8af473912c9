"""Published self-evaluation tables laid out again as bureaus lay them out, in every file kind."""

import csv
import html
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

import xlsxwriter

from perf.core.filled import Amounts, FilledForm, FilledRow, PrintedExecution
from perf.core.terms import PlanKind
from tests.documents import office

Published = dict[str, Any]
_STYLE = """
@page { size: %s; margin: 1.6cm }
body { font-family: "Noto Sans CJK SC", sans-serif; font-size: 8pt }
table { border-collapse: collapse; width: 100%% }
p { margin: 0 }
"""
# LibreOffice takes the lines of a cell from the cell alone.
_LINE = "border: 0.5pt solid #000000"
_PARTS = re.compile(r"(?P<sign>>=|<=|[≥≤≧≦=<>])?(?P<figure>[0-9][0-9.,]*)(?P<unit>[^0-9.,]*)")


@dataclass(frozen=True)
class Cell:
    """A cell's text and how many rows and columns it reaches over."""

    text: str = ""
    rows: int = 1
    columns: int = 1


@dataclass
class Piece:
    """Lines of text, then a table; None in a row is covered by the cell above it."""

    lines: list[str] = field(default_factory=list)
    rows: list[list[Cell | None]] = field(default_factory=list)


def shown(value: Any) -> str:
    """A published figure or text as it is printed."""
    return "" if value is None else str(value)


def figure(value: Any) -> Decimal | None:
    """A published figure, exactly as printed."""
    return None if value is None else Decimal(str(value))


def as_filled(table: Published) -> FilledForm:
    """The form that a careful reader gets out of the published table."""
    factor = 1 if table["budget_unit"] == "元" else 10_000

    def yuan(value: Any) -> Decimal | None:
        return None if value is None else Decimal(str(value)) * factor

    rate = table["execution_rate"]
    return FilledForm(
        project=table["project"].replace(" ", ""),
        rows=tuple(
            FilledRow(
                shown(each["level1"]),
                shown(each["level2"]),
                each["level3"],
                shown(each["target"]),
                shown(each["actual"]),
                figure(each["weight"]),
                figure(each["score"]),
                shown(each["reason"]),
            )
            for each in table["indicators"]
        ),
        kind=PlanKind.DEPARTMENT if "整体支出" in table["project"] else PlanKind.PROJECT,
        year=table["year"],
        money=Amounts(
            yuan(table["budget_initial"]), yuan(table["budget_adjusted"]), yuan(table["executed"])
        ),
        execution=PrintedExecution(
            figure(table["execution_weight"]),
            None if rate is None else Decimal(rate.rstrip("%")),
            figure(table["execution_score"]),
        ),
        total=figure(table["total"]),
    )


def line(*texts: str, width: int) -> list[Cell | None]:
    """A row whose last cell reaches to the table's end."""
    cells: list[Cell | None] = [Cell(text) for text in texts[:-1]]
    return [*cells, Cell(texts[-1], columns=width - len(cells))]


def _head(table: Published, *, name: str, width: int) -> list[list[Cell | None]]:
    return [
        [Cell(name, columns=2), Cell(table["project"], columns=width - 2)],
        [Cell("主管部门", columns=2), Cell("某市某局", columns=2), Cell("实施单位"),
         Cell("某市某局本级", columns=width - 5)],
    ]  # fmt: skip


def _title(table: Published) -> list[str]:
    kind = "部门（单位）整体支出" if "整体支出" in table["project"] else "项目支出"
    year = [f"（{table['year']}年度）"] if table["year"] else []
    return [f"{kind}绩效自评表", *year]


def _classes(indicators: list[Published], *, is_merged: bool) -> list[list[Cell | None]]:
    """一级 and 二级 of each row, merged over the rows of one class, or blank where they repeat."""
    rows: list[list[Cell | None]] = [[None, None] for _ in indicators]
    for column, keys in enumerate((("level1",), ("level1", "level2"))):
        at = 0
        while at < len(indicators):
            own = [indicators[at][key] for key in keys]
            end = at + 1
            while end < len(indicators) and [indicators[end][key] for key in keys] == own:
                end += 1
            rows[at][column] = Cell(shown(own[-1]), rows=end - at if is_merged else 1)
            for below in range(at + 1, end):
                rows[below][column] = None if is_merged else Cell()
            at = end
    return rows


def official(table: Published) -> list[Piece]:
    """The official form: classes merged, funds above, the reason and the measure in one column."""
    unit = table["budget_unit"]
    rows = _head(table, name="项目名称" if "整体" not in table["project"] else "单位名称", width=9)
    money = [shown(table[key]) for key in ("budget_initial", "budget_adjusted", "executed")]
    score = [shown(table[key]) for key in ("execution_weight", "execution_rate", "execution_score")]
    heads = ("年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分")
    rows += [
        [Cell(f"项目资金（{unit}）", rows=4), Cell("", columns=2), *map(Cell, heads)],
        [None, Cell("年度资金总额", columns=2), *map(Cell, money), *map(Cell, score)],
        [None, Cell("其中：当年财政拨款", columns=2), *map(Cell, money), Cell("—"), Cell(), Cell("—")],
        [None, Cell("其他资金", columns=2), *[Cell()] * 3, Cell("—"), Cell(), Cell("—")],
        [Cell("年度总体目标", rows=2), Cell("预期目标", columns=4), Cell("实际完成情况", columns=4)],
        [None, Cell("完成年初下达的任务，群众满意。", columns=4), Cell("已经完成。", columns=4)],
    ]  # fmt: skip
    indicators = table["indicators"]
    words = ("一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分",
             "偏差原因分析及改进措施")  # fmt: skip
    rows.append([Cell("绩效指标", rows=len(indicators) + 1), *map(Cell, words)])
    for each, classes in zip(indicators, _classes(indicators, is_merged=True), strict=True):
        texts = (
            shown(each[key]) for key in ("level3", "target", "actual", "weight", "score", "reason")
        )
        rows.append([None, *classes, *map(Cell, texts)])
    if table["total"] is not None:
        rows.append([Cell("总分", columns=6), Cell("100"), Cell(shown(table["total"])), Cell()])
    rows.append([Cell("注：定量指标按完成比例计分。", columns=9)])
    return [Piece(_title(table), rows)]


def public(table: Published) -> list[Piece]:
    """As many public forms: sign, value and unit apart, other headings in another order."""
    rows: list[list[Cell | None]] = []
    weight = shown(table["execution_weight"])
    note = f"（{weight}分×执行率）" if weight else ""
    rows += [
        [Cell("项目名称", columns=2), Cell(table["project"], columns=9)],
        [Cell(f"预算执行情况（{table['budget_unit']}）", rows=2, columns=2), Cell("年初预算数", columns=2),
         Cell("预算数（A）", columns=2), Cell("执行数（B）"), Cell("执行率（B/A）", columns=2),
         Cell(f"得分{note}", columns=2)],
        [None, Cell(shown(table["budget_initial"]), columns=2),
         Cell(shown(table["budget_adjusted"]), columns=2), Cell(shown(table["executed"])),
         Cell(shown(table["execution_rate"]), columns=2), Cell(shown(table["execution_score"]), columns=2)],
    ]  # fmt: skip
    # The line of the sum has a name of its own, beside the merged one of the block.
    rows[1][0] = Cell(f"预算执行情况（{table['budget_unit']}）", rows=2)
    rows[1].insert(1, Cell("资金来源"))
    rows[2].insert(1, Cell("年度财政资金总额"))
    words = ("一级指标", "二级指标", "三级指标", "指标性质", "指标值", "度量单位", "全年完成值",
             "分值（权重）", "自评得分", "偏差原因", "改进措施")  # fmt: skip
    rows.append([*map(Cell, words)])
    indicators = table["indicators"]
    for each, classes in zip(indicators, _classes(indicators, is_merged=True), strict=True):
        sign, value, unit = parted(shown(each["target"]))
        texts = (
            each["level3"],
            sign,
            value,
            unit,
            *(shown(each[key]) for key in ("actual", "weight", "score")),
        )
        rows.append([*classes, *map(Cell, texts), Cell(shown(each["reason"])), Cell()])
    if table["total"] is not None:
        rows.append([Cell("自评总分", columns=8), Cell(shown(table["total"])), Cell(columns=2)])
    return [Piece(_title(table), rows)]  # fmt: skip


def parted(target: str) -> tuple[str, str, str]:
    """A target's sign, value and unit, as forms with a column for each print them."""
    found = _PARTS.fullmatch(target)
    if found is None:
        return "", target, ""
    return found["sign"] or "", found["figure"], found["unit"]


def torn(table: Published, *, every: int = 4) -> list[Piece]:
    """Pages of a few rows each, every one under the repeated headings; long names end on the next."""
    width = 8
    rows = _head(table, name="项目名称", width=width)
    words = ("资金", "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分", "")
    keys = (
        "budget_initial",
        "budget_adjusted",
        "executed",
        "execution_weight",
        "execution_rate",
        "execution_score",
    )
    rows += [
        [*map(Cell, words)],
        [*map(Cell, ("年度资金总额", *(shown(table[key]) for key in keys), ""))],
    ]  # fmt: skip
    heads: list[Cell | None] = [*map(Cell, ("一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值",
                                           "分值", "得分", "未完成原因及改进措施"))]  # fmt: skip
    unit = f"金额单位：{table['budget_unit']}"
    pieces = [Piece([*_title(table), unit], rows)]
    rows.append(heads)
    taken = 0
    for each, classes in zip(table["indicators"], _classes(table["indicators"], is_merged=False), strict=True):  # fmt: skip
        name = each["level3"]
        rest = ""
        if taken == every:
            pieces.append(Piece([f"第 {len(pieces)} 页"], [heads]))
            taken = 0
        if taken == every - 1 and len(name) > 12:
            name, rest = name[: len(name) // 2], name[len(name) // 2 :]
        texts = (shown(each[key]) for key in ("target", "actual", "weight", "score", "reason"))
        pieces[-1].rows.append([*classes, Cell(name), *map(Cell, texts)])
        taken += 1
        if rest:
            blank: list[Cell | None] = [Cell() for _ in range(5)]
            after = Piece([f"第 {len(pieces)} 页"], [heads, [Cell(), Cell(), Cell(rest), *blank]])
            pieces.append(after)
            taken = 0
    if table["total"] is not None:
        pieces[-1].rows.append(
            [Cell("合计", columns=5), Cell("100"), Cell(shown(table["total"])), Cell()]
        )
    pieces.append(Piece(["填表人：某人　　联系电话："], []))
    return pieces  # fmt: skip


def regional(table: Published) -> list[Piece]:
    """Funds as names beside figures, the target's heading over three columns, the total below."""
    width = 12
    weight = shown(table["execution_weight"])
    money = (
        ("年初预算数", table["budget_initial"]),
        ("全年预算数（A）", table["budget_adjusted"]),
        ("全年执行数（B）", table["executed"]),
        ("执行率（B/A）", table["execution_rate"]),
        (f"得分（{weight}分）" if weight else "得分", table["execution_score"]),
    )
    pairs = [Cell(shown(text)) for pair in money for text in pair]
    rows: list[list[Cell | None]] = [
        [Cell("项目名称", columns=2), Cell(table["project"], columns=width - 2)],
        [Cell(f"预算执行（{table['budget_unit']}）"), *pairs, Cell()],
        [Cell("总体目标"), Cell("年初设定目标", columns=5), Cell("全年完成情况", columns=6)],
    ]
    heads: list[Cell | None] = [*(Cell(word, rows=2) for word in ("一级指标", "二级指标", "三级指标")),
             Cell("年度指标值", columns=3),
             *(Cell(word, rows=2) for word in ("实际完成值", "完成率", "单项得分", "权重")),
             Cell("未完成原因分析", rows=2, columns=2)]  # fmt: skip
    under = [Cell("指标性质"), Cell("指标值"), Cell("度量单位")]
    rows += [heads, [*[None] * 3, *under, *[None] * 5]]
    indicators = table["indicators"]
    for each, classes in zip(indicators, _classes(indicators, is_merged=True), strict=True):
        parts = map(Cell, parted(shown(each["target"])))
        texts = (shown(each["actual"]), "", shown(each["score"]), shown(each["weight"]))
        reason = Cell(shown(each["reason"]), columns=2)
        rows.append([*classes, Cell(each["level3"]), *parts, *map(Cell, texts), reason])
    rows.append([Cell("其他需要说明的问题", columns=2), Cell("无", columns=width - 2)])
    total = [] if table["total"] is None else [f"自评得分：{table['total']}分"]
    return [Piece(_title(table), rows), Piece(total, [])]


LAYOUTS = {"official": official, "public": public, "torn": torn, "regional": regional}


def as_html(pieces: Iterable[Piece], page: str = "21cm 29.7cm") -> str:
    """The pieces as HTML for pages of a size, each after the first on a page of its own."""
    parts = []
    for number, piece in enumerate(pieces):
        if number:
            parts.append('<p style="page-break-before: always"></p>')
        parts += [f"<p>{html.escape(text)}</p>" for text in piece.lines]
        rows = [
            "".join(
                f'<td rowspan="{cell.rows}" colspan="{cell.columns}" style="{_LINE}">'
                f"{html.escape(cell.text)}</td>"
                for cell in row
                if cell is not None
            )
            for row in piece.rows
        ]
        body = "".join(f"<tr>{row}</tr>" for row in rows)
        parts.append(f"<table cellspacing=0>{body}</table>" if body else "")
    style = f'<meta charset="utf-8"><style>{_STYLE % page}</style>'
    return f"<html><head>{style}</head><body>{''.join(parts)}</body></html>"


def _placed(piece: Piece) -> Iterable[tuple[int, int, Cell]]:
    """Each cell with its row and column, as a browser would place it."""
    taken: set[tuple[int, int]] = set()
    for at, row in enumerate(piece.rows):
        column = 0
        for cell in row:
            if cell is None:
                continue
            while (at, column) in taken:
                column += 1
            taken |= {(at + down, column + right) for down in range(cell.rows)
                      for right in range(cell.columns)}  # fmt: skip
            yield at, column, cell
            column += cell.columns


def as_csv(pieces: Iterable[Piece], *, is_repeated: bool = False) -> bytes:
    """The pieces one below the other, a merged cell's text in its first place or in each."""
    stream = StringIO()
    writer = csv.writer(stream)
    for piece in pieces:
        writer.writerows([text] for text in piece.lines)
        grid = [[""] * 12 for _ in piece.rows]
        for row, column, cell in _placed(piece):
            for down in range(cell.rows if is_repeated else 1):
                for right in range(cell.columns if is_repeated else 1):
                    grid[row + down][column + right] = cell.text
        writer.writerows(grid)
    return stream.getvalue().encode("utf-8-sig")


def as_xlsx(pieces: Iterable[Piece]) -> bytes:
    """The pieces on one sheet with merged cells, plain figures and percentages as numbers."""
    stream = BytesIO()
    book = xlsxwriter.Workbook(stream)
    sheet = book.add_worksheet("自评表")
    percent = {places: book.add_format({"num_format": f"0{'.' + '0' * places if places else ''}%"})
               for places in range(3)}  # fmt: skip
    at = 0
    for piece in pieces:
        for text in piece.lines:
            sheet.merge_range(at, 0, at, 8, text)
            at += 1
        for row, column, cell in _placed(piece):
            if cell.rows > 1 or cell.columns > 1:
                last = (at + row + cell.rows - 1, column + cell.columns - 1)
                sheet.merge_range(at + row, column, *last, "")
            if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{0,6}[1-9])?", cell.text):
                sheet.write_number(at + row, column, float(cell.text))
            elif re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,2})?%", cell.text):
                places = len(cell.text.partition(".")[2].rstrip("%"))
                sheet.write_number(at + row, column, float(cell.text[:-1]) / 100, percent[places])
            else:
                sheet.write_string(at + row, column, cell.text)
        at += len(piece.rows)
    book.close()
    return stream.getvalue()


def as_docx(pieces: Iterable[Piece]) -> bytes:
    """The pieces as a Word file of the project's own making."""
    parts = []
    for piece in pieces:
        parts += map(office.paragraph, piece.lines)
        if not piece.rows:
            continue
        placed = {(row, column): cell for row, column, cell in _placed(piece)}
        width = max(column + cell.columns for (_, column), cell in placed.items())
        rows = [[*_docx_row(placed, row, width)] for row in range(len(piece.rows))]
        parts += [office.table(rows, width), office.paragraph("")]
    return office.docx("".join(parts))


def _docx_row(placed: dict[tuple[int, int], Cell], row: int, width: int) -> Iterable[str]:
    column = 0
    while column < width:
        first = next(
            (
                (at, cell)
                for at in range(row, -1, -1)
                if (cell := placed.get((at, column))) and at + cell.rows > row
            ),
            (row, Cell()),
        )
        at, cell = first
        merge = "" if cell.rows == 1 else "restart" if at == row else "continue"
        yield office.cell(cell.text if at == row else "", span=cell.columns, merge=merge)
        column += cell.columns
