"""What binds a figure, in the words of the panel."""

import pytest

from perf.core.targets import parse_target
from perf.core.terms import Curve, Kind
from perf.models import Indicator, Plan
from perf.models.plans import target_as_json
from perf.queries.packs import pack_of
from perf.services.entry_figures import NOTHING
from perf.web.grid_reading import reading_of
from perf.web.indicator_limits import limits_of


def limits(target: str, months: int = 9, **fields: object) -> dict[str, str]:
    """The limits of an indicator with this target, `months` into the year."""
    indicator = Indicator(
        plan=Plan(year=2022, pack_id="cn-project-2020", pack_version=1),
        level1="产出指标",
        name="受理案件数",
        **{"kind": Kind.LATEST, "note": "", "formula": "", "pace": "", **fields},
    )
    indicator.target = parse_target(target, level1="产出指标", name="受理案件数", year=2022)
    reading = reading_of(indicator, NOTHING, None, pack_of(indicator.plan), months)
    return dict(limits_of(indicator, months, reading))


@pytest.mark.parametrize(
    ("target", "fields", "due"),
    [
        ("≥100件", {"kind": Kind.CUMULATIVE}, "75%，即 75 件"),
        ("≥30万元", {"curve": Curve.OWN, "pace": "10、20、62.5、100"}, "62.5%，即 18.75 万元"),
        ("≥100件", {"curve": Curve.ONCE, "pace": "4"}, "按计划尚未到期"),
        ("≥100件", {"curve": Curve.ONCE, "pace": "2"}, "达到指标值"),
        ("≥100件", {"curve": Curve.LEVEL}, "达到指标值"),
        ("≤7天", {}, "不超过指标值"),
        ("≤50万元", {"curve": Curve.OWN, "pace": "10、40、80、100"}, "不超过指标值的 80%"),
    ],
)
def test_what_is_due_by_the_third_quarter_follows_the_pace(
    target: str, fields: dict[str, object], due: str
) -> None:
    assert limits(target, **fields)["本期应完成"] == due


@pytest.mark.parametrize(
    ("target", "fields", "words"),
    [
        ("≥90%", {}, "年初至今累计的数字，单位“%”；整数最多 12 位、小数最多 6 位"),
        ("明显", {}, "等级和完成率：达成 80–100%、部分达成 60–80%、未达成 0–60%"),
        ("2022年12月31日前", {}, "日期，例如 2022-12-31"),
        ("≥90%", {"formula": "办结数 / 受理数 × 100%"}, "由公式计算：办结数 / 受理数 × 100%"),
        ("健全", {"is_check_list": True, "note": "1. 有制度；2. 已执行"}, "逐项核对 2 个要点"),
    ],
)
def test_what_may_be_typed_follows_the_target_and_its_way(
    target: str, fields: dict[str, object], words: str
) -> None:
    if "formula" in fields:
        fields = fields | {"curve": Curve.LEVEL}
    assert limits(target, **fields)["填写"] == words


def test_a_reason_is_asked_for_as_the_pack_says_and_falling_counts_where_they_add_up() -> None:
    asked = limits("≥100件", kind=Kind.CUMULATIVE)["须说明原因"]
    assert asked.startswith(
        "监控预警为滞后（完成进度不到应完成进度的 60%，或超过限值）；累计数比上期减少"
    )
    assert "累计数" not in limits("≥90%")["须说明原因"]


def test_a_revised_target_stands_beside_the_one_of_the_years_beginning() -> None:
    first = parse_target("≥120件", level1="产出指标", name="受理案件数", year=2022)
    found = limits(
        "≥100件", initial_target=target_as_json(first), revision_document="红财〔2022〕8号"
    )
    assert found["指标值"] == "≥100件（至少 100 件）"
    assert found["年初指标值"] == "≥120件，按红财〔2022〕8号调整"
