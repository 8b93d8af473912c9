"""A thousand self-evaluations as files, against the bare libraries writing the same cells.

What is measured goes from the plain rows of a form to the bytes of its file. The bare side gets the
finished cells: XlsxWriter writes them, merged as they are, in one look a style; typst sets them in
a plain table of the same columns with the same font. Both in processor time, in turn.
"""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from io import BytesIO
from typing import Any

import pylopdf_fonts_zh_cn
import typst
import xlsxwriter

from perf.core.rules import load_pack
from perf.core.scoring import score_indicator
from perf.core.targets import parse_target
from perf.core.terms import PlanKind, Rating
from perf.documents.forms import (
    ExecutionRow,
    IndicatorRow,
    Money,
    SelfEvaluationForm,
    self_evaluation_layout,
)
from perf.documents.forms.formats import FORMATS
from perf.documents.forms.shown import shown
from perf.documents.forms.table import Layout

NUMBER = 1_000
SLICE = 50
# What the project promises: the most times of the bare library's time, by the file's ending.
PROMISED = {"xlsx": 2.5, "pdf": 2.5}
# 一级, 二级, 三级, target, actual, weight.
_ROWS = (
    ("产出指标", "数量指标", "接待来访群众", "≥1200人次", "1260", 10),
    ("产出指标", "数量指标", "开展法治宣传活动", "≥12次", "11", 10),
    ("产出指标", "质量指标", "信访事项及时受理率", "≥95%", "96.5", 10),
    ("产出指标", "质量指标", "信访事项按期答复率", "≥95%", "93", 5),
    ("产出指标", "时效指标", "救助完成时限", "≤7天", "7.5", 5),
    ("产出指标", "成本指标", "项目总成本", "≤30万元", "29.8", 10),
    ("效益指标", "社会效益指标", "化解矛盾纠纷", "≥300件", "312", 10),
    ("效益指标", "社会效益指标", "越级上访下降率", "≥10%", "8", 10),
    ("效益指标", "可持续影响指标", "信访工作机制运行年限", "≥1年", "1", 10),
    ("满意度指标", "服务对象满意度指标", "群众满意度", "≥90%", "92", 5),
    ("满意度指标", "服务对象满意度指标", "来访群众对接待的满意度", "≥90%", "88", 5),
)
_PLAIN = """
#set page(paper: "a4", margin: 28pt)
#set text(font: "Noto Serif SC", lang: "zh", size: 10pt)
#let sheets = json(bytes(sys.inputs.sheets))
#for sheet in sheets {
  table(
    columns: sheet.widths.map(width => width * 1fr),
    ..sheet.cells.map(cell => table.cell(
      x: cell.at(1), y: cell.at(0), rowspan: cell.at(2), colspan: cell.at(3), cell.at(4),
    ))
  )
  pagebreak(weak: true)
}
"""


def a_form(number: int) -> SelfEvaluationForm:
    """A signed project of eleven indicators, three of them missed, with reasons and working."""
    pack = load_pack("cn-project-2021")
    rows = []
    for level1, level2, name, target, actual, weight in _ROWS:
        read = parse_target(target, level1=level1, level2=level2, name=name)
        score = score_indicator(Decimal(weight), read, Decimal(actual), pack)
        missed = score.points != weight
        rows.append(
            IndicatorRow(
                *(level1, level2, name, target),
                actual=f"{actual}{read.unit or ''}",
                weight=Decimal(weight),
                points=score.points,
                deviation_reason="下半年来访集中，人手不足，个别事项答复延后。" if missed else "",
                corrective_action="增加接访窗口，按周通报办理进度。" if missed else "",
                steps=score.steps,
            )
        )
    points = sum((row.points or Decimal(0) for row in rows), Decimal(0))
    money = Money(Decimal("300000.00"), Decimal("300000.00"), Decimal("298000.00") - number)
    return SelfEvaluationForm(
        kind=PlanKind.PROJECT,
        year=2022,
        name=f"第 {number} 号信访工作经费",
        code=f"4107022{number:014d}",
        department="某市信访局",
        implementing_unit="某市信访局本级",
        rows=rows,
        is_draft=False,
        total_money=money,
        fiscal=money,
        execution=ExecutionRow(Decimal(10), Decimal("9.90")),
        objective_expected="减少矛盾纠纷，及时化解处理信访问题，降低上访量。",
        objective_actual="全年接待来访群众 1260 人次，化解矛盾纠纷 312 件。",
        total=points + Decimal("9.90"),
        rating=Rating.EXCELLENT,
        pack_id=pack.id,
        pack_version="1",
        submitted_by="张三",
        submitted_at=datetime(2023, 1, 15, 2, tzinfo=UTC),
        approved_by="李四",
        approved_at=datetime(2023, 1, 20, 2, tzinfo=UTC),
    )


def measure(number: int = NUMBER) -> dict[str, list[float]]:
    """By the file's ending: how many times the bare time the forms take, slice by slice."""
    forms = [a_form(at) for at in range(number)]
    layouts = [self_evaluation_layout(form) for form in forms]
    bare: dict[str, Callable[[Layout], Any]] = {"xlsx": _bare_xlsx, "pdf": _BarePdf().write}
    found: dict[str, list[float]] = {}
    for ending, write_bare in bare.items():
        write = partial(_write, ending)
        # Compilers and fonts are made ready once a process, not once a form.
        write(forms[0])
        write_bare(layouts[0])
        found[ending] = [
            _taken(write, forms[at : at + SLICE]) / _taken(write_bare, layouts[at : at + SLICE])
            for at in range(0, number, SLICE)
        ]
    return found


def _write(ending: str, form: SelfEvaluationForm) -> bytes:
    return FORMATS[ending].write(self_evaluation_layout(form))


def _taken(write: Callable[[Any], Any], things: list[Any]) -> float:
    begun = time.process_time()
    for thing in things:
        write(thing)
    return time.process_time() - begun


def _bare_xlsx(layout: Layout) -> bytes:
    target = BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    looks: dict[str, Any] = {}
    for sheet in layout.sheets:
        page = book.add_worksheet(sheet.name)
        for row, column, last_row, last_column, value, style, formula in sheet.cells:
            look = looks.get(style) or looks.setdefault(style, book.add_format({"border": 1}))
            if last_row > row or last_column > column:
                page.merge_range(row, column, last_row, last_column, "", look)
            if value is None:
                page.write_blank(row, column, None, look)
            elif isinstance(value, str):
                page.write_string(row, column, value, look)
            elif formula:
                page.write_formula(row, column, formula, look, value)
            else:
                page.write_number(row, column, value, look)
    book.close()
    return target.getvalue()


class _BarePdf:
    def __init__(self) -> None:
        folder = pylopdf_fonts_zh_cn.serif_path().parent
        self.compiler = typst.Compiler(font_paths=[str(folder)], ignore_system_fonts=True)

    def write(self, layout: Layout) -> Any:
        sheets = [
            {
                "widths": sheet.widths,
                "cells": [
                    (
                        *(cell.row, cell.column),
                        *(cell.last_row - cell.row + 1, cell.last_column - cell.column + 1),
                        shown(cell),
                    )
                    for cell in sheet.cells
                ],
            }
            for sheet in layout.sheets
        ]
        return self.compiler.compile(
            _PLAIN.encode(), format="pdf", sys_inputs={"sheets": json.dumps(sheets)}
        )


if __name__ == "__main__":
    for ending, ratios in measure(200).items():
        print(ending, sorted(ratios)[len(ratios) // 2], ratios)
