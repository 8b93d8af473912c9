"""Self-evaluations as IATI activities: valid by the official schemas, and nothing said that is not so."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from perf.core.terms import PlanKind, Rating, Sense
from perf.documents.forms import (
    NOT_APPLICABLE,
    ExecutionRow,
    IndicatorRow,
    Money,
    SelfEvaluationForm,
)
from perf.documents.iati import iati_xml
from tests.documents.sample_forms import SHOWN
from tests.documents.test_forms import FORMS

SCHEMAS = Path(__file__).parent / "iati"
SCHEMA = etree.XMLSchema(etree.parse(SCHEMAS / "iati-activities-schema.xsd"))
OWN = {"perf": "urn:perf:self-evaluation:1"}


def activity(form: SelfEvaluationForm, unit="024", plan="41070222000000004802"):
    """The one activity of the file, which is valid."""
    root = etree.fromstring(iati_xml(form, unit_key=unit, plan_key=plan))
    assert SCHEMA.validate(root), SCHEMA.error_log
    (found,) = root
    return found


def of_rows(*rows: IndicatorRow, **changes):
    return activity(replace(FORMS["one-indicator"](), rows=list(rows), **changes))


def row(target: str, actual: str | None, **changes) -> IndicatorRow:
    made = IndicatorRow("产出指标", "数量指标", "值班天数", target, actual, Decimal(10), Decimal(9))
    return replace(made, **changes)


def indicator(target: str, actual: str | None, **changes):
    (found,) = of_rows(row(target, actual, **changes)).iter("indicator")
    return found


def facts(found) -> tuple[str | None, ...]:
    """measure, ascending, target and actual of an indicator; None for what is absent."""
    actual = found.find("period/actual")
    return (
        found.get("measure"),
        found.get("ascending"),
        found.find("period/target").get("value"),
        None if actual is None else actual.get("value", ""),
    )


@pytest.mark.parametrize(
    ("target", "actual", "wanted"),
    [
        ("≥80%", "75%", ("2", "true", "80", "75")),
        ("≤7 天", "11 天", ("1", "false", "7", "11")),
        (">1,200人", "1234.5 人", ("1", "true", "1200", "1234.5")),
        ("恰好3件", "3 件", ("1", None, "3", "3")),
        ("90%~95%", "93%", ("2", None, "90", "93")),
        ("≥0.000001%", "0.000002%", ("2", "true", "0.000001", "0.000002")),
        ("≥900000000000元", "0 元", ("1", "true", "900000000000", "0")),
        ("≥80%", None, ("2", "true", "80", None)),
        ("≥80%", " ", ("2", "true", "80", None)),
        ("明显提升", "达成年度指标（95%）", ("5", None, None, "")),
        ("2022年底之前", "2022-06-30", ("5", None, None, "")),
        ("≥4项", "4 项中 3 项符合", ("5", None, None, "")),
        ("明显提升", None, ("5", None, None, None)),
    ],
)
def test_target_and_actual_are_plain_numbers_of_one_measure_or_words(target, actual, wanted):
    found = indicator(target, actual)
    assert facts(found) == wanted
    assert found.findtext("period/target/comment/narrative") == target
    if wanted[3] is not None:
        assert found.findtext("period/actual/comment/narrative") == actual


def test_which_side_of_an_equal_target_counts_is_what_the_plan_says():
    assert facts(indicator("30件", "31 件"))[1] == "true"
    found = indicator("30件", "31 件", sense=Sense.AT_MOST)
    assert facts(found)[1] == "false"
    assert found.find("perf:indicator", OWN).get("sense") == "at_most"


def test_what_was_not_reported_or_did_not_occur_has_no_actual_and_says_why():
    for tag, status in [("", "unreported"), (NOT_APPLICABLE, "not-applicable")]:
        found = indicator("≥80%", None, tag=tag, points=None)
        assert found.find("period/actual") is None
        own = found.find("perf:indicator", OWN)
        assert (own.get("status"), own.get("weight"), own.get("points")) == (status, "10", None)


def test_an_activity_says_who_when_and_for_how_much():
    form = FORMS["eleven-indicators"]()
    found = activity(form)
    assert found.findtext("iati-identifier") == "CN-UNIT-024-2022-41070222000000004802"
    assert found.find("reporting-org").get("ref") == "CN-UNIT-024"
    assert found.findtext("title/narrative") == "信访工作经费"
    assert found.get("{http://www.w3.org/XML/1998/namespace}lang") == "zh"
    texts = {each.get("type"): each.findtext("narrative") for each in found.iterfind("description")}
    assert texts == {
        "1": "2022年度项目支出绩效自评表",
        "2": form.objective_expected,
        "4": form.objective_actual,
    }
    roles = [
        (each.get("role"), each.findtext("narrative"), each.get("ref"))
        for each in found.iterfind("participating-org")
    ]
    assert roles == [("2", "某区信访局", "CN-UNIT-024"), ("4", "某区信访局本级", None)]
    money = [
        (each.get("type"), each.findtext("value"), each.find("value").get("value-date"))
        for each in found.iterfind("budget")
    ]
    assert money == [("1", "300000", "2022-01-01"), ("2", "312345.67", "2022-01-01")]
    (spent,) = found.iterfind("transaction")
    assert spent.findtext("value") == "298123.45"
    assert (found.get("default-currency"), found.get("humanitarian")) == ("CNY", "false")
    # A hyphen too many would be another unit's activity.
    odd = activity(form, unit="024/1 &", plan="项目?1").findtext("iati-identifier")
    assert odd == "CN-UNIT-024%2F1%20%26-2022-%E9%A1%B9%E7%9B%AE%3F1"


def test_unreported_money_is_absent_and_an_unchanged_budget_stands_once():
    same = Money(Decimal(100), Decimal(100), None)
    found = activity(replace(FORMS["one-indicator"](), total_money=same, fiscal=same))
    assert [each.get("type") for each in found.iterfind("budget")] == ["1"]
    assert found.find("transaction") is None
    (fund,) = found.iterfind("perf:evaluation/perf:fund", OWN)
    assert dict(fund.attrib) == {"source": "fiscal", "initial": "100", "adjusted": "100"}
    none = activity(replace(FORMS["one-indicator"](), total_money=Money()))
    assert none.find("budget") is None


def test_total_rating_and_rule_pack_stand_in_a_namespace_of_their_own():
    form = FORMS["eleven-indicators"]()
    own = activity(form).find("perf:evaluation", OWN)
    assert dict(own.attrib) == {
        "status": "signed",
        "signed-on": "2023-01-21",
        "total": f"{form.total.normalize():f}",
        "rating": "excellent",
        "rule-pack": "cn-project-2021",
        "rule-pack-version": "1",
    }
    assert dict(own.find("perf:execution", OWN).attrib) == {"weight": "10", "points": "9.54"}
    # People are named on the form, not in a file for the public.
    assert not re.search("张三|李四", iati_xml(form, unit_key="024", plan_key="1").decode())


def test_a_draft_and_invented_figures_are_told_in_words_too():
    form = replace(FORMS["one-indicator"](), is_draft=True, is_demo=True, approved_at=None)
    found = activity(form)
    assert found.findtext("description/narrative").endswith(
        "草稿（未签署）　演示数据（非真实填报）"
    )
    own = found.find("perf:evaluation", OWN)
    assert (own.get("status"), own.get("invented"), own.get("signed-on")) == ("draft", "true", None)
    assert found.find("activity-status").get("code") == "3"
    assert activity(FORMS["one-indicator"]()).find("activity-status").get("code") == "4"


def test_each_class_is_a_result_with_its_indicators_in_the_forms_order():
    rows = [row("≥1", "1", level1=level1, name=f"{at}") for at, level1 in enumerate(CLASSES)]
    found = of_rows(*rows)
    assert [
        (each.findtext("title/narrative"), each.get("type"), len(each.findall("indicator")))
        for each in found.iterfind("result")
    ] == [("投入管理", "9", 1), ("产出指标", "1", 2), ("效益指标", "2", 1), ("满意度指标", "2", 1)]
    names = [each.findtext("title/narrative") for each in found.iter("indicator")]
    assert names == ["0", "1", "4", "2", "3"]


CLASSES = ["投入管理", "产出指标", "效益指标", "满意度指标", "产出指标"]


ALL = FORMS | {
    name: lambda name=name: SHOWN[name] for name in SHOWN if name.startswith("self-evaluation")
}


@pytest.mark.parametrize("name", ALL)
def test_every_form_is_a_valid_activity_and_equal_forms_give_equal_bytes(name):
    form = ALL[name]()
    activity(form)
    first = iati_xml(form, unit_key="1", plan_key="1")
    assert first == iati_xml(ALL[name](), unit_key="1", plan_key="1")


TEXTS = st.text(max_size=8) | st.text("<>&\"'\x00\x1b\ud800\ufffe\u2028\t\r\n]]>　 ", max_size=6)
AMOUNTS = st.none() | st.decimals(
    Decimal("-9999999999.99"), Decimal("999999999999.99"), places=2, allow_nan=False
)
MONEY = st.builds(Money, AMOUNTS, AMOUNTS, AMOUNTS)
TARGETS = TEXTS | st.sampled_from(
    ["≥90%", "≤7 天", "30件", "1~2", "2022年底前", "明显提升", "=1E5"]
)
ACTUALS = st.none() | TEXTS | st.sampled_from(["92%", "1,234.50", "0", "2022-06-30", "1e5", "９"])
ROWS = st.builds(
    IndicatorRow,
    level1=TEXTS,
    level2=st.none() | TEXTS,
    name=TEXTS,
    target=TARGETS,
    actual=ACTUALS,
    weight=AMOUNTS,
    points=AMOUNTS,
    deviation_reason=TEXTS,
    corrective_action=TEXTS,
    tag=st.sampled_from(["", "调整", NOT_APPLICABLE]),
    initial_target=TEXTS,
    initial_points=AMOUNTS,
    sense=st.none() | st.sampled_from(list(Sense)),
)
# Seconds since 1970, up to the year 2100.
MOMENTS = st.none() | st.integers(0, 4_100_000_000).map(lambda at: datetime.fromtimestamp(at, UTC))
ANY_FORM = st.builds(
    SelfEvaluationForm,
    kind=st.sampled_from(list(PlanKind)),
    year=st.integers(2000, 2100),
    name=TEXTS,
    department=TEXTS,
    implementing_unit=TEXTS,
    rows=st.lists(ROWS, max_size=3),
    code=st.none() | TEXTS,
    is_draft=st.booleans(),
    is_demo=st.booleans(),
    total_money=MONEY,
    fiscal=MONEY,
    execution=st.builds(ExecutionRow, AMOUNTS, AMOUNTS, st.booleans(), deviation_reason=TEXTS),
    objective_expected=TEXTS,
    objective_actual=TEXTS,
    total=AMOUNTS,
    rating=st.none() | st.sampled_from(list(Rating)),
    pack_id=TEXTS,
    submitted_at=MOMENTS,
    approved_at=MOMENTS,
)


@settings(max_examples=60, deadline=None)
@given(form=ANY_FORM, key=st.text(st.characters(codec="utf-8"), min_size=1, max_size=5))
def test_any_form_is_valid_and_says_numbers_plainly_and_nothing_unreported(form, key):
    found = activity(form, unit=key, plan=key)
    # What IATI's rules ask beyond the schema: filled narratives, values only where numbers are.
    assert all(text for text in found.xpath(".//narrative/text()"))
    assert len(found.xpath(".//narrative[not(text())]")) == 0
    assert not re.search(r"[/&|?\s]", found.findtext("iati-identifier"))
    reported = 0
    for each in found.iter("indicator"):
        measure, _, target, actual = facts(each)
        reported += actual is not None
        said = [value for value in (target, actual) if value]
        assert bool(said) == (measure != "5")
        assert all(re.fullmatch(r"-?\d+(\.\d*[1-9])?", value, re.ASCII) for value in said)
    assert reported <= sum(
        bool((one.actual or "").strip()) and one.tag != NOT_APPLICABLE for one in form.rows
    )
