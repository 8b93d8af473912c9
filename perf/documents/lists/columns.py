"""Which column of a list is what: by the words of its head row, else by what stands in it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from perf.core.dates import parse_day
from perf.core.errors import InvalidInput
from perf.core.findings import Finding
from perf.core.lists.answers import INVALID, SATISFIED
from perf.core.lists.kinds import ListKind, MoneyUnit, note, refuse
from perf.core.numbers import parse_number
from perf.core.readings import plain_text
from perf.documents.lists.texts import ListRow
from perf.documents.readers.tables import key

_HEAD_LINES = 10
# No head, day or amount is longer; the patterns below are only asked about so much.
_LONGEST = 40
_DAY = "(?:日期|时间|日|年月日)"
_NOT_ACTUAL = re.compile(
    "(?<![供反])应(?!急)|要求|承诺|计划|期限|时限|预计|拟|预算|申请金额|合同|余额|指标"
)
_TIME_OF_DAY = re.compile(r"[T ]\s*\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$")
_UNIT = re.compile(r"[(（]\s*(?:单位[:：]?)?(万元|元)\s*[)）]")
_REMARK = re.compile(r"\([^()]*\)")


class Role(Enum):
    """What a column holds; `Text` columns say what a row is about."""

    APPLIED = auto()
    COMPLETED = auto()
    ON = auto()
    AMOUNT = auto()
    OPTION = auto()
    COUNT = auto()
    TEXT = auto()


# The words of each column, the surest first: where a list has several such columns, the first
# pattern that any of them answers decides.
_WORDS: dict[Role, tuple[str, ...]] = {
    Role.APPLIED: (
        f".*受理.*{_DAY}|受理",
        f".*(?:收件|接件|收文|登记|立案|接待).*{_DAY}",
        f".*(?:申请|申报|提交|来访|来信|诉求).*{_DAY}|申请",
        f".*(?:开始|起始).*{_DAY}|.*起.*{_DAY}",
    ),
    Role.COMPLETED: (
        f".*(?:办结|办毕|结案|办理完).*{_DAY}|办结",
        f".*(?:完成|完结|答复|批复|回复|发证|出证).*{_DAY}|完成",
        f".*(?:结束|终止|截止).*{_DAY}",
    ),
    Role.ON: (f".*(?:支付|付款|支出|拨付|入账|记账|交易|报销).*{_DAY}", f".*{_DAY}"),
    Role.AMOUNT: (
        ".*(?:支付|实付|付款|支出|拨付|报销|发生).*(?:金额|额|数)",
        ".*金额|借方.*",
    ),
    Role.OPTION: (
        ".*(?:选项|选择|回答|答案)",
        ".*(?:满意度|满意程度|满意情况|评价|评价结果|评价等级)",
    ),
    Role.COUNT: (".*(?:份数|票数|人数|频数|数量|次数|人次)|小计|计数|数",),
    Role.TEXT: (
        ".*(?:编号|案号|件号|文号|凭证号|单号)",
        ".*(?:收款人|收款单位|收款方|摘要|用途|事由|事项|名称|标题|申请人|姓名|说明|内容|备注)",
    ),
}
# What a head row has to name; a title above the head may sound like the last of them.
_NEEDED: dict[ListKind, tuple[tuple[Role, ...], ...]] = {
    ListKind.DAYS: ((Role.APPLIED, Role.COMPLETED),),
    ListKind.PAYMENTS: ((Role.ON, Role.AMOUNT),),
    ListKind.ANSWERS: ((Role.OPTION, Role.COUNT), (Role.OPTION,)),
}
_WANTED = {
    ListKind.DAYS: "申请日期、办结日期",
    ListKind.PAYMENTS: "支付日期、金额（元）、摘要",
    ListKind.ANSWERS: "选项、份数",
}


@dataclass(slots=True)
class Columns:
    """The columns by their role, the rows below the head, and what there is to say about it.

    `texts` are the columns that say what a row is about; `width` is the head's, 0 without one.
    """

    rows: Sequence[ListRow]
    places: dict[Role, int] = field(default_factory=dict)
    texts: list[int] = field(default_factory=list)
    width: int = 0
    unit: MoneyUnit | None = None
    findings: list[Finding] = field(default_factory=list)


def find_columns(rows: Sequence[ListRow], kind: ListKind) -> Columns:
    """The columns of a list; without one it needs, there is an error that says what to do."""
    for needed in _NEEDED[kind]:
        for at, row in enumerate(rows[:_HEAD_LINES]):
            found = _by_head(row, needed)
            if found is None:
                continue
            found.rows = rows[at + 1 :]
            if at:
                message = f"表头在第 {row.number} 行，它上面的 {at} 行没有计入。"
                found.findings.append(note("rows-above-head", message))
            return found
    found = _by_content(rows, kind)
    if rows and not found.places:
        message = (
            f"看不出各列是什么。请在第一行写上表头，例如：{_WANTED[kind]}，各列之间用制表符"
            "（从 Excel 直接粘贴就是）、逗号或两个空格隔开。"
        )
        found.findings.append(refuse("columns-unknown", message))
        found.rows = ()
    return found


def _by_head(row: ListRow, needed: Sequence[Role]) -> Columns | None:
    heads = [_REMARK.sub("", key(cell)) if len(cell) <= _LONGEST else "" for cell in row.cells]
    found = Columns((), width=len(row.cells))
    for role in needed:
        places, others = _answering(heads, role)
        if not places:
            return None
        found.places[role] = places[0]
        if len(places) > 1:
            message = f"{_named(row, places)}看不出用哪一列，请只留一列。"
            found.findings.append(refuse("columns-alike", message, row.number))
        elif others:
            message = f"按{_named(row, places)}计算，没有用{_named(row, others)}。"
            found.findings.append(note("column-chosen", message, row.number))
    used = set(found.places.values())
    if len(used) < len(found.places):
        return None
    if Role.AMOUNT in found.places:
        unit = _UNIT.search(row.cells[found.places[Role.AMOUNT]])
        if unit:
            found.unit = MoneyUnit.WAN if unit[1] == "万元" else MoneyUnit.YUAN
    found.texts = [
        at
        for at, head in enumerate(heads)
        if at not in used and any(re.fullmatch(words, head) for words in _WORDS[Role.TEXT])
    ]
    return found


def _named(row: ListRow, places: Sequence[int]) -> str:
    return "、".join(f"“{row.cells[place]}”" for place in places)


def _answering(heads: Sequence[str], role: Role) -> tuple[list[int], list[int]]:
    """The columns that answer the surest words, and those that answer only others."""
    found: list[int] = []
    others: list[int] = []
    for words in _WORDS[role]:
        places = [
            at
            for at, head in enumerate(heads)
            if re.fullmatch(words, head)
            and not _NOT_ACTUAL.search(head)
            and head not in {*SATISFIED, *INVALID}
        ]
        others += [at for at in places if found and at not in {*found, *others}]
        found = found or places
    return found, others


def _by_content(rows: Sequence[ListRow], kind: ListKind) -> Columns:
    found = Columns(rows)
    width = max((len(row.cells) for row in rows), default=0)
    days, numbers, texts = [], [], []
    for at in range(width):
        cells = [row.cells[at] for row in rows if at < len(row.cells) and row.cells[at]]
        if not cells:
            continue
        if 2 * sum(is_day(cell) for cell in cells) > len(cells):
            days.append(at)
        elif 2 * sum(is_number(cell) for cell in cells) > len(cells):
            # 1, 2, 3 … only counts the rows.
            if at or cells != [str(n) for n in range(1, len(cells) + 1)] or width == 1:
                numbers.append(at)
        else:
            texts.append(at)
    match kind:
        case ListKind.DAYS if len(days) == 2:
            found.places = {Role.APPLIED: days[0], Role.COMPLETED: days[1]}
        case ListKind.PAYMENTS if len(days) == len(numbers) == 1:
            found.places = {Role.ON: days[0], Role.AMOUNT: numbers[0]}
        case ListKind.ANSWERS if not days and len(texts) == 1 and len(numbers) <= 1:
            found.places = {Role.OPTION: texts[0]}
            if numbers:
                found.places[Role.COUNT] = numbers[0]
            texts = []
        case _:
            pass
    found.texts = texts
    return found


def day_text(cell: str) -> str:
    """A cell without the time of day that systems write behind a day."""
    return _TIME_OF_DAY.sub("", cell) if len(cell) <= _LONGEST else cell


def is_day(cell: str) -> bool:
    """Whether a cell holds a calendar day."""
    return parse_day(day_text(cell)) is not None


def is_number(cell: str) -> bool:
    """Whether a cell holds a number, with a unit of money or without."""
    try:
        return parse_number(bare_amount(cell)) is not None
    except InvalidInput:
        return False


def bare_amount(cell: str) -> str:
    """An amount without its signs of money (`¥1,234.50元` → `1,234.50`)."""
    if len(cell) > _LONGEST:
        raise InvalidInput("不是数字：内容太长。")
    return re.sub("^[¥￥]|人民币|(?:万元|万|元)$", "", plain_text(cell))
