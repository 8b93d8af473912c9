"""Recommendations: made on what is signed, answered by the unit, carried out, never lost."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from perf import clock
from perf.core.errors import Conflict, InvalidInput, Locked, NotFound, NotPermitted, Stale
from perf.core.terms import Adoption, BudgetConsequence, RecommendationKind, Role, Status
from perf.models import LedgerEntry, SelfEvaluation
from perf.queries.messages import messages_page, shown_lines
from perf.queries.recommendations import (
    RecommendationFilter,
    Shown,
    count_recommendations,
    history_of,
    recommendations_page,
)
from perf.services.recommendations import (
    AnswerEntry,
    RecommendationEntry,
    answer_recommendation,
    change_recommendation,
    make_recommendation,
    record_outcome,
    withdraw_recommendation,
)
from perf.services.reminders import gather_messages
from tests.factories import make_plan, make_unit, make_user, make_year, mark
from tests.queries import count_queries

pytestmark = pytest.mark.slow

NOW = datetime(2023, 3, 1, 2, tzinfo=UTC)
TODAY = date(2023, 3, 1)
ENTRY = RecommendationEntry("budget", "压减结余较多的支出。", "cut", "12.5", "2023-03-31")
ADOPT = AnswerEntry("adopted", "", "已列入下年度预算编制。", "2023-09-30")


@pytest.fixture
def world(session):
    """A unit with a signed self-evaluation, its people and the finance office."""
    unit = make_unit(session)
    staff, chief = (make_user(session, role, unit) for role in (Role.STAFF, Role.SUPERVISOR))
    finance = make_user(session, Role.FINANCE)
    make_year(session)
    plan = make_plan(session, unit, status=Status.APPROVED, people=(staff, chief))
    evaluation = SelfEvaluation(
        unit_id=unit.id,
        plan_id=plan.id,
        pack_id=plan.pack_id,
        pack_version=1,
        updated_at=clock.now(),
    )
    mark(evaluation, Status.APPROVED, staff, chief)
    session.add(evaluation)
    session.flush()
    with clock.set_to(NOW):
        yield SimpleNamespace(
            session=session(), staff=staff, chief=chief, finance=finance, evaluation=evaluation
        )


def make(world, by=None, **changes: str):
    entry = RecommendationEntry(**{**vars_of(ENTRY), **changes})
    return make_recommendation(world.session, (by or world.finance).actor, world.evaluation, entry)


def vars_of(entry) -> dict[str, str]:
    return {name: getattr(entry, name) for name in entry.__slots__}


def answer(world, row, by=None, version=None, **changes: str) -> bool:
    return answer_recommendation(
        world.session,
        (by or world.staff).actor,
        row,
        AnswerEntry(**{**vars_of(ADOPT), **changes}),
        version=row.version if version is None else version,
    )


def told(world, row) -> list[tuple[str, str]]:
    return [(one.action, one.actor_name) for one in history_of(world.session, row)]


def test_finance_and_the_units_supervisor_recommend_on_what_is_signed(world) -> None:
    row = make(world)
    assert (row.kind, row.consequence, row.amount) == (
        RecommendationKind.BUDGET,
        BudgetConsequence.CUT,
        Decimal("125000.00"),
    )
    assert (row.adoption, row.due_on) == (None, date(2023, 3, 31))
    make(world, world.chief, kind="targets", consequence="", amount="")
    with pytest.raises(NotPermitted):
        make(world, world.staff)
    stranger = make_user(world.session, Role.SUPERVISOR, make_unit(world.session))
    with pytest.raises(NotFound):
        make(world, stranger)
    world.evaluation.status = Status.REOPENED
    with pytest.raises(Conflict, match="签署以后"):
        make(world)


def test_what_cannot_be_recommended_is_refused_by_its_field(world) -> None:
    for changes, field in (
        ({"kind": "x"}, "kind"),
        ({"text": " "}, "text"),
        ({"consequence": ""}, "consequence"),
        ({"amount": "-1"}, "amount"),
        ({"kind": "policy"}, "amount"),
        ({"due_on": "2023-02-28"}, "due_on"),
        ({"due_on": "三月"}, "due_on"),
    ):
        with pytest.raises(InvalidInput) as refused:
            make(world, **changes)
        assert field in refused.value.fields, changes
    assert world.session.scalar(select(LedgerEntry.id)) is None


def test_an_answer_says_what_it_has_to(world) -> None:
    row = make(world)
    for changes, fields in (
        ({"adoption": ""}, {"adoption"}),
        ({"measure": "", "measure_on": ""}, {"measure", "measure_on"}),
        ({"adoption": "partly"}, {"reason"}),
        ({"adoption": "not_adopted"}, {"reason"}),
        ({"measure_on": "明年"}, {"measure_on"}),
    ):
        with pytest.raises(InvalidInput) as refused:
            answer(world, row, **changes)
        assert set(refused.value.fields) == fields, changes
    assert row.adoption is None


def test_a_new_answer_keeps_the_old_one_in_the_ledger_and_takes_no_outcome_it_denies(world):
    row = make(world)
    assert answer(world, row)
    assert not answer(world, row)
    assert record_outcome(
        world.session, world.chief.actor, row, "已压减。", "2023-03-01", version=row.version
    )
    answer(world, row, measure="先核实再压减。")
    assert row.outcome == "已压减。"
    answer(world, row, world.chief, adoption="not_adopted", reason="已无结余。")
    assert (row.adoption, row.outcome, row.outcome_at) == (Adoption.NOT_ADOPTED, "", None)
    assert [action for action, _ in told(world, row)] == [
        "make_recommendation",
        "answer_recommendation",
        "record_outcome",
        "answer_recommendation",
        "answer_recommendation",
    ]
    last = history_of(world.session, row)[-1].changes
    assert last["adoption"] == ["adopted", "not_adopted"]
    assert last["outcome"] == ["已压减。", None]
    with pytest.raises(Conflict, match="还没有采纳"):
        record_outcome(
            world.session, world.staff.actor, row, "x", "2023-03-01", version=row.version
        )


def test_an_outcome_has_words_and_a_day_that_has_come(world) -> None:
    row = make(world)
    answer(world, row)
    for outcome, on, field in (
        ("", "2023-03-01", "outcome"),
        ("完成", "", "outcome_on"),
        ("完成", "2023-03-02", "outcome_on"),
    ):
        with pytest.raises(InvalidInput) as refused:
            record_outcome(world.session, world.staff.actor, row, outcome, on, version=row.version)
        assert list(refused.value.fields) == [field]
    assert row.outcome_at is None


def test_nobody_answers_what_they_recommended_and_no_other_side_changes_it(world) -> None:
    row = make(world, world.chief)
    with pytest.raises(Conflict, match="本人提出"):
        answer(world, row, world.chief)
    with pytest.raises(Conflict, match="另一方"):
        change_recommendation(world.session, world.finance.actor, row, ENTRY, version=row.version)
    with pytest.raises(NotPermitted):
        answer(world, row, world.finance)
    stranger = make_user(world.session, Role.STAFF, make_unit(world.session))
    with pytest.raises(NotFound):
        answer(world, row, stranger)
    assert count(world, stranger).total == 0


def test_what_was_answered_or_withdrawn_or_has_moved_on_is_not_changed(world) -> None:
    row, other = make(world), make(world)
    actor, session = world.finance.actor, world.session
    with pytest.raises(Stale):
        answer(world, row, version=row.version + 1)
    with pytest.raises(InvalidInput):
        withdraw_recommendation(session, actor, other, " ", version=other.version)
    withdraw_recommendation(session, actor, other, "重复。", version=other.version)
    with pytest.raises(Locked):
        answer(world, other)
    answer(world, row)
    with pytest.raises(Locked, match="已经答复"):
        change_recommendation(session, actor, row, ENTRY, version=row.version)
    with pytest.raises(Locked):
        withdraw_recommendation(session, actor, row, "不提了。", version=row.version)


def test_recorders_are_told_what_is_to_be_answered_within_a_week_until_it_is(world) -> None:
    row, actor = make(world), world.staff.actor

    def lines(day: date) -> list[tuple[str, bool]]:
        gather_messages(world.session, [row.unit_id], day)
        message = messages_page(world.session, actor, 1).rows[0]
        shown = shown_lines(world.session, actor, [message])[message.id]
        return [(one.line.text, one.is_done) for one in shown if one.line.kind == "recommendation"]

    assert lines(date(2023, 3, 23)) == []
    told = "请答复，截止 2023 年 3 月 31 日，还有 7 天"
    assert lines(date(2023, 3, 24)) == [(told, False)]
    answer(world, row)
    assert lines(date(2023, 3, 24)) == [(told, True)]


def count(world, user, day: date = TODAY, **wanted: Any):
    return count_recommendations(world.session, user.actor, RecommendationFilter(**wanted), day)


def test_the_list_counts_where_they_stand_and_costs_the_same_for_many(world) -> None:
    first, second, third = (make(world) for _ in range(3))
    answer(world, first)
    answer(world, second, adoption="partly", reason="只压减一半。")
    late = TODAY + timedelta(days=31)
    found = count(world, world.finance, late)
    assert (found.total, found.open, found.overdue) == (3, 1, 1)
    assert (found.adopted, found.partly, found.not_adopted, found.to_carry_out) == (1, 1, 0, 2)
    assert count(world, world.staff, year=2021).total == 0
    page = recommendations_page(
        world.session,
        world.staff.actor,
        RecommendationFilter(shown=Shown.OVERDUE),
        late,
        1,
    )
    assert [row.id for row in page.rows] == [third.id]

    def walk() -> list[str]:
        world.session.expire_all()
        rows = recommendations_page(
            world.session, world.staff.actor, RecommendationFilter(), TODAY, 1
        ).rows
        return [f"{row.plan.name}{row.unit.name}{row.made_by.display_name}" for row in rows]

    actor = world.staff.actor
    assert actor.unit_id
    with count_queries(world.session.get_bind()) as few:
        walk()
    for _ in range(3):
        make(world)
    world.session.flush()
    with count_queries(world.session.get_bind()) as many:
        walk()
    assert len(many) == len(few)
