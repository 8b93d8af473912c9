"""不涉及: an indicator without a figure in the whole year, its reason, and who carries its weight."""

from decimal import Decimal

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from perf.core.errors import InvalidInput, Stale
from perf.core.terms import Action, FundSource, Rating, Status
from perf.models import LedgerEntry, Score, SelfEvaluation
from perf.services.budgets import adjust_budget
from perf.services.evaluation_shown import show_self_evaluation
from perf.services.evaluations import (
    Reason,
    approved_quarters,
    begin_self_evaluation,
    missing_of,
    rescore,
    save_self_evaluation,
    step_self_evaluation,
)
from perf.services.ledger import record_change
from perf.services.snapshots import differences
from tests.factories import SYSTEM
from tests.reported import NO_DATA, YEAR, make_people, make_reported_plan

INDICATORS = [
    ("产出指标", "受理案件数", "≥100件", "20"),
    ("产出指标", "政府采购执行率", "≥95%", "10"),
    ("产出指标", "办结率", "≥90%", "20"),
    ("效益指标", "及时受理率", "≥90%", "30"),
    ("满意度指标", "群众满意度", "≥80%", "10"),
]
FIGURES = YEAR | {"办结率": ("90",) * 4, "政府采购执行率": (NO_DATA,) * 4}
WHY = "全年没有政府采购预算，也没有采购。"


class Case:
    """A plan of which one indicator has no figure all year, with its self-evaluation begun."""

    def __init__(self, session, figures=FIGURES, indicators=INDICATORS) -> None:
        self.session = session
        self.people = make_people(session)
        self.plan = make_reported_plan(session, self.people, figures, indicators=indicators)
        self.ids = {row.name: row.id for row in self.plan.indicators}
        self.evaluation = begin_self_evaluation(session, self.people[0].actor, self.plan)

    def score(self, name: str = "政府采购执行率") -> Score:
        return next(one for one in self.evaluation.scores if one.indicator_id == self.ids[name])

    def points(self) -> dict[str, tuple[Decimal, Decimal | None]]:
        return {name: (self.score(name).weight, self.score(name).points) for name in self.ids}

    def choose(self, *names: str, reason: str = WHY, is_chosen: bool = True) -> bool:
        return save_self_evaluation(
            self.session,
            self.people[0].actor,
            self.evaluation,
            version=self.evaluation.version,
            objective_actual="全年任务基本完成。",
            execution_reason="",
            reasons={
                self.ids[name]: Reason(reason, is_not_applicable=is_chosen)
                for name in names or ["政府采购执行率"]
            },
        )

    def explain(self, *names: str) -> None:
        self.choose(*names, reason="年末受疫情影响。", is_chosen=False)

    def step(self, action: Action, **arguments) -> None:
        user = self.people[action in {Action.APPROVE, Action.RETURN, Action.REOPEN}]
        step_self_evaluation(
            self.session,
            user.actor,
            self.evaluation,
            action,
            version=self.evaluation.version,
            **arguments,
        )

    def told(self, action: str) -> list[LedgerEntry]:
        query = select(LedgerEntry).where(LedgerEntry.action == action).order_by(LedgerEntry.id)
        return list(self.session.scalars(query))


@pytest.fixture
def case(session) -> Case:
    return Case(session)


def test_without_a_figure_all_year_the_two_ways_on_are_named(case):
    (sentence,) = [text for key, text in missing_of(case.evaluation).items() if "采购" in text]
    assert "重新打开那一期" in sentence
    assert "“不涉及”" in sentence
    assert case.evaluation.total is None


def test_its_weight_goes_to_its_class_in_proportion_and_the_total_is_whole(case):
    assert case.choose()
    # 10 over 20 and 20 is 5 each; 30 × 81 ÷ 90 is 27, and 9.51 for the execution.
    assert case.points() == {
        "受理案件数": (Decimal(25), Decimal(25)),
        "政府采购执行率": (Decimal(0), None),
        "办结率": (Decimal(25), Decimal(25)),
        "及时受理率": (Decimal(30), Decimal(27)),
        "群众满意度": (Decimal(10), Decimal(10)),
    }
    assert case.evaluation.total == Decimal("96.51")
    assert case.evaluation.rating is Rating.EXCELLENT
    row = case.score()
    assert (row.is_not_applicable, row.is_met, row.ratio) == (True, None, None)
    assert row.needs_reason
    assert row.indicator.weight == 10


def test_a_class_without_any_other_indicator_gives_to_the_rest_of_the_plan(session):
    figures = {**YEAR, "群众满意度": (NO_DATA,) * 4}
    case = Case(session, figures, None)
    case.choose("群众满意度")
    # 10 over 50 and 30: 6.25 and 3.75.
    assert case.points() == {
        "受理案件数": (Decimal("56.25"), Decimal("56.25")),
        "及时受理率": (Decimal("33.75"), Decimal("30.38")),
        "群众满意度": (Decimal(0), None),
    }
    assert case.evaluation.total == Decimal("96.14")


def test_what_is_stored_of_it_stands_in_the_ledger(case):
    case.choose()
    (chosen,) = [one for one in case.told("explain_score") if "is_not_applicable" in one.changes]
    assert chosen.subject_id == case.score().id
    assert chosen.actor_id == case.people[0].id
    assert chosen.changes == {
        "is_not_applicable": ["False", "True"],
        "deviation_reason": [None, WHY],
    }
    weights = {one.subject_name: one.changes.get("weight") for one in case.told("score_indicator")}
    assert weights["受理案件数"] == ["20", "25"]
    assert weights["政府采购执行率"] == ["10", "0"]
    assert case.told("score_plan")[-1].changes["total"] == [None, "96.51"]
    count = len(case.session.scalars(select(LedgerEntry)).all())
    assert not case.choose()
    assert len(case.session.scalars(select(LedgerEntry)).all()) == count


def test_taking_it_back_scores_as_before(case):
    before = case.points()
    case.choose()
    case.choose(is_chosen=False)
    assert case.points() == before
    assert case.evaluation.total is None


def test_it_is_not_submitted_without_a_reason(case):
    case.choose(reason=" ")
    case.explain("及时受理率")
    key = case.ids["政府采购执行率"]
    with pytest.raises(InvalidInput) as refused:
        case.step(Action.SUBMIT)
    assert list(refused.value.fields) == [f"reason-{key}"]
    assert "不涉及" in refused.value.fields[f"reason-{key}"]
    case.choose()
    case.step(Action.SUBMIT)
    assert case.evaluation.status is Status.SUBMITTED


def test_a_figure_reported_cannot_be_called_not_applicable(case):
    version = case.evaluation.version
    with pytest.raises(InvalidInput) as refused:
        case.choose("办结率")
    assert list(refused.value.fields) == [f"out-{case.ids['办结率']}"]
    assert case.evaluation.version == version
    assert not case.score("办结率").is_not_applicable


@pytest.mark.parametrize("figure", [None, "0"])
def test_a_zero_is_a_figure_and_an_empty_quarter_is_none(session, figure):
    figures = {**FIGURES, "政府采购执行率": (NO_DATA, None, NO_DATA, figure)}
    case = Case(session, figures)
    if figure is None:
        assert case.choose()
    else:
        with pytest.raises(InvalidInput):
            case.choose()
        assert case.score().points == 0


def test_a_plan_of_which_nothing_applies_cannot_be_submitted(session):
    case = Case(session, {}, None)
    case.choose(*case.ids)
    assert case.evaluation.total is None
    with pytest.raises(InvalidInput) as refused:
        case.step(Action.SUBMIT)
    assert "没有可以计分的指标" in " ".join(refused.value.fields.values())


def test_a_check_list_of_which_nothing_applies_gives_its_weight_to_nobody(session):
    indicators = [
        ("产出指标", "受理案件数", "≥100件", "70"),
        ("资金管理指标", "政府采购执行率", "≥95%", "20"),
    ]
    case = Case(session, indicators=indicators)
    case.plan.pack_id = "henan-project-2024"
    record_change(session, SYSTEM, "update_plan", case.plan)
    case.choose()
    assert case.score("受理案件数").weight == 70
    assert case.evaluation.total is None
    with pytest.raises(InvalidInput) as refused:
        case.step(Action.SUBMIT)
    assert "资金管理指标的指标都选择了“不涉及”" in " ".join(refused.value.fields.values())


def test_a_figure_that_arrives_later_takes_the_choice_away_and_says_so(case):
    case.choose()
    quarter = approved_quarters(case.session, case.plan)[-1]
    row = next(one for one in quarter.actuals if one.indicator_id == case.ids["政府采购执行率"])
    row.is_no_data, row.actual = False, Decimal(95)
    case.session.flush()
    assert rescore(case.session, SYSTEM, case.evaluation)
    assert not case.score().is_not_applicable
    assert case.points()["政府采购执行率"] == (Decimal(10), Decimal(10))
    assert case.points()["受理案件数"] == (Decimal(20), Decimal(20))
    (entry,) = [
        one
        for one in case.told("score_indicator")
        if one.changes.get("is_not_applicable") == ["True", "False"]
    ]
    assert entry.subject_name == "政府采购执行率"
    assert entry.changes["value"] == [None, "95"]


def test_it_is_neither_chosen_nor_taken_back_while_a_quarter_is_open(case):
    case.choose()
    quarter = approved_quarters(case.session, case.plan)[-1]
    quarter.status = Status.REOPENED
    case.session.flush()
    with pytest.raises(InvalidInput, match="不涉及") as refused:
        case.choose(is_chosen=False)
    assert "重新打开" in " ".join(refused.value.fields.values())
    # The texts beside it can still be written.
    assert case.choose(reason="全年没有采购。")


def test_a_stale_page_chooses_nothing(case):
    version = case.evaluation.version
    case.explain("及时受理率")
    with pytest.raises(Stale):
        save_self_evaluation(
            case.session,
            case.people[0].actor,
            case.evaluation,
            version=version,
            objective_actual="",
            execution_reason="",
            reasons={case.ids["政府采购执行率"]: Reason(WHY, is_not_applicable=True)},
        )
    assert not case.score().is_not_applicable


def test_the_reviewer_sees_it_sends_it_back_and_signs_it_as_submitted(case):
    case.choose()
    case.explain("及时受理率")
    case.step(Action.SUBMIT)
    key = case.ids["政府采购执行率"]
    case.step(Action.RETURN, remarks={key: "请写明没有采购预算的依据。"})
    case.choose(reason="批复的预算中没有政府采购。")
    shown = show_self_evaluation(case.session, case.evaluation)
    assert shown.before is not None
    changed = differences(shown.before, shown.content)
    assert [(one.indicator_id, one.label) for one in changed] == [(key, "偏差原因")]
    case.step(Action.SUBMIT)
    case.step(Action.APPROVE)
    case.session.expire_all()
    content = show_self_evaluation(case.session, case.evaluation).content
    fields = next(row["fields"] for row in content["rows"] if row["id"] == key)
    assert fields == {
        "年度指标值": "≥95%",
        "实际完成值": "不涉及",
        "分值": "0.00",
        "偏差原因": "批复的预算中没有政府采购。",
    }
    data = {row["name"]: row for row in content["data"]["rows"]}
    row = data["政府采购执行率"]
    assert (row["is_not_applicable"], row["weight"], row["points"]) == (True, "0", None)
    assert row["steps"] == ["目标 ≥95% · 实际 不涉及 → 不计分，分值 10 由其余指标按比例分摊"]
    assert data["受理案件数"]["weight"] == "25"
    assert data["受理案件数"]["steps"][0] == "分值 25（原 20，加上不涉及指标分摊的分值）"
    assert sum(Decimal(one["weight"]) for one in data.values()) == 90
    assert content["data"]["total"] == "96.51"


@pytest.mark.parametrize("values", ["value = 1000000", "points = 100", "tier = 'achieved'"])
def test_the_database_keeps_no_points_and_no_figure_beside_it(case, values):
    case.choose()
    case.session.flush()
    rate = ", rate = 10000" if "tier" in values else ""
    with pytest.raises(IntegrityError):
        case.session.execute(
            text(f"UPDATE score SET {values}{rate} WHERE id = :id"), {"id": case.score().id}
        )


def test_an_adjusted_budget_scores_the_draft_anew(case):
    case.choose()
    assert case.evaluation.execution_points == Decimal("9.51")
    adjust_budget(
        case.session,
        case.people[0].actor,
        case.plan,
        version=case.plan.version,
        source=FundSource.FISCAL,
        amount="-0.491",
        on="2022-12-01",
        document="红财〔2022〕9号",
    )
    # 95 090 of 95 090: all of it.
    evaluation = case.session.get_one(SelfEvaluation, case.evaluation.id)
    assert evaluation.execution_points == 10
    assert evaluation.total == Decimal("97.00")
    assert case.told("score_plan")[-1].changes["total"] == ["96.51", "97"]
