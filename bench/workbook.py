"""A published workbook of 10,000 rows read into checked plans, against openpyxl reading its cells.

The sheet is the declaration form as one long list: a row an indicator, the project before it. Both
in processor time, in turn.
"""

import time
from io import BytesIO

import openpyxl
import xlsxwriter

from perf.documents.readers import read_document

ROWS = 10_000
ROUNDS = 5
# What the project promises: the most times of openpyxl's reading.
PROMISED = 3.0
_HEADINGS = (
    *("单位名称", "项目编码", "项目名称", "预算金额", "年度绩效目标"),
    *("一级指标", "二级指标", "三级指标", "指标性质", "指标值", "度量单位", "权重"),
)
# 一级, 二级, 三级, 性质, 值, 单位, 权重.
_INDICATORS = (
    ("成本指标", "经济成本指标", "项目总成本", "≤", "30", "万元", 10),
    ("产出指标", "数量指标", "开展培训次数", "≥", "12", "次", 10),
    ("产出指标", "数量指标", "接待来访群众", "≥", "1200", "人次", 10),
    ("产出指标", "质量指标", "信访事项及时受理率", "≥", "95", "%", 10),
    ("产出指标", "质量指标", "设备验收合格率", "＝", "100", "%", 10),
    ("产出指标", "时效指标", "救助完成时限", "≤", "7", "天", 10),
    ("效益指标", "社会效益指标", "化解矛盾纠纷", "≥", "300", "件", 10),
    ("效益指标", "可持续影响指标", "长效机制健全程度", "定性", "健全", "", 10),
    ("满意度指标", "服务对象满意度指标", "群众满意度", "≥", "90", "%", 10),
    ("满意度指标", "服务对象满意度指标", "参训人员满意度", "≥", "85", "%", 10),
)


def workbook(rows: int = ROWS) -> bytes:
    """The list as an xlsx file; figures stand as numbers, as people type them."""
    target = BytesIO()
    book = xlsxwriter.Workbook(target)
    sheet = book.add_worksheet()
    sheet.write(0, 0, "2023年度部门预算项目绩效目标申报表")
    sheet.write(1, 0, "单位：万元")
    sheet.write_row(2, 0, _HEADINGS)
    for at in range(rows):
        project, number = divmod(at, len(_INDICATORS))
        level1, level2, name, sign, value, unit, weight = _INDICATORS[number]
        row = (
            *("某市信访局", f"4107022{project:014d}", f"第 {project} 号信访工作经费", 30),
            *("减少矛盾纠纷，及时化解处理信访问题。", level1, level2, name, sign),
            *(int(value) + project % 5 if value.isdigit() else value, unit, weight),
        )
        sheet.write_row(3 + at, 0, row)
    book.close()
    return target.getvalue()


def measure(rows: int = ROWS) -> list[float]:
    """How many times openpyxl's time the whole reading takes, round by round."""
    content = workbook(rows)
    ratios = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        cells = _bare(content)
        between = time.process_time()
        draft = read_document("list.xlsx", content)
        ratios.append((time.process_time() - between) / (between - begun))
        read = sum(len(plan.indicators) for plan in draft.projects)
        if read != rows or cells < rows * len(_HEADINGS) * 9 // 10:
            raise RuntimeError(f"{read} of {rows} indicators, {cells} cells")
    return ratios


def _bare(content: bytes) -> int:
    book = openpyxl.load_workbook(BytesIO(content), read_only=True)
    return sum(cell.value is not None for row in book.worksheets[0].iter_rows() for cell in row)


if __name__ == "__main__":
    print(measure())
