"""The head of 项目绩效目标表: which column holds what, whatever classes the form has."""

import re
from dataclasses import dataclass, field
from functools import partial

from perf.core.terms import FundSource
from perf.documents.readers.repair import HINT, Role
from perf.documents.readers.tables import Row, close_up, key
from perf.documents.readers.vocabulary import (
    CLASSES,
    NAME_HEADS,
    PROJECT_LEVEL2,
    TARGET_HEADS,
    code_digits,
    looks_like_amount,
    looks_like_target,
    money_unit,
)

CODE, NAME, TOTAL, OBJECTIVE = "code", "name", "total", "objective"
_OBJECTIVE_HEADS = frozenset(
    {"年度目标", "年度绩效目标", "年度总体目标", "总体目标", "绩效目标描述"}
)
_SOURCES = {
    FundSource.FISCAL: ("政府预算资金", "财政拨款", "财政资金", "一般公共预算"),
    FundSource.SPECIAL_ACCOUNT: ("财政专户管理资金", "财政专户"),
    FundSource.UNIT_FUNDS: ("单位资金",),
    FundSource.CARRYOVER: ("上年结转",),
    FundSource.OTHER: ("其他资金",),
}
_WORDS = (
    CLASSES
    | PROJECT_LEVEL2
    | NAME_HEADS
    | TARGET_HEADS
    | _OBJECTIVE_HEADS
    | {"绩效目标", "绩效指标", "资金总额", "项目金额", "合计", "单位编码", "项目编码", "编码"}
    | {"项目单位", "项目名称", "单位名称", "项目单位(项目名称)", "单位编码(项目编码)", "预算项目"}
    | {word for words in _SOURCES.values() for word in words}
)
# Columns that some forms add and that say nothing a plan has a place for.
_OTHERS = frozenset(
    {
        "序号", "备注", "说明", "类型", "项目类别", "项目类型", "项目属性", "支出类别", "主管部门",
        "主管科室", "业务科室", "起止时间", "项目期限", "上级资金", "本级资金", "社会资金",
    }
)  # fmt: skip
_NAMED = re.compile("(预算)?(单位|项目|部门)[^0-9]{0,9}(编码|代码|名称)(\\(.{2,8}\\))?")
_COST_WORDS = re.compile("成本|费|投入|支出|资金|金额")
_COST_NAME = re.compile("(成本|单价|造价|费用?|补贴标准|控制数)$")
_OUTPUT_NAME = re.compile(
    "(次数|人数|人次|户数|数量|面积|里程|个数|件数|场次|频次|及时率|合格率|完成率|达标率|到位率"
    "|到岗率|办结率|拨付率|使用率|时间|时限|期限)$"
)
_EFFECT_NAME = re.compile("提升|改善|促进|增强|影响|效益|稳定|获得感|幸福感|安全感")
_USUAL = {
    3: ["产出指标", "效益指标", "满意度指标"],
    4: ["成本指标", "产出指标", "效益指标", "满意度指标"],
}


@dataclass(slots=True)
class Pair:
    """Two columns of one class: the indicators' names and their targets."""

    level1: str
    level2: str | None
    column: int
    target_column: int


@dataclass(slots=True)
class ProjectHeader:
    """The columns of the form, the money's unit, and whether the classes had to be assumed."""

    roles: list[Role] = field(default_factory=list)
    pairs: list[Pair] = field(default_factory=list)
    unit: str | None = None
    classes_assumed: bool = False


def is_header_row(row: Row) -> bool:
    """Whether the row holds headings of this form only; one of three, or a quarter, may be torn."""
    filled = row.filled()
    headings = sum(_is_heading(text) for _, text in filled)
    torn = max(1, len(filled) // 4) if len(filled) > 2 else 0
    return headings > 0 and headings >= len(filled) - torn


def completes_heading(heading: Row, row: Row) -> bool:
    """Whether the row holds the ends of headings torn by a page break, which then are joined."""
    above = dict(heading.filled())
    whole = {column: above.get(column, "") + text for column, text in row.filled()}
    if not row.after_break or not all(
        column in above and _is_heading(text) for column, text in whole.items()
    ):
        return False
    for column, text in whole.items():
        heading.cells[column] = text
    return True


def _is_heading(text: str) -> bool:
    if len(text) > 30:
        return False
    plain = _plain(text)
    return (
        plain in _WORDS | _OTHERS
        or bool(_NAMED.fullmatch(plain))
        or ("(" in plain and any(plain.startswith(word) for word in _WORDS if len(word) >= 4))
    )


def _plain(text: str) -> str:
    return key(text).removesuffix("(万元)").removesuffix("(元)")


def read_header(rows: list[Row]) -> ProjectHeader | None:
    """The columns out of the form's heading rows; None where they name no indicators."""
    cells = [(column, text) for row in rows for column, text in row.filled()]
    header = ProjectHeader(
        unit=next((unit for _, text in cells if (unit := money_unit(text))), None)
    )
    pairs = _pairs(rows)
    if not pairs:
        return None
    _name_classes(header, pairs, rows)
    roles = _money_roles(cells, pairs[0].column)
    codes = [column for column, text in cells if re.search("编码|代码", key(text))][:1]
    roles += [Role(CODE, column, _misfit_code) for column in codes]
    taken = {role.column for role in roles}
    names = [
        column
        for column, text in cells
        if column < pairs[0].column and column not in taken and _names_project(text)
    ]
    free = (column for column in range(pairs[0].column) if column not in taken)
    roles += [Role(NAME, column, _misfit_project) for column in names[:1] or [*free][:1]]
    for column, text in cells:
        if key(text) in _OBJECTIVE_HEADS:
            roles.append(Role(OBJECTIVE, column, _misfit_objective))
    for number, pair in enumerate(pairs):
        name = f"name{number}"
        roles.append(Role(name, pair.column, partial(_misfit_name, level1=pair.level1)))
        roles.append(Role(f"target{number}", pair.target_column, _misfit_target, pair_of=name))
    taken |= {role.column for role in roles}
    roles += [
        Role(f"other{column}", column, _misfit_other)
        for column, text in cells
        if key(text) in _OTHERS and column not in taken
    ]
    header.pairs = pairs
    unique: dict[int, Role] = {}
    for role in roles:
        unique.setdefault(role.column, role)
    header.roles = [unique[column] for column in sorted(unique)]
    return header


def _pairs(rows: list[Row]) -> list[Pair]:
    named: dict[int, None] = {}
    targets: set[int] = set()
    for row in rows:
        for column, text in row.filled():
            if key(text) in NAME_HEADS:
                named[column] = None
            elif key(text) in TARGET_HEADS:
                targets.add(column)
    if not named:
        named = dict.fromkeys(
            column for row in rows for column, text in row.filled() if key(text) in CLASSES
        )
    columns = sorted(named)
    pairs = []
    for column, following in zip(columns, [*columns[1:], 10**6], strict=False):
        own = [each for each in targets if column < each < following]
        pairs.append(Pair("", None, column, min(own, default=column + 1)))
    return pairs


def _name_classes(header: ProjectHeader, pairs: list[Pair], rows: list[Row]) -> None:
    classes: dict[int, str] = {}
    seconds: dict[int, str] = {}
    for row in rows:
        for column, text in row.filled():
            if key(text) in PROJECT_LEVEL2 and not (key(text) in CLASSES and not classes):
                seconds[column] = close_up(text)
            elif key(text) in CLASSES:
                classes[column] = close_up(text)
    if not classes:
        header.classes_assumed = True
        usual = _USUAL.get(len(pairs), [""] * len(pairs))
        classes = {pair.column: level1 for pair, level1 in zip(pairs, usual, strict=True)}
    for pair, level1 in zip(pairs, _spread(classes, pairs), strict=True):
        pair.level1 = level1
    if seconds:
        for pair, level2 in zip(pairs, _spread(seconds, pairs), strict=True):
            pair.level2 = level2


def _spread(headings: dict[int, str], pairs: list[Pair]) -> list[str]:
    """The heading over each pair: one each where they are as many, else the nearest to the left."""
    ordered = sorted(headings)
    if len(ordered) == len(pairs):
        return [headings[column] for column in ordered]
    return [
        headings[max((each for each in ordered if each <= pair.column), default=ordered[0])]
        for pair in pairs
    ]


def _money_roles(cells: list[tuple[int, str]], first_pair: int) -> list[Role]:
    roles: dict[int, Role] = {}
    for column, text in cells:
        if column >= first_pair:
            continue
        plain = key(text)
        for source, words in _SOURCES.items():
            if plain.startswith(words):
                roles[column] = Role(source.value, column, _misfit_amount)
    total = [column for column, text in cells if _plain(text) == "资金总额"]
    if not total:
        total = [
            column
            for column, text in cells
            if column < first_pair and column not in roles and _plain(text) in {"合计", "项目金额"}
        ]
    for column in total[:1]:
        roles[column] = Role(TOTAL, column, _misfit_amount)
    return list(roles.values())


def _names_project(text: str) -> bool:
    plain = key(text)
    return ("名称" in plain and "指标" not in plain) or plain in {"项目单位", "预算项目"}


def _misfit_code(text: str) -> float:
    return 0.0 if code_digits(text) else (2.0 if key(text) in {"合计", "总计"} else 4.0)


def _misfit_project(text: str) -> float:
    return 4.0 if looks_like_amount(text) or looks_like_target(text) else 0.0


def _misfit_amount(text: str) -> float:
    return 0.0 if looks_like_amount(text) and not key(text).endswith(("元", "万")) else 5.0


def _misfit_other(text: str) -> float:
    return 1.0 if looks_like_target(text) and not text.isdigit() else 0.0


def _misfit_objective(text: str) -> float:
    return 4.0 if looks_like_target(text) else (0.0 if len(text) > 15 else 1.0)


def _misfit_target(text: str) -> float:
    if looks_like_target(text):
        return 0.0
    return 0.2 if len(text) <= 4 else 0.6


def _misfit_name(text: str, *, level1: str) -> float:
    if looks_like_target(text):
        return 4.0
    misfit = 0.0
    if ("满意" in level1) != ("满意" in text):
        misfit += 0.4 if "满意" in level1 else 0.8
    if "成本" in level1 and not _COST_WORDS.search(text):
        misfit += 0.4
    # Weak hints, which only decide between two places that look alike otherwise.
    if "成本" not in level1 and _COST_NAME.search(text):
        misfit += HINT
    if "产出" not in level1 and _OUTPUT_NAME.search(text):
        misfit += HINT
    if "产出" in level1 and _EFFECT_NAME.search(text):
        misfit += HINT
    return misfit
