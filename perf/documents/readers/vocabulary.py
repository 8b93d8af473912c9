"""The words that the official forms print, and what a cell looks like by itself."""

import re
from decimal import Decimal
from functools import lru_cache

from perf.core.errors import InvalidInput
from perf.core.numbers import parse_number
from perf.core.targets import strip_numbering
from perf.documents.readers.tables import close_up, key

# The classes (一级指标) of both forms, with the wordings that other provinces use.
CLASSES = frozenset(
    {
        "投入管理指标", "投入指标", "过程指标", "管理指标", "投入管理", "成本指标", "产出指标",
        "效益指标", "效果指标", "满意度指标", "服务对象满意度指标", "履职效能", "履职效能指标",
        "管理效率", "管理效率指标", "社会效应", "社会效应指标", "履职指标", "可持续性指标",
        "可持续发展能力", "可持续发展能力指标",
    }
)  # fmt: skip

# The second level of 项目支出绩效目标 where a form prints it above the third.
PROJECT_LEVEL2 = frozenset(
    {
        "经济成本指标", "社会成本指标", "生态环境成本指标", "数量指标", "质量指标", "时效指标",
        "经济效益指标", "社会效益指标", "生态效益指标", "可持续影响指标", "服务对象满意度指标",
        "社会公众或服务对象满意度指标", "社会公众满意度指标", "环境效益指标",
    }
)  # fmt: skip

# The standing part of 部门整体绩效目标表: second level → its class, and name → second level.
LEVEL2_CLASS = {
    "工作目标管理": "投入管理指标",
    "预算和财务管理": "投入管理指标",
    "绩效管理": "投入管理指标",
    "重点工作任务完成": "产出指标",
    "履职目标实现": "产出指标",
    "履职效益": "效益指标",
    "满意度": "效益指标",
}
_STANDING = {
    "工作目标管理": "年度履职目标相关性 工作任务科学性 绩效指标合理性",
    "预算和财务管理": (
        "预算编制完整性 专项资金细化率 预算执行率 预算调整率 结转结余率 “三公经费”控制率 "
        "政府采购执行率 决算真实性 资金使用合规性 管理制度健全性 预决算信息公开性 资产管理规范性"
    ),
    "绩效管理": (
        "绩效目标编制完成率 绩效监控完成率 绩效自评完成率 部门绩效评价完成率 评价结果应用率"
    ),
}
LEVEL2_OF_NAME = {
    key(name): level2 for level2, names in _STANDING.items() for name in names.split()
}

NAME_HEADS = frozenset({"三级指标", "三级指标名称", "指标名称", "绩效指标名称", "指标内容"})
TARGET_HEADS = frozenset(
    {
        "指标值",
        "目标值",
        "年度指标值",
        "年度目标值",
        "三级指标值",
        "指标值及单位",
        "绩效指标值",
        "调整后指标值",
    }
)
NOTE_HEADS = frozenset(
    {"指标值说明", "指标说明", "说明", "备注", "指标解释", "评分标准", "绩效标准", "指标值内容"}
)

_COMPARED = re.compile(
    r"(>=|<=|=>|=<|[≥≤≧≦⩾⩽><=]|不低于|不少于|不超过|不高于|不大于|不小于|大于|小于|高于|低于"
    r"|超过|达到|控制在|至少|至多|少于|多于).{0,20}\d.{0,20}"
)
_MEASURED = re.compile(
    r"[+-]?\d[\d,.]*(万|亿)?(%|‰|\D{0,4})"
    r"(?<![率数量度线])((以上|以下|以内|以外|左右|之内|起)|[-~至到—]+.{0,14})?"
)
_DATED = re.compile(
    r"((20\d\d年?)?\d{1,2}月.{0,16}|20\d\d年?(年?底|年?末|内)?(之?前|以前|内)?(完成)?)"
)
_AMOUNT = re.compile(r"([+-]?[\d,.]+)(元|千元|万元|万|亿元)?")
_SENTENCE = re.compile(r"[。；;=]")
YUAN = {"元": Decimal(1), "千元": Decimal(1000), "万元": Decimal(10000), "亿元": Decimal(10**8)}
# A unit's or a project's code: digits, and in newer project codes a letter for the kind of project.
_CODE = re.compile(r"\d{3,}|\d{6,}[A-Z]\d{4,}[A-Z]?")
_CODE_WITH_NAME = re.compile(r"[\[(【]?(\d{3,})[\])】]?\s*[-—_]?\s*([^\d\W].*)", re.DOTALL)
_UNIT_SAID = re.compile(r"\((?:单位[:：]?)?(千元|万元|亿元|元)\)|单位[:：](千元|万元|亿元|元)")


@lru_cache(maxsize=4096)
# Where a row may have slid, every cell is asked about under several headings.
@lru_cache(maxsize=4096)
def looks_like_target(text: str) -> bool:
    """Whether the cell says a figure or a day to reach (`≥90%`, `30万`, `7日内`, `2022年底前`)."""
    if len(text) > 60:
        return False
    plain = key(strip_numbering(text))
    return bool(_COMPARED.fullmatch(plain) or _MEASURED.fullmatch(plain) or _DATED.fullmatch(plain))


@lru_cache(maxsize=4096)
def looks_like_amount(text: str) -> bool:
    """Whether the cell is a sum of money (`2,109,100.0`, `30.00`, `30万元`) and nothing else."""
    return len(text) <= 30 and amount(text) is not None


def looks_like_sentence(text: str) -> bool:
    """Whether the cell is an explanation rather than a name."""
    return len(text) > 24 or bool(_SENTENCE.search(text))


def is_class(text: str) -> bool:
    """Whether the cell is a class (一级指标) as the forms print them."""
    return key(text) in CLASSES


def amount(text: str, unit: str = "元") -> Decimal | None:
    """A sum of money in 元, exact; the cell's own unit comes before `unit`; None if it is none."""
    match = _AMOUNT.fullmatch(key(text))
    if match is None:
        return None
    try:
        figure = parse_number(match[1])
    except InvalidInput:
        return None
    own = {"万": "万元"}.get(match[2], match[2]) if match[2] else unit
    return None if figure is None else figure * YUAN[own]


def money_unit(text: str) -> str | None:
    """The unit of money that a heading or label names in brackets or after 单位：, if any."""
    match = _UNIT_SAID.search(key(text))
    return (match[1] or match[2]) if match else None


def code_digits(text: str) -> str | None:
    """The code in a code cell (a unit's or a project's), or None where it is no code."""
    plain = key(text)
    return plain if _CODE.fullmatch(plain) else None


def code_and_name(text: str) -> tuple[str | None, str]:
    """A unit as forms write it (`035-某局`, `[015001]某局`): its code, if any, and its name."""
    match = _CODE_WITH_NAME.fullmatch(text.strip())
    return (match[1], close_up(match[2])) if match else (None, close_up(text))


def head(text: str) -> str:
    """A heading for comparing: as `key`, without the star of a required field and its colon."""
    return key(text).strip("*").rstrip(":")
