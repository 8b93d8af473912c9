"""The editor's form of a rule pack as one table: which rule has which fields, in which words."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from perf.core.rulepack import AtMostFormula, Certainty, ClassShares, ReasonFor, TargetBasis


class Kind(StrEnum):
    """How a field is typed; `names` is a list of names, `shares` of names with points."""

    LINE = "line"
    TEXT = "text"
    NUMBER = "number"
    CHOICE = "choice"
    NAMES = "names"
    SHARES = "shares"


@dataclass(frozen=True, slots=True)
class Field:
    """One field; its key is the packs' own, so that a refusal finds its way back to it."""

    key: str
    label: str
    kind: Kind
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    is_required: bool = True


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a rule (classes, steps, bands): their fields, and what no rows at all mean."""

    key: str
    label: str
    fields: tuple[Field, ...]
    hint: str = ""


@dataclass(frozen=True, slots=True)
class RuleForm:
    """One rule; an optional one can be switched on, and `first` is what then stands there."""

    key: str
    label: str
    fields: tuple[Field, ...] = ()
    rows: Rows | None = None
    is_optional: bool = False
    first: dict[str, str] = field(default_factory=dict)


def _choices(
    kind: type[Certainty | AtMostFormula | ClassShares | TargetBasis | ReasonFor],
) -> tuple[tuple[str, str], ...]:
    return tuple((member.value, member.label) for member in kind)


def _number(key: str, label: str, hint: str = "", *, is_required: bool = True) -> Field:
    return Field(key, label, Kind.NUMBER, hint, is_required=is_required)


def _first(title: str, clause: str, **values: str) -> dict[str, str]:
    return {"title": title, "clause": clause, "certainty": Certainty.DECIDED.value, **values}


_SHARE = "0 至 1 之间的小数，例如 0.9 即 90%"
# What the pack itself says, before its rules.
PACK_FIELDS = (
    Field("name", "办法名称", Kind.LINE),
    Field("document", "依据文件", Kind.LINE, "文号或文件名；各条规则没有另写出处的，都以它为准"),
)
# Where each rule stands, and how sure that is.
SOURCE_FIELDS = (
    Field("title", "规则名称", Kind.LINE, "得分的算式以“§”引用它"),
    Field("clause", "条款内容", Kind.TEXT),
    Field("document", "出处", Kind.LINE, "与本办法的依据文件相同的，可以留空", is_required=False),
    Field("certainty", "核对情况", Kind.CHOICE, choices=_choices(Certainty)),
)
RULES = (
    RuleForm(
        "class_weights",
        "分值设置",
        (
            Field(
                "shares",
                "各类分值",
                Kind.CHOICE,
                "由办法规定的，各类与预算执行、另列的核对项合计应为 100",
                _choices(ClassShares),
            ),
        ),
        Rows(
            "classes",
            "一级指标",
            (
                Field("name", "名称", Kind.LINE),
                _number("weight", "分值", is_required=False),
                Field("includes", "也叫", Kind.NAMES, is_required=False),
                Field("when_absent", "缺项时分给", Kind.SHARES, is_required=False),
            ),
            "“也叫”写归入这一类的其他名称，用顿号分开。“缺项时分给”写类别和分值，"
            "例如：产出指标 10、效益指标 10；留空的由其他类别按比例分摊。",
        ),
    ),
    RuleForm(
        "execution",
        "预算执行",
        (
            _number("weight", "分值", "不设分值的填 0"),
            _number("reason_below", "低于此执行率须说明原因", _SHARE),
        ),
        Rows(
            "steps",
            "分档计分",
            (
                _number("rate_from", "执行率达到", is_required=False),
                _number("points", "得分", is_required=False),
            ),
            "由高到低排列，执行率填 0 至 1 之间的小数；留空则按执行率的比例计分。",
        ),
    ),
    RuleForm("at_least", "正向指标"),
    RuleForm(
        "at_most",
        "反向指标",
        (Field("formula", "超过指标值的计分", Kind.CHOICE, choices=_choices(AtMostFormula)),),
    ),
    RuleForm("exactly", "等于指标值"),
    RuleForm("between", "区间指标"),
    RuleForm("zero_target", "指标值为 0"),
    RuleForm("deadline", "时限", (_number("late_ratio", "逾期保留的分值比例", _SHARE),)),
    RuleForm(
        "tiers",
        "定性分档",
        (
            _number("achieved_from", "达成，从（%）"),
            _number("partial_from", "部分达成，从（%）", "再低的为未达成"),
        ),
    ),
    RuleForm(
        "over_achievement",
        "超额完成",
        (
            _number("flagged_from", "须说明原因的完成率，从", "1.3 即 130%"),
            _number(
                "deduct_from",
                "自动扣分的完成率，从",
                "不自动扣分、由审核人决定的，与下一项都留空",
                is_required=False,
            ),
            _number("deduct_points", "自动扣的分数", is_required=False),
        ),
    ),
    RuleForm("rounding", "取整", (_number("places", "得分的小数位数", "0、1 或 2"),)),
    RuleForm(
        "rating",
        "评级",
        (
            _number("excellent_from", "优，从（分）"),
            _number("good_from", "良，从（分）"),
            _number("fair_from", "中，从（分）", "再低的为差"),
        ),
    ),
    RuleForm(
        "check_list",
        "另列的核对项",
        (Field("name", "名称", Kind.LINE), _number("weight", "分值")),
        is_optional=True,
        first=_first("核对项", "由审核人逐项核对计分，分值不与其他指标相互调剂", name="资金管理"),
    ),
    RuleForm(
        "pass_mark",
        "合格线",
        (_number("ratio", "完成率低于它的不得分", _SHARE),),
        is_optional=True,
        first=_first("合格线", "完成率低于 60% 的指标不得分", ratio="0.6"),
    ),
    RuleForm(
        "satisfaction",
        "满意度底线",
        (_number("floor", "未达成且低于它的不得分（%）"),),
        is_optional=True,
        first=_first("满意度底线", "满意度未达到指标值且低于 60% 的不得分", floor="60"),
    ),
    RuleForm(
        "total_cap",
        "总分上限",
        rows=Rows(
            "bands",
            "各档上限",
            (
                _number("rate_below", "执行率低于", is_required=False),
                _number("at_most", "总分最高", is_required=False),
            ),
            "由低到高排列，执行率填 0 至 1 之间的小数。",
        ),
        is_optional=True,
        first=_first("总分上限", "预算执行率过低的，限制总分"),
    ),
    RuleForm("checked", "逐项核对"),
    RuleForm(
        "revision",
        "目标调整",
        (Field("basis", "年度中调整过的指标", Kind.CHOICE, choices=_choices(TargetBasis)),),
    ),
    RuleForm(
        "decision",
        "评定得分",
        (_number("within", "与计算得分之差最多为分值的", f"{_SHARE}；不许另行评定的填 0"),),
    ),
    RuleForm(
        "monitoring",
        "监控预警",
        (
            _number("green_from", "正常，从应完成进度的", _SHARE),
            _number("yellow_from", "关注，从应完成进度的", "再低的为滞后"),
            Field("reason_for", "偏差原因", Kind.CHOICE, choices=_choices(ReasonFor)),
        ),
    ),
)


def fields_of(rule: RuleForm) -> Iterator[tuple[str, Field]]:
    """The rule's fields outside its rows, each with its name in the form (`tiers.title`)."""
    for one in (*rule.fields, *SOURCE_FIELDS):
        yield f"{rule.key}.{one.key}", one


def switch_of(rule: RuleForm) -> str:
    """The name of the box that switches an optional rule on."""
    return f"{rule.key}.on"
