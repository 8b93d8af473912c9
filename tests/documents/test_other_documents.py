"""Documents of other bureaus, years and places: other headings, codes, orders and forms."""

import json
import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from perf.core.drafts import Draft
from perf.documents.draft_json import draft_from_json, draft_to_json
from tests.documents import damage
from tests.documents.test_readers import expected, facts, mutate, own_text, read, read_or_refuse

# Each document with the codes of its errors and warnings, and no others.
DOCUMENTS: dict[str, list[str]] = {
    "education-2023": [],
    "justice-2021": ["approximate"],
    "street-2022": [],
    "culture-2022": [],
    "statistics-2024": ["unit-code-missing", "project-without-targets"],
    "water-2023": ["department-table-missing"],
    "library-2022": ["unit-name-missing", "unit-code-missing", "department-table-missing"],
    "civil-affairs-2022": [
        "department-table-missing", "project-code-missing", "project-code-missing",
    ],
    "town-2024": [
        "department-table-missing", "project-code-missing", "project-code-missing",
        "date-unreadable",
    ],
    "price-2023": ["unit-code-missing", "project-table-missing"],
    "two-departments-2023": ["several-departments"],
}  # fmt: skip


def codes(draft: Draft) -> list[str]:
    return [finding.code for finding in draft.findings]


def infos(name: str) -> set[str]:
    return {each.code for each in read(own_text(name)).findings if each.severity == "info"}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_other_documents_give_what_was_written_down_for_them(name: str) -> None:
    assert facts(read(own_text(name))) == expected(name)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_other_documents_have_these_warnings_and_no_others(name: str) -> None:
    findings = read(own_text(name)).findings
    said = [finding.code for finding in findings if finding.severity != "info"]
    assert sorted(said) == sorted(DOCUMENTS[name])


@pytest.mark.parametrize("name", DOCUMENTS)
def test_other_drafts_survive_the_way_through_json(name: str) -> None:
    draft = read(own_text(name))
    assert draft_from_json(json.loads(json.dumps(draft_to_json(draft, complete=True)))) == draft


@pytest.mark.parametrize("page", [[""], ["", "- 7 -", ""]], ids=["blank", "numbered"])
@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("civil-affairs-2022", "项目名称\t困难群众"),
        ("town-2024", "731-"),
        ("price-2023", "一级指标"),
        ("two-departments-2023", "部门（单位）名称"),
    ],
)
def test_other_forms_may_have_a_page_end_before_any_row(
    name: str, start: str, page: list[str]
) -> None:
    whole, lines = facts(read(own_text(name))), own_text(name).split("\n")
    for index in damage.table_rows(lines, start)[1:]:
        changed = "\n".join(damage.broken_before(lines, index, page))
        assert facts(read(changed)) == whole, lines[index]


def test_rows_of_a_list_that_lost_their_merged_cells_in_front_are_moved_back() -> None:
    lines = own_text("town-2024").split("\n")
    stripped = [line.lstrip("\t") for line in lines]
    assert stripped != lines
    draft = read("\n".join(stripped))
    assert facts(draft) == expected("town-2024")
    assert "slid-cells-moved" in codes(draft)


def test_rows_of_a_form_that_lost_their_merged_cells_in_front_are_moved_back() -> None:
    lines = own_text("civil-affairs-2022").split("\n")
    begin = next(at for at, line in enumerate(lines) if line.startswith("绩效指标"))
    moved = [line.lstrip("\t") if at > begin else line for at, line in enumerate(lines)]
    draft = read("\n".join(moved))
    assert facts(draft)["projects"][0] == expected("civil-affairs-2022")["projects"][0]


def test_a_first_row_slid_by_a_whole_class_leaves_the_rows_below_where_they_stand() -> None:
    project = read(own_text("culture-2022")).projects[0]
    assert [(i.level1, i.name) for i in project.indicators][:2] == [
        ("成本指标", "演出成本"),
        ("成本指标", "展览布展费"),
    ]


def test_a_class_that_goes_on_below_a_gap_is_pointed_out() -> None:
    text = own_text("education-2023")
    row = "\t\t\t\t\t\t\t\t资金拨付及时率\t100%\t\t\t\t"
    assert row in text
    moved = "\t\t\t\t\t\t\t\t\t\t\t\t资金拨付及时率\t100%"
    assert "class-after-gap" not in codes(read(text))
    assert "class-after-gap" in codes(read(text.replace(row, moved)))


def test_a_code_with_a_letter_is_a_code_also_when_it_is_glued_to_the_name() -> None:
    text = own_text("water-2023")
    glued = text.replace("41132923T000000011902\t防汛", "41132923T000000011902 防汛\t")
    glued = glued.replace("防汛\t物资储备", "防汛物资储备\t")
    assert glued != text
    assert facts(read(glued)) == expected("water-2023")


def test_what_is_written_instead_of_an_indicator_is_left_out_and_told() -> None:
    assert "placeholder-left-out" in infos("water-2023")
    names = [i.name for plan in read(own_text("water-2023")).projects for i in plan.indicators]
    assert "无" not in names


def test_published_weights_are_never_called_absent() -> None:
    assert "weights-absent" not in infos("town-2024")
    assert "weights-absent" in infos("water-2023")


def test_an_empty_project_table_is_told_apart_from_a_missing_one() -> None:
    assert "project-table-empty" in infos("statistics-2024")
    assert "project-table-missing" not in codes(read(own_text("statistics-2024")))


def test_of_several_departments_only_the_first_ones_projects_are_read() -> None:
    draft = read(own_text("two-departments-2023"))
    finding = next(each for each in draft.findings if each.code == "several-departments")
    assert "审计局" in finding.message
    assert [plan.name for plan in draft.projects] == ["投资评审费"]


def test_a_department_named_again_on_the_next_page_is_the_same_department() -> None:
    text = own_text("street-2022")
    row = "产出指标\t重点工作任务完成"
    name = "部门(单位)名称: 安澜市文峰区东关街道办事处\t\t\t\t"
    again = text.replace(row, f"\n本级部门(单位)整体绩效目标表\n\n{name}\n{row}", 1)
    draft = read(again)
    assert facts(draft) == expected("street-2022")
    assert "several-departments" not in codes(draft)


AMOUNTS: list[tuple[str, str, str, dict[str, Any]]] = [
    ("其中：财政拨款\t\t120.00", "其中：财政拨款：120万元\t\t", "1200000", {"fiscal": "1200000"}),
    ("年度资金总额：\t\t120.00", "年度资金总额：120\t\t", "1200000", {"fiscal": "1200000"}),
    ("项目资金（万元）\t年度资金总额：\t\t120.00", "项目资金（元）\t年度资金总额：\t\t1200000", "1200000",
     {"fiscal": "120"}),
    ("项目资金（万元）\t年度资金总额：\t\t120.00",
     "项目资金（万元）\t实施期资金总额：\t360.00\t年度资金总额：\t120.00", "1200000",
     {"fiscal": "1200000"}),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "total", "sources"), AMOUNTS)
def test_a_forms_money_is_read_however_it_is_laid_out(
    old: str, new: str, total: str, sources: dict[str, Any]
) -> None:
    text = own_text("civil-affairs-2022")
    assert old in text
    plan = read(text.replace(old, new, 1)).projects[0]
    assert plan.budget_total == int(total)
    assert {source.value: str(int(money)) for source, money in plan.budget.items()} == sources


def test_the_years_indicators_are_read_where_the_whole_periods_stand_beside_them() -> None:
    text = (
        "项目支出绩效目标表\n（2023年度）\n单位：万元\n\n"
        "项目名称\t排水管网维护\t主管部门\t某市排水处\t\t\t\n"
        "项目资金\t年度资金总额\t80\t\t\t\t\n"
        "绩效指标\t一级指标\t二级指标(长期)\t三级指标(长期)\t指标值(长期)\t二级指标(年度)"
        "\t三级指标(年度)\t指标值(年度)\n"
        "\t产出指标\t数量指标\t清淤总长度\t≥90公里\t数量指标\t年清淤长度\t≥30公里\n"
        "\t满意度指标\t服务对象满意度指标\t居民满意度\t≥90%\t服务对象满意度指标\t居民满意度\t≥88%\n"
    )
    (plan,) = read(text).projects
    assert plan.budget_total == 800000
    assert [(i.level1, i.level2, i.name, i.target) for i in plan.indicators] == [
        ("产出指标", "数量指标", "年清淤长度", "≥30公里"),
        ("满意度指标", "服务对象满意度指标", "居民满意度", "≥88%"),
    ]


LEVELS = [
    ("服务对象满意度指标", "", ("满意度指标", "服务对象满意度指标")),
    ("实施效果指标", "产出指标", ("产出指标", None)),
    ("产出", "数量指标", ("产出指标", "数量指标")),
    ("", "时效指标", ("产出指标", "时效指标")),
    ("", "社会成本指标", ("成本指标", "社会成本指标")),
    ("", "社会效益指标", ("效益指标", "社会效益指标")),
    ("产出指标", "成本指标", ("产出指标", "成本指标")),
]


@pytest.mark.parametrize(("level1", "level2", "meant"), LEVELS)
def test_classes_are_named_as_the_rules_name_them(
    level1: str, level2: str, meant: tuple[str, str | None]
) -> None:
    text = (
        "项目绩效目标表\n单位：万元\n项目名称\t某项目\t\t\t\n年度资金总额\t5\t\t\t\n"
        f"绩效指标\t一级指标\t二级指标\t三级指标\t指标值\n\t{level1}\t{level2}\t某个名称\t≥90%\n"
    )
    (plan,) = read(text).projects
    assert [(i.level1, i.level2) for i in plan.indicators] == [meant]


@pytest.mark.slow
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(DOCUMENTS)), st.integers(0, 10**9))
def test_no_damage_to_other_forms_raises_anything_but_a_refusal(name: str, number: int) -> None:
    draft = read_or_refuse(mutate(own_text(name), random.Random(number).randrange(10**9)))
    if draft is not None:
        assert draft_from_json(draft_to_json(draft, complete=True)) == draft


def project_lines(text: str, change: Any) -> str:
    """The text with each tabbed line of its 项目绩效目标表 changed."""
    at = text.index("单位编码（项目编码）")
    lines = text[at:].split("\n")
    return text[:at] + "\n".join(change(line) if "\t" in line else line for line in lines)


def with_column(line: str, at: int, heading: str, value: str) -> str:
    cells = line.split("\t")
    cells += [""] * (14 - len(cells))
    is_project = cells[0].isdigit() and len(cells[0]) == 20
    cells.insert(at, heading if "编码" in line else value if is_project else "")
    return "\t".join(cells)


VARIANTS: list[tuple[str, Any]] = [
    ("codes and names of projects only", lambda line: line.replace("单位编码（项目编码）", "项目编码").replace("项目单位（项目名称）", "项目名称")),
    ("headings that bracket the project", lambda line: line.replace("单位编码（项目编码）", "单位（项目）编码").replace("项目单位（项目名称）", "单位（项目）名称")),
    ("a running number in front", lambda line: with_column(line, 0, "序号", "3")),
    ("the kind of project behind the name", lambda line: with_column(line, 2, "项目类别", "特定目标类")),
    ("remarks at the end", lambda line: with_column(line, 14, "备注", "延续项目")),
    ("no column for the unit's own money", lambda line: "\t".join([*line.split("\t")[:5], *line.split("\t")[6:]])),
    ("code and name of a unit in one cell", lambda line: line.replace("105007\t柏川市临江区第三中学", "105007-柏川市临江区第三中学\t")),
    ("a name cut in two at a space", lambda line: line.replace("教学楼维修改造\t", "教学楼\t维修改造\t")),
    ("empty cells at the end not kept", lambda line: line.rstrip("\t")),
    ("a unit's name wrapped between projects", lambda line: line.replace("105007\t柏川市临江区第三中学\t324.00\t224.00\t100.00", "105007\t柏川市临江区\t324.00\t224.00\t100.00\n\t第三中学\t\t\t")),
]  # fmt: skip


@pytest.mark.parametrize(
    "change", [each for _, each in VARIANTS], ids=[label for label, _ in VARIANTS]
)
def test_the_project_table_may_be_laid_out_otherwise(change: Any) -> None:
    text = own_text("education-2023")
    changed = project_lines(text, change)
    assert changed != text
    assert facts(read(changed)) == expected("education-2023")


def test_the_classes_may_stand_in_any_order() -> None:
    def change(line: str) -> str:
        cells = line.split("\t") + [""] * 14
        cells[6:8], cells[12:14] = cells[12:14], cells[6:8]
        return "\t".join(cells[:14])

    draft = read(project_lines(own_text("education-2023"), change))
    for plan, known in zip(draft.projects, expected("education-2023")["projects"], strict=True):
        found = {(each.level1, each.name, each.target) for each in plan.indicators}
        meant = {(each["level1"], each["name"], each["target"]) for each in known["indicators"]}
        assert found == meant


DEPARTMENT_VARIANTS: list[tuple[str, list[tuple[str, str]]]] = [
    ("a unit's own form", [("部门（单位）名称", "单位名称"), ("部门预算总额", "单位预算总额"), ("部门（单位）整体", "单位整体")]),
    ("the sum behind its label", [("部门预算总额（万元）\t\t3,486.75", "部门预算总额（万元）：3,486.75\t\t")]),
    ("labels in two cells", [("1、资金来源：（1）政府预算资金\t", "1、资金来源：\t（1）政府预算资金")]),
    ("numbers instead of brackets", [("1、资金来源：（1）政府", "1.资金来源：1.政府"), ("2、资金结构：（1）", "2.资金结构：1.")]),
    ("duties above the objective", [("年度履职目标\t目标1", "部门职能\t负责全区教育体育工作。\t\t\t\n年度履职目标\t目标1")]),
    ("other heads over target and note", [("指标值\t指标值说明", "年度指标值\t指标解释")]),
    ("a fully spelled unit behind each sum", [("\t2,650.00\t", "\t2,650.00万元\t")]),
]  # fmt: skip


@pytest.mark.parametrize(
    "changes",
    [each for _, each in DEPARTMENT_VARIANTS],
    ids=[label for label, _ in DEPARTMENT_VARIANTS],
)
def test_the_departments_table_may_be_laid_out_otherwise(changes: list[tuple[str, str]]) -> None:
    text = own_text("education-2023")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    assert facts(read(text)) == expected("education-2023")
