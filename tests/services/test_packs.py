"""Local rule packs: copied, edited, published, pinned, and final from then on."""

from decimal import Decimal

import pytest
from sqlalchemy import select, text

from perf.core.errors import Conflict, InvalidInput, NotFound, NotPermitted, Stale
from perf.core.packtext import write_pack
from perf.core.permissions import PERMISSIONS, Permission
from perf.core.rulepack import AtMostFormula, ClassShares
from perf.core.rules import PACKS, load_pack
from perf.core.terms import PlanKind, Role
from perf.models import LedgerEntry, LocalPack
from perf.queries.packs import (
    LOCAL_PREFIX,
    find_pack,
    local_pack,
    pack_of,
    pack_version,
    packs_to_pin,
    parse_local,
)
from perf.services import packs
from perf.services.evaluation_content import work_scores
from perf.services.evaluations import begin_self_evaluation
from perf.services.organisation import create_year, pin_packs
from perf.services.pack_form import label_of, pack_of_typed, tidied, typed_of
from perf.services.plans import PlanDetails, create_plan
from tests.factories import SYSTEM, make_plan, make_unit, make_user, make_year
from tests.queries import count_queries
from tests.reported import make_people, make_reported_plan

ID = "local-xx-2024"
SHIPPED = load_pack("cn-project-2021")


def typed(**changes: str) -> dict[str, str]:
    """The form of the shipped pack with some fields typed otherwise, named `a__b` for `a.b`."""
    return typed_of(SHIPPED) | {key.replace("__", "."): text for key, text in changes.items()}


@pytest.fixture
def draft(session) -> LocalPack:
    row = packs.copy_pack(session, SYSTEM, SHIPPED, pack_id=ID)
    session.commit()
    return row


def publish(session, row: LocalPack) -> LocalPack:
    admin = make_user(session, Role.ADMIN).actor
    packs.publish_pack(session, admin, row, version=row.version)
    session.commit()
    return row


def told(session) -> list[str]:
    query = select(LedgerEntry.action).where(LedgerEntry.subject == "local_pack")
    return list(session.scalars(query.order_by(LedgerEntry.id)))


def test_a_copy_has_the_rules_of_its_source_under_its_own_name(session, draft):
    pack = pack_version(session, SYSTEM, ID, 1).pack
    assert (pack.id, pack.version, draft.based_on) == (ID, 1, "cn-project-2021 第 1 版")
    assert list(pack.rules()) == list(SHIPPED.rules())
    assert told(session) == ["copy_pack"]


@pytest.mark.parametrize(
    ("pack_id", "sentence"),
    [
        ("", "请填写编号"),
        ("xx-2024", "local- 开头"),
        ("cn-project-2020", "local- 开头"),
        ("local-", "local- 开头"),
        ("local-Xx", "小写字母"),
        ("local-新乡", "小写字母"),
        ("local--x", "小写字母"),
        ("local-" + "x" * 60, "最多 64 个字符"),
        (ID, "已有这个编号"),
    ],
)
def test_an_id_that_is_no_new_one_is_refused(session, draft, pack_id, sentence):
    with pytest.raises(InvalidInput) as refused:
        packs.copy_pack(session, SYSTEM, SHIPPED, pack_id=pack_id)
    assert sentence in refused.value.fields["pack_id"]
    assert len(session.scalars(select(LocalPack)).all()) == 1


def test_no_shipped_pack_bears_the_name_of_a_local_one():
    assert not [pack_id for pack_id in PACKS if pack_id.startswith(LOCAL_PREFIX)]


def test_what_is_typed_becomes_the_pack_and_the_ledger_tells_field_by_field(session, draft):
    changes = typed(
        name="新乡项目自评", at_most__formula="linear", over_achievement__deduct_from="１.５"
    )
    changes |= {"over_achievement.deduct_points": "2", "pass_mark.on": "1"}
    assert packs.save_draft(session, SYSTEM, draft, changes, version=draft.version)
    session.commit()
    pack = pack_version(session, SYSTEM, ID, 1).pack
    assert pack.at_most.formula is AtMostFormula.LINEAR
    assert pack.over_achievement.deduct_from == Decimal("1.5")
    assert pack.pass_mark is not None
    assert (draft.name, pack.name) == ("新乡项目自评", "新乡项目自评")
    entry = session.scalars(select(LedgerEntry).order_by(LedgerEntry.id.desc())).first()
    assert entry.action == "save_pack"
    assert entry.changes["at_most.formula"] == ["inverse", "linear"]
    assert entry.changes["pass_mark.on"] == [None, "1"]
    assert entry.changes["content"][0] != entry.changes["content"][1]


def test_a_draft_loaded_as_its_page_loads_it_can_be_saved(session, draft):
    session.expunge_all()
    row = local_pack(session, SYSTEM, ID, 1)
    assert packs.save_draft(session, SYSTEM, row, typed(name="新"), version=row.version)


def test_saving_what_is_there_already_changes_nothing(session, draft):
    before = draft.version
    assert not packs.save_draft(session, SYSTEM, draft, typed(), version=before)
    assert draft.version == before
    assert told(session) == ["copy_pack"]


def test_every_shipped_pack_comes_back_from_its_form():
    for pack in map(load_pack, PACKS):
        assert pack_of_typed(tidied(typed_of(pack)), pack) == pack


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        ("name", " ", "请填写“办法名称”"),
        ("document", "", "请填写“依据文件”"),
        ("tiers.title", "", "请填写“规则名称”"),
        ("tiers.title", "长" * 65, "最多 64 字"),
        ("tiers.clause", "长" * 4001, "最多 4000 字"),
        ("tiers.certainty", "sure", "只能是"),
        ("tiers.achieved_from", "八十", "不是数字"),
        ("tiers.achieved_from", "101", "应在 0 与 100 之间"),
        ("tiers.partial_from", "80", "应小于 “达成，从（%）”"),
        ("rounding.places", "1.5", "应为整数"),
        ("execution.weight", "20", ""),
        ("execution.reason_below", "90", "应在 0 与 1 之间"),
        ("execution.steps[1].rate_from", "0.9", ""),
        ("class_weights.classes[1].weight", "", "缺少这一项"),
        ("class_weights.classes[1].weight", "十", "不是数字"),
        ("class_weights.classes[1].when_absent", "产出指标", "读不出来"),
        ("class_weights.classes[1].when_absent", "无此类 20", ""),
        ("over_achievement.deduct_points", "2", ""),
        ("decision.within", "30", "应在 0 与 1 之间"),
        ("revision.basis", "", "请填写“年度中调整过的指标”"),
    ],
)
def test_a_field_that_cannot_be_taken_is_refused_by_name(session, draft, field, text, sentence):
    with pytest.raises(InvalidInput) as refused:
        packs.save_draft(session, SYSTEM, draft, typed() | {field: text}, version=draft.version)
    assert refused.value.fields
    assert set(refused.value.fields) <= known_places()
    if sentence:
        assert sentence in refused.value.fields[field]
    assert told(session) == ["copy_pack"]


def known_places() -> set[str]:
    """The names at which the form has a field or a heading."""
    rows = {"class_weights.classes", "execution.steps", "total_cap.bands"}
    numbered = {
        f"{name}[{number}].{key}"
        for name in rows
        for number in range(1, 6)
        for key in ("name", "weight", "includes", "when_absent", "rate_from", "points")
    }
    return {*typed_of(SHIPPED), "over_achievement.deduct_from", *rows, *numbered}


def test_several_mistakes_are_told_at_once(session, draft):
    wrong = typed(name="", tiers__achieved_from="x", rating__good_from="95", execution__weight="")
    with pytest.raises(InvalidInput) as refused:
        packs.save_draft(session, SYSTEM, draft, wrong, version=draft.version)
    assert set(refused.value.fields) == {
        "name",
        "tiers.achieved_from",
        "rating.good_from",
        "execution.weight",
    }


def test_a_row_in_the_middle_can_be_left_blank(session, draft):
    form = typed(class_weights__shares=ClassShares.ENTERED.value)
    for number, name in enumerate(["产出指标", "", "效益指标"], start=1):
        form[f"class_weights.classes[{number}].name"] = name
    form = {
        key: "" if key.endswith(("].weight", "].when_absent", "].includes")) else text
        for key, text in form.items()
        if "classes[4]" not in key
    }
    assert packs.save_draft(session, SYSTEM, draft, form, version=draft.version)
    pack = pack_version(session, SYSTEM, ID, 1).pack
    assert pack.class_names == ("产出指标", "效益指标")


def test_a_weight_beside_entered_shares_is_named(session, draft):
    form = typed(class_weights__shares=ClassShares.ENTERED.value)
    with pytest.raises(InvalidInput) as refused:
        packs.save_draft(session, SYSTEM, draft, form, version=draft.version)
    assert "这里应留空" in refused.value.fields["class_weights.classes[1].weight"]


def test_a_stale_page_and_a_published_version_are_refused(session, draft):
    old = draft.version
    packs.save_draft(session, SYSTEM, draft, typed(name="新"), version=old)
    for change in (
        lambda: packs.save_draft(session, SYSTEM, draft, typed(), version=old),
        lambda: packs.publish_pack(session, SYSTEM, draft, version=old),
        lambda: packs.delete_draft(session, SYSTEM, draft, version=old),
    ):
        with pytest.raises(Stale):
            change()
    publish(session, draft)
    for change in (
        lambda: packs.save_draft(session, SYSTEM, draft, typed(), version=draft.version),
        lambda: packs.publish_pack(session, SYSTEM, draft, version=draft.version),
        lambda: packs.delete_draft(session, SYSTEM, draft, version=draft.version),
    ):
        with pytest.raises(Conflict, match="已发布"):
            change()


@pytest.mark.parametrize(
    "statement", ["UPDATE local_pack SET content = 'x'", "DELETE FROM local_pack"]
)
def test_the_database_itself_refuses_to_change_a_published_version(session, draft, statement):
    session.execute(text("UPDATE local_pack SET name = 'a draft may change'"))
    session.commit()
    publish(session, draft)
    with pytest.raises(Exception, match="append-only"):
        session.execute(text(statement))
    session.rollback()


def test_versions_follow_each_other_one_draft_at_a_time(session, draft):
    with pytest.raises(Conflict, match="还是草稿"):
        packs.begin_version(session, SYSTEM, ID)
    publish(session, draft)
    second = packs.begin_version(session, SYSTEM, ID)
    assert (second.pack_version, second.based_on) == (2, f"{ID} 第 1 版")
    packs.delete_draft(session, SYSTEM, second, version=second.version)
    assert packs.begin_version(session, SYSTEM, ID).pack_version == 2
    with pytest.raises(Conflict, match="内置"):
        packs.begin_version(session, SYSTEM, "cn-project-2020")
    assert told(session) == [
        "copy_pack",
        "publish_pack",
        "begin_pack_version",
        "delete_pack",
        "begin_pack_version",
    ]


def test_only_a_published_version_can_be_pinned_and_a_plan_is_scored_by_it(session, draft):
    year = create_year(session, SYSTEM, 2024)
    pins = {
        "project": "cn-project-2020",
        "cost_project": f"{ID}@1",
        "department": "department-overall",
    }
    with pytest.raises(InvalidInput) as refused:
        pin_packs(session, SYSTEM, year, **pins)
    assert list(refused.value.fields) == ["cost_project"]
    packs.save_draft(
        session, SYSTEM, draft, typed(at_most__formula="linear"), version=draft.version
    )
    publish(session, draft)
    second = packs.begin_version(session, SYSTEM, ID)
    pin_packs(session, SYSTEM, year, **pins)
    session.commit()
    assert (year.cost_project_pack_id, year.cost_project_pack_version) == (ID, 1)
    assert second.published_at is None
    plan = make_plan(session, make_unit(session), year=2024)
    plan.pack_id, plan.pack_version = ID, 1
    session.commit()
    assert pack_of(plan).at_most.formula is AtMostFormula.LINEAR
    with pytest.raises(Conflict, match="已有绩效目标"):
        pin_packs(session, SYSTEM, year, **pins)
    with pytest.raises(InvalidInput):
        pin_packs(session, SYSTEM, year, **(pins | {"department": f"{ID}@1"}))


def test_a_plan_made_in_a_year_is_scored_by_the_local_version_pinned_to_it(session, draft):
    linear = {"at_most.formula": "linear"}
    packs.save_draft(session, SYSTEM, draft, typed() | linear, version=draft.version)
    publish(session, draft)
    pins = {"project": f"{ID}@1", "cost_project": f"{ID}@1", "department": "department-overall"}
    pin_packs(session, SYSTEM, make_year(session, 2024), **pins)
    unit = make_unit(session)
    people = make_people(session, unit)
    made = create_plan(
        session,
        people[0].actor,
        year=2024,
        unit=unit,
        kind=PlanKind.PROJECT,
        details=PlanDetails(name="政策宣传"),
    )
    session.commit()
    assert (made.pack_id, made.pack_version) == (ID, 1)
    plan = make_reported_plan(
        session,
        people,
        {"平均办理时间": ("8", "9", "11", "15")},
        indicators=[("产出指标", "平均办理时间", "≤10天", "90")],
        year=2024,
        pack_id=made.pack_id,
    )
    evaluation = begin_self_evaluation(session, people[0].actor, plan)
    # 90 × (1 − 5 ÷ 10) by the local pack; the shipped one would give 90 × 10 ÷ 15 = 60.00.
    assert evaluation.scores[0].points == Decimal("45.00")
    assert f"{ID} 第 1 版" in str(work_scores(evaluation).rows[0].steps)
    assert (evaluation.pack_id, evaluation.pack_version) == (ID, 1)


def test_a_version_that_is_not_there_is_named_and_never_replaced(session, draft):
    for pack_id, version in [("cn-project-2020", 9), (ID, 1), ("local-none", 1)]:
        with pytest.raises(NotFound, match=f"“{pack_id}”第 {version} 版"):
            find_pack(session, pack_id, version)


def test_a_text_of_another_schema_is_refused_with_its_key():
    text = write_pack(SHIPPED).replace("[rating]", "surprise = 1\n\n[rating]")
    with pytest.raises(Conflict, match="surprise 不是认识的项"):
        parse_local(text, ID)


def test_shipped_packs_cost_no_query_and_local_ones_one(session, draft):
    publish(session, draft)
    packs.begin_version(session, SYSTEM, ID)
    session.commit()
    publish(session, packs.copy_pack(session, SYSTEM, SHIPPED, pack_id="local-b"))
    session.info.clear()
    with count_queries(session.get_bind()) as queries:
        find_pack(session, "cn-project-2020", 1)
    assert queries == []
    with count_queries(session.get_bind()) as queries:
        for _ in range(3):
            find_pack(session, ID, 1)
            find_pack(session, "local-b", 1)
    assert len([one for one in queries if "local_pack" in one]) == 1


def test_the_packs_to_pin_are_the_shipped_and_the_published_ones(session, draft):
    assert [pack.id for pack in packs_to_pin(session)] == list(PACKS)
    publish(session, draft)
    assert [pack.id for pack in packs_to_pin(session)] == [*PACKS, ID]


@pytest.mark.parametrize(
    "role", [role for role in Role if Permission.ADMINISTER not in PERMISSIONS[role]]
)
def test_only_an_administrator_changes_packs(session, draft, role):
    actor = (
        make_user(session, role, make_unit(session)).actor
        if role
        in {
            Role.STAFF,
            Role.SUPERVISOR,
        }
        else make_user(session, role).actor
    )
    for change in (
        lambda: packs.copy_pack(session, actor, SHIPPED, pack_id="local-c"),
        lambda: packs.begin_version(session, actor, ID),
        lambda: packs.save_draft(session, actor, draft, typed(), version=1),
        lambda: packs.publish_pack(session, actor, draft, version=1),
        lambda: packs.delete_draft(session, actor, draft, version=1),
    ):
        with pytest.raises(NotPermitted):
            change()


def test_every_field_of_the_form_has_a_name_in_words():
    assert label_of("tiers.achieved_from") == "定性分档 · 达成，从（%）"
    assert label_of("class_weights.classes[2].name") == "分值设置 · 一级指标 2 · 名称"
    assert label_of("pass_mark.on") == "合格线 · 采用"
    unnamed = [name for name in typed_of(SHIPPED) if label_of(name) == name]
    assert unnamed == []
