"""From a draft to plans: all or nothing, nothing overwritten, once."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from perf import clock
from perf.core import storable
from perf.core.drafts import Draft, DraftIndicator, DraftPlan
from perf.core.errors import Conflict, InvalidInput, NotFound, NotPermitted, Stale
from perf.core.findings import Finding, Severity
from perf.core.permissions import Actor
from perf.core.terms import FundSource, PlanKind, Role
from perf.models import FiscalYear, Indicator, LedgerEntry, Plan, Project, Unit
from perf.queries.imports import draft_of, drafts_page
from perf.services.import_drafts import confirm_draft, open_draft, revise_draft
from perf.services.imports import (
    ImportedPlan,
    Outcome,
    Source,
    foresee_import,
    import_draft,
    outcome_findings,
)
from tests.factories import SYSTEM, make_unit, make_user, make_year

SOURCE = Source("预算.txt", "ab" * 32)


@dataclass
class World:
    session: Any
    unit: Unit
    staff: Actor
    admin: Actor


@pytest.fixture
def world(session) -> World:
    make_year(session, 2022)
    unit = make_unit(session, "园林中心", "106")
    return World(
        session,
        unit,
        make_user(session, Role.STAFF, unit).actor,
        make_user(session, Role.ADMIN).actor,
    )


def project(name: str = "养护", code: str | None = "4411", **fields: Any) -> DraftPlan:
    values: dict[str, Any] = {
        "kind": PlanKind.PROJECT,
        "name": name,
        "code": code,
        "budget": {FundSource.FISCAL: Decimal("1500000.00")},
        "budget_total": Decimal("1500000.00"),
        "indicators": [
            DraftIndicator("产出指标", "数量指标", "养护面积", "≥86公顷"),
            DraftIndicator("满意度指标", None, "市民满意度", "≥90%"),
        ],
    }
    return DraftPlan(**(values | fields))


def document(*projects: DraftPlan, **fields: Any) -> Draft:
    values: dict[str, Any] = {
        "unit_code": "106",
        "unit_name": "园林中心",
        "fiscal_year": 2022,
        "projects": list(projects) or [project(), project("补植", "4412")],
    }
    return Draft(**(values | fields))


def count(session: Any, model: Any) -> int:
    return session.scalar(select(func.count()).select_from(model))


def plan_of(one: ImportedPlan) -> Plan:
    assert one.plan is not None
    return one.plan


def codes(findings: list[Finding]) -> list[str]:
    return [one.code for one in findings]


def test_a_document_becomes_draft_plans_of_its_unit_and_the_ledger_names_the_file(world):
    imported = import_draft(world.session, world.staff, document(), SOURCE)
    assert [one.outcome for one in imported.plans] == [Outcome.CREATED] * 2
    plan = plan_of(imported.plans[0])
    assert (plan.unit_id, plan.year, plan.name) == (world.unit.id, 2022, "养护")
    assert [row.target_text for row in plan.indicators] == ["≥86公顷", "≥90%"]
    entry = world.session.scalars(
        select(LedgerEntry).where(
            LedgerEntry.action == "import_plan", LedgerEntry.plan_id == plan.id
        )
    ).one()
    assert entry.changes == {"file_name": [None, "预算.txt"], "sha256": [None, "ab" * 32]}
    assert (entry.unit_id, entry.actor_id) == (world.unit.id, world.staff.id)


def test_the_same_document_again_changes_nothing_and_says_so(world):
    import_draft(world.session, world.staff, document(), SOURCE)
    world.session.flush()
    before = count(world.session, LedgerEntry)
    again = import_draft(world.session, world.staff, document(), SOURCE)
    assert [one.outcome for one in again.plans] == [Outcome.UNCHANGED] * 2
    assert codes(outcome_findings(again)) == ["plan-unchanged"] * 2
    assert count(world.session, LedgerEntry) == before
    assert count(world.session, Plan) == 2


def weighted(*weights: str) -> DraftPlan:
    plan = project()
    for row, weight in zip(plan.indicators, weights, strict=True):
        row.weight = Decimal(weight) if weight else None
    return plan


def test_a_project_that_ended_is_named_and_not_brought_back(world):
    plan = import_draft(world.session, world.staff, document(), SOURCE).plans[0].plan
    plan.ended_on, plan.owed_until = date(2022, 7, 1), 6
    world.session.flush()
    again = import_draft(world.session, world.staff, document(), SOURCE)
    (told,) = [one for one in again.findings if one.code == "plan-ended"]
    assert f"“{plan.name}”已从 2022-07-01 起终止" in told.message
    assert plan.ended_on == date(2022, 7, 1)


def test_printed_weights_are_kept_and_the_others_take_what_is_left(world):
    imported = import_draft(world.session, world.staff, document(weighted("70", "")))
    stored = plan_of(imported.plans[0]).indicators
    # 满意度指标 has 15 points where there is no 效益指标.
    assert [(row.weight, row.is_weight_entered) for row in stored] == [(70, True), (15, False)]
    again = import_draft(world.session, world.staff, document(weighted("70", "")))
    assert [one.outcome for one in again.plans] == [Outcome.UNCHANGED]
    again = import_draft(world.session, world.staff, document(weighted("72.5", "")))
    assert again.plans[0].differences == ["“养护面积”的分值：系统中为“70”，文档中为“72.5”。"]
    assert plan_of(again.plans[0]).indicators[0].weight == 70


def test_printed_weights_that_do_not_add_up_are_told_and_kept(world):
    imported = import_draft(world.session, world.staff, document(weighted("50", "10")))
    told = next(one for one in imported.findings if one.code == "weights-sum")
    assert told.severity is Severity.WARNING
    assert told.message.startswith("“养护”的指标分值合计 60，应为 90")
    assert [row.weight for row in plan_of(imported.plans[0]).indicators] == [50, 10]


def test_printed_weights_that_leave_nothing_to_a_blank_one_keep_the_plan_out(world):
    plan = weighted("100", "")
    plan.indicators[1].level1 = "产出指标"
    with pytest.raises(InvalidInput, match="没有剩余分值"):
        import_draft(world.session, world.staff, document(plan))
    assert count(world.session, Plan) == 0


def test_a_plan_that_differs_is_named_and_left_as_it_is(world):
    import_draft(world.session, world.staff, document())
    changed = project(budget={FundSource.FISCAL: Decimal("1600000.00")})
    imported = import_draft(world.session, world.staff, document(changed))
    (one,) = imported.plans
    assert one.outcome is Outcome.DIFFERENT
    assert "150.00" in one.differences[0]
    assert "160.00" in one.differences[0]
    assert plan_of(one).budget_lines[0].initial == Decimal("1500000.00")


def test_what_people_add_later_is_no_difference(world):
    imported = import_draft(world.session, world.staff, document())
    plan_of(imported.plans[0]).objective = "补填的目标。"
    world.session.flush()
    again = import_draft(world.session, world.staff, document())
    assert again.count(Outcome.UNCHANGED) == 2


def test_an_error_finding_keeps_everything_out(world):
    draft = document(
        findings=[Finding(Severity.ERROR, "target-missing", "指标值为空。", "第 4 行")]
    )
    with pytest.raises(InvalidInput, match=r"1 处错误.*指标值为空。（第 4 行）"):
        import_draft(world.session, world.staff, draft)
    assert count(world.session, Plan) == 0


def test_one_plan_that_cannot_be_kept_leaves_none_behind(world):
    world.session.commit()
    with pytest.raises(InvalidInput):
        import_draft(world.session, world.staff, document(project(), project("长" * 600, "9")))
    world.session.rollback()
    assert count(world.session, Plan) == 0


def test_staff_import_into_their_own_unit_whatever_the_document_says(world):
    findings = [
        Finding(Severity.ERROR, "unit-name-missing", "没有读到部门名称。"),
        Finding(Severity.WARNING, "unit-code-missing", "没有读到单位编码。"),
    ]
    unnamed = document(unit_name=None, unit_code=None, findings=findings)
    imported = import_draft(world.session, world.staff, unnamed)
    assert imported.unit is world.unit
    assert imported.findings == []
    other = import_draft(world.session, world.staff, document(unit_name="别的局", unit_code="7"))
    assert other.unit is world.unit
    assert codes(other.findings) == ["unit-name-differs", "unit-code-differs"]


def test_an_unknown_unit_and_year_are_made_for_the_system_with_findings(world):
    imported = import_draft(
        world.session, SYSTEM, document(unit_name="新局", unit_code="301", fiscal_year=2031)
    )
    assert codes(imported.findings) == ["unit-created", "year-created"]
    unit = world.session.scalars(select(Unit).where(Unit.name == "新局")).one()
    assert unit.code == "301"
    assert imported.unit is unit
    assert len(world.session.get(FiscalYear, 2031).periods) == 5
    again = import_draft(
        world.session, SYSTEM, document(unit_name="新局", unit_code="301", fiscal_year=2031)
    )
    assert again.findings == []


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"unit_name": "长" * 201, "unit_code": "9"}, "unit-name-too-long"),
        ({"unit_name": "新局", "unit_code": "9" * 65}, "unit-code-too-long"),
    ],
)
def test_a_unit_that_cannot_be_made_is_an_error_beforehand(world, fields, code):
    foreseen = foresee_import(world.session, world.admin, document(**fields))
    assert codes(foreseen.errors) == [code]
    with pytest.raises(InvalidInput):
        import_draft(world.session, world.admin, document(**fields))


def test_staff_are_told_that_the_year_is_not_set_up(world):
    foreseen = foresee_import(world.session, world.staff, document(fiscal_year=2040))
    assert codes(foreseen.errors) == ["year-unknown"]


def test_a_document_without_unit_or_year_is_refused_by_name(world):
    with pytest.raises(InvalidInput, match="年度"):
        import_draft(world.session, SYSTEM, document(fiscal_year=None))
    with pytest.raises(InvalidInput, match="单位"):
        import_draft(world.session, SYSTEM, document(unit_name=None, unit_code=None))


def test_nothing_is_imported_into_a_unit_out_of_use(world, session):
    world.unit.archived_at = clock.now()
    session.flush()
    assert codes(foresee_import(session, world.admin, document()).errors) == ["unit-archived"]


def test_a_project_without_a_code_is_not_taken_for_another_of_its_name(world):
    draft = document(project("养护", "4411"), project("养护", None))
    assert codes(foresee_import(world.session, world.staff, draft).errors) == [
        "project-name-ambiguous"
    ]


def test_a_total_without_sources_counts_as_fiscal_money(world):
    imported = import_draft(world.session, world.staff, document(project(budget={})))
    (line,) = plan_of(imported.plans[0]).budget_lines
    assert (line.source, line.initial) == (FundSource.FISCAL, Decimal("1500000.00"))
    again = import_draft(world.session, world.staff, document(project(budget={})))
    assert again.count(Outcome.UNCHANGED) == 1


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.FINANCE, Role.AUDITOR])
def test_only_who_may_import_does(world, role):
    unit = world.unit if role is Role.SUPERVISOR else None
    actor = make_user(world.session, role, unit).actor
    with pytest.raises(NotPermitted):
        import_draft(world.session, actor, document())
    with pytest.raises(NotPermitted):
        open_draft(world.session, actor, file_name="a.txt", sha256="", content={})


def kept(world: World, actor: Actor | None = None) -> Any:
    return open_draft(
        world.session,
        actor or world.staff,
        file_name="预算.txt",
        sha256="ab" * 32,
        content={"draft": 1},
    )


def test_a_correction_is_kept_once_and_a_stale_one_refused(world):
    row = kept(world)
    assert revise_draft(world.session, world.staff, row, {"draft": 2}, version=1)
    assert row.version == 2
    assert not revise_draft(world.session, world.staff, row, {"draft": 2}, version=2)
    assert row.version == 2
    with pytest.raises(Stale):
        revise_draft(world.session, world.staff, row, {"draft": 3}, version=1)
    assert row.content == {"draft": 2}


def test_a_confirmed_draft_keeps_what_became_of_it_and_is_confirmed_once(world):
    row = kept(world)
    confirm_draft(world.session, world.staff, row, document(), {"draft": 2}, version=1)
    assert row.confirmed_at is not None
    assert [one["outcome"] for one in row.content["outcome"]] == ["created", "created"]
    assert row.content["draft"] == 2
    before = count(world.session, LedgerEntry)
    with pytest.raises(Conflict):
        confirm_draft(world.session, world.staff, row, document(), {}, version=row.version)
    with pytest.raises(Conflict):
        revise_draft(world.session, world.staff, row, {}, version=row.version)
    assert count(world.session, LedgerEntry) == before


def test_a_refused_confirmation_leaves_the_draft_open(world):
    row = kept(world)
    bad = document(findings=[Finding(Severity.ERROR, "x", "有误。")])
    with pytest.raises(InvalidInput):
        confirm_draft(world.session, world.staff, row, bad, {"draft": 2}, version=1)
    assert row.confirmed_at is None
    assert "outcome" not in row.content


def test_a_draft_belongs_to_its_creator(world):
    row = kept(world)
    colleague = make_user(world.session, Role.STAFF, world.unit).actor
    for actor in (colleague, world.admin):
        with pytest.raises(NotFound):
            draft_of(world.session, actor, row.id)
        with pytest.raises(NotFound):
            confirm_draft(world.session, actor, row, document(), {}, version=1)
        assert drafts_page(world.session, actor).rows == []
    assert draft_of(world.session, world.staff, row.id) is row
    assert [one.id for one in drafts_page(world.session, world.staff).rows] == [row.id]


def test_a_file_name_that_is_too_long_keeps_its_ending(world):
    row = open_draft(
        world.session, world.staff, file_name="长" * 600 + "\x00.txt", sha256="", content={}
    )
    assert len(row.file_name) == 500
    assert row.file_name.endswith("长.txt")


def test_the_limits_at_import_are_the_columns_own():
    for column, limit in [
        (Indicator.level1, storable.SHORT),
        (Indicator.level2, storable.SHORT),
        (Indicator.name, storable.LINE),
        (Indicator.target_text, storable.LINE),
        (Project.name, storable.LINE),
        (Project.code, storable.SHORT),
    ]:
        assert column.type.length == limit
