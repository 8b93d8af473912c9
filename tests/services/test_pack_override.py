"""One plan scored by another pack than its year's, with a reason that its reviewer approves."""

import pytest
from sqlalchemy import select

from perf.core.errors import InvalidInput, Locked, Stale
from perf.core.terms import Action, Role
from perf.models import LedgerEntry
from perf.queries.packs import pack_of
from perf.services.indicators import save_indicators
from perf.services.pack_override import override_pack
from perf.services.plans import content_of_plan, step_plan
from perf.services.sheets import IndicatorEntry
from perf.services.weighing import weigh
from tests.factories import make_plan, make_unit, make_user, make_year

WHY = "项目资金来自省级专项，按省里规定的办法自评"


@pytest.fixture
def world(session):
    make_year(session)
    unit = make_unit(session)
    plan = make_plan(session, unit)
    for row in plan.indicators:
        row.is_weight_entered = False
    session.flush()
    staff, chief = (make_user(session, role, unit).actor for role in (Role.STAFF, Role.SUPERVISOR))
    return session, plan, staff, chief


def choose(world, chosen="hubei-project-2020", reason=WHY, version=None):
    session, plan, staff, _ = world
    override_pack(
        session(), staff, plan, chosen=chosen, reason=reason, version=version or plan.version
    )


def test_the_chosen_pack_stays_through_every_save_and_spreads_the_weights(world):
    session, plan, staff, _ = world
    choose(world, "henan-project-2024")
    assert (pack_of(plan).id, plan.pack_reason) == ("henan-project-2024", WHY)
    # Without costs and fund management: what those do not get goes to the classes that stand.
    assert sum(row.weight for row in plan.indicators) == 70
    entry = IndicatorEntry(key="new1", level1="产出指标", name="新指标", target="≥5次", ordinal="9")
    save_indicators(session(), staff, plan, [entry], version=plan.version)
    assert plan.pack_id == "henan-project-2024"
    assert weigh(session(), plan, [("产出指标", None)]).due == 90
    assert content_of_plan(plan)["fields"]["评分办法"] == (
        f"henan-project-2024 第 1 版（换用理由：{WHY}）"
    )
    told = session.scalars(
        select(LedgerEntry.changes).where(LedgerEntry.action == "override_pack")
    ).one()
    assert told["pack_reason"] == [None, WHY]


def test_going_back_takes_the_years_pack_again(world):
    _, plan, _, _ = world
    choose(world)
    choose(world, "", "")
    assert (plan.pack_id, plan.pack_reason) == ("cn-project-2020", None)
    assert sum(row.weight for row in plan.indicators) == 90


@pytest.mark.parametrize(
    ("chosen", "reason", "field"),
    [
        ("hubei-project-2020", " ", "reason"),
        ("hubei-project-2020", "长" * 501, "reason"),
        ("department-overall", WHY, "pack"),
        ("nothing", WHY, "pack"),
    ],
)
def test_a_choice_without_a_reason_or_of_no_fitting_pack_is_refused(world, chosen, reason, field):
    with pytest.raises(InvalidInput) as refused:
        choose(world, chosen, reason)
    assert set(refused.value.fields) == {field}


def test_a_stale_page_and_an_approved_plan_are_refused(world):
    session, plan, staff, chief = world
    with pytest.raises(Stale):
        choose(world, version=99)
    step_plan(session(), staff, plan, Action.SUBMIT, version=plan.version)
    with pytest.raises(Locked):
        choose(world)
    step_plan(session(), chief, plan, Action.APPROVE, version=plan.version)
    with pytest.raises(Locked):
        choose(world)
