"""A reviewer's points instead of the computed ones: bounds, reasons, totals, what is signed."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from perf import clock
from perf.core.errors import Conflict, InvalidInput, Locked, NotFound, NotPermitted, Stale
from perf.core.rulepack import CapBand, Certainty, TotalCapRule
from perf.core.rules import load_pack
from perf.core.targets import parse_target
from perf.core.terms import Action, Rating, Role, Status
from perf.models import LedgerEntry, Period, Score, SelfEvaluation, Snapshot
from perf.models.plans import target_as_json
from perf.services import decisions, evaluation_content, evaluation_scores
from perf.services.decisions import (
    Decided,
    bounds_of,
    decide_score,
    decide_scores,
    withdraw_decision,
)
from perf.services.evaluation_content import work_scores
from perf.services.evaluation_shown import show_self_evaluation
from perf.services.evaluations import (
    Reason,
    approved_quarters,
    begin_self_evaluation,
    compute,
    rescore,
    save_self_evaluation,
    step_self_evaluation,
)
from perf.services.snapshots import differences
from tests.factories import SYSTEM, make_unit, make_user
from tests.reported import YEAR, make_people, make_reported_plan

pytestmark = pytest.mark.slow

CASES, RATE, CONTENT = "受理案件数", "及时受理率", "群众满意度"
WHY = "年初目标定得偏低，全年数量超出一半以上。"
SIGNED_AT = datetime(2023, 1, 11, 18, 30, tzinfo=UTC)
HENAN = [
    ("成本指标", "投入", "≤10万元", "10"),
    ("产出指标", CASES, "≥100件", "30"),
    ("效益指标", RATE, "≥90%", "25"),
    ("满意度指标", CONTENT, "≥80%", "5"),
    ("资金管理", "资金使用合规率", "≥100%", "12"),
    ("资金管理", "制度健全率", "≥100%", "8"),
]
HENAN_YEAR: dict[str, tuple[str | None, ...]] = {
    CASES: ("20", "45", "80", "110"),
    RATE: ("95", "92", "88", "81"),
    CONTENT: ("90", "90", "90", "92"),
    "投入": ("2", "4", "6", "9"),
    "资金使用合规率": ("100",) * 4,
    "制度健全率": ("100", "100", "100", "50"),
}


class Case:
    """A reported plan with its self-evaluation, filled in and by default submitted."""

    def __init__(self, session, *, is_submitted: bool = True, figures=None, **fields) -> None:
        self.session = session
        self.staff, self.chief = self.people = make_people(session)
        figures = figures or YEAR | {CASES: ("20", "45", "80", "160")}
        self.plan = make_reported_plan(session, self.people, figures, **fields)
        self.ids = {row.name: row.id for row in self.plan.indicators}
        self.evaluation = begin_self_evaluation(session, self.staff.actor, self.plan)
        self.complete()
        if is_submitted:
            self.step(Action.SUBMIT)

    def complete(self) -> None:
        save_self_evaluation(
            self.session,
            self.staff.actor,
            self.evaluation,
            version=self.evaluation.version,
            objective_actual="全年任务完成。",
            execution_reason="",
            reasons={row.indicator_id: Reason("见说明。") for row in self.evaluation.scores},
        )

    def step(self, action: Action, **arguments) -> None:
        staff_steps = {Action.SUBMIT, Action.WITHDRAW}
        actor = self.staff.actor if action in staff_steps else self.chief.actor
        step_self_evaluation(
            self.session, actor, self.evaluation, action,
            version=self.evaluation.version, **arguments,
        )  # fmt: skip

    def decide(self, points: str, reason: str = WHY, name: str = CASES, **changes) -> bool:
        arguments = {"actor": self.chief.actor, "version": self.evaluation.version} | changes
        return decide_score(
            self.session, arguments["actor"], self.evaluation, self.ids[name],
            points_text=points, reason=reason, version=arguments["version"],
        )  # fmt: skip

    def withdraw(self, name: str = CASES) -> bool:
        return withdraw_decision(
            self.session, self.chief.actor, self.evaluation, self.ids[name],
            version=self.evaluation.version,
        )  # fmt: skip

    def score(self, name: str = CASES) -> Score:
        return next(one for one in self.evaluation.scores if one.indicator_id == self.ids[name])

    def shown(self, name: str = CASES) -> Mapping[str, object]:
        data = show_self_evaluation(self.session, self.evaluation).content["data"]
        return next(row for row in data["rows"] if row["id"] == self.ids[name])

    def data(self) -> Mapping[str, object]:
        return show_self_evaluation(self.session, self.evaluation).content["data"]

    def told(self, action: str) -> list[LedgerEntry]:
        query = select(LedgerEntry).where(LedgerEntry.action == action).order_by(LedgerEntry.id)
        return list(self.session.scalars(query))

    def last_snapshot(self) -> Snapshot:
        return self.session.scalars(select(Snapshot).order_by(Snapshot.id.desc())).first()


def by_hand(case: Case, statement: str) -> None:
    """Change what no page can, past the application."""
    case.session.execute(text(statement))
    case.session.expire_all()


def expect_stored_is_pure(case: Case) -> None:
    case.session.flush()
    case.session.expire_all()
    evaluation = case.evaluation
    decided = {
        row.indicator_id: row.decided_points
        for row in evaluation.scores
        if row.decided_points is not None
    }
    pure = compute(case.plan, approved_quarters(case.session, case.plan), (), decided).score
    for worked in (pure, work_scores(evaluation)):
        assert [(row.points, row.final) for row in worked.rows] == [
            (case.score(one.name).points, case.score(one.name).final)
            for one in case.plan.indicators
        ]
        assert (worked.total, worked.rating, worked.indicator_total, worked.execution_points) == (
            evaluation.total,
            evaluation.rating,
            evaluation.indicator_total,
            evaluation.execution_points,
        )


# Deciding


def test_a_decided_score_counts_beside_the_computed_one(session):
    case = Case(session)
    assert case.evaluation.total == Decimal("96.51")
    with clock.set_to(SIGNED_AT):
        assert case.decide("42.5")
    row = case.score()
    assert (row.points, row.decided_points, row.final) == (50, Decimal("42.50"), Decimal("42.50"))
    assert (row.decided_reason, row.decided_by, row.decided_at) == (WHY, case.chief, SIGNED_AT)
    assert case.evaluation.total == Decimal("89.01")
    assert case.evaluation.rating is Rating.GOOD
    assert case.evaluation.status is Status.SUBMITTED
    expect_stored_is_pure(case)


def test_the_ledger_tells_the_decision_and_the_new_total(session):
    case = Case(session)
    case.decide("42.5")
    (entry,) = case.told("decide_score")
    assert (entry.subject, entry.subject_name, entry.actor_id) == ("score", CASES, case.chief.id)
    assert entry.plan_id == case.plan.id
    assert entry.reason == WHY
    assert entry.changes["decided_points"] == [None, "42.5"]
    assert case.told("score_plan")[-1].changes == {
        "indicator_total": ["87", "79.5"],
        "total": ["96.51", "89.01"],
        "rating": ["excellent", "good"],
    }


@pytest.mark.parametrize("points", ["35", "35.00", "４２．５", "49.99"])
def test_points_within_the_bounds_are_taken(session, points):
    case = Case(session)
    assert case.decide(points)


@pytest.mark.parametrize(
    ("points", "reason", "field", "sentence"),
    [
        ("34.99", WHY, "decided", "可评定 35.00 至 50.00 分（计算得分 50.00；与计算得分相差"),
        ("50.01", WHY, "decided", "可评定 35.00 至 50.00 分"),
        ("-1", WHY, "decided", "超出范围"),
        ("42.505", WHY, "decided", "最多两位小数"),
        ("四十", WHY, "decided", "不是数字"),
        ("", WHY, "decided", "请填写评定得分"),
        ("42.5", " \n ", "why", "请写明评定理由"),
        ("42.5", "长" * 4001, "why", "最多 4000 字"),
    ],
)  # fmt: skip
def test_what_cannot_be_decided_is_refused_at_its_field(session, points, reason, field, sentence):
    case = Case(session)
    version = case.evaluation.version
    with pytest.raises(InvalidInput) as refused:
        case.decide(points, reason)
    assert list(refused.value.fields) == [f"{field}-{case.ids[CASES]}"]
    assert sentence in refused.value.fields[f"{field}-{case.ids[CASES]}"]
    assert case.score().decided_points is None
    assert case.evaluation.version == version
    assert case.told("decide_score") == []


def test_bounds_are_cut_to_the_hundredths_that_can_be_typed(session):
    rows = [("产出指标", CASES, "≥200件", "33.33"), ("效益指标", RATE, "≥90%", "56.67")]
    case = Case(session, indicators=rows)
    # 33.33 × 160 ÷ 200 is 26.664, and 30 % of 33.33 is 9.999.
    limits = bounds_of(case.evaluation)[case.ids[CASES]]
    assert (limits.low, limits.computed) == (Decimal("16.67"), Decimal("26.66"))
    assert limits.high == Decimal("33.33")
    case.decide("16.67")
    with pytest.raises(InvalidInput):
        case.decide("16.66")


def test_all_decisions_are_taken_or_none(session):
    case = Case(session)
    typed = {
        case.ids[CASES]: Decided("40", WHY),
        case.ids[RATE]: Decided("27.5", ""),
        case.ids[CONTENT]: Decided("1", WHY),
    }

    def decide() -> bool:
        return decide_scores(
            session, case.chief.actor, case.evaluation, typed, version=case.evaluation.version
        )

    with pytest.raises(InvalidInput) as refused:
        decide()
    assert set(refused.value.fields) == {f"why-{case.ids[RATE]}", f"decided-{case.ids[CONTENT]}"}
    assert [row.decided_points for row in case.evaluation.scores] == [None] * 3
    typed[case.ids[RATE]] = Decided("27.5", "按实际受理质量酌加。")
    typed[case.ids[CONTENT]] = Decided("8", "样本偏少。")
    assert decide()
    assert case.evaluation.total == Decimal(40) + Decimal("27.5") + 8 + Decimal("9.51")
    expect_stored_is_pure(case)


def test_what_changes_nothing_is_not_written(session):
    case = Case(session)
    case.decide("42.5")
    version, before = case.evaluation.version, case.score().decided_at
    assert not case.decide("42.50", f"  {WHY}\n")
    assert not case.decide("27", "", name=RATE)
    assert not case.withdraw(RATE)
    assert case.evaluation.version == version
    assert case.score().decided_at == before
    assert len(case.told("decide_score")) == 1


@pytest.mark.parametrize("way", ["equal", "withdraw"])
def test_a_decision_is_taken_back(session, way):
    case = Case(session)
    case.decide("42.5")
    assert case.decide("50") if way == "equal" else case.withdraw()
    row = case.score()
    assert (row.decided_points, row.decided_reason, row.decided_by_id, row.decided_at) == (
        None, "", None, None,
    )  # fmt: skip
    assert case.evaluation.total == Decimal("96.51")
    assert case.told("withdraw_decision")[0].changes["decided_points"] == ["42.5", None]
    assert case.shown()["decided"] is None
    assert case.shown()["steps"] == case.last_snapshot().content["data"]["rows"][0]["steps"]
    expect_stored_is_pure(case)


def test_a_low_execution_rate_still_caps_the_total(session, monkeypatch):
    rule = TotalCapRule(
        title="总分上限", document="示例", clause="", certainty=Certainty.RECALLED,
        bands=(CapBand(Decimal("0.97"), 90),),
    )  # fmt: skip
    pack = replace(load_pack("cn-project-2020"), total_cap=rule)
    for module in (decisions, evaluation_content, evaluation_scores):
        monkeypatch.setattr(module, "pack_of", lambda _: pack)
    case = Case(session)
    assert case.evaluation.total == 90
    case.decide("48")
    assert case.evaluation.total == 90
    case.decide("40")
    assert case.evaluation.total == Decimal("86.51")


# Who may, and when


def test_only_whoever_may_sign_it_decides(session):
    case = Case(session)
    unit = make_unit(session)
    for user in [case.staff, make_user(session, Role.ADMIN), make_user(session, Role.FINANCE)]:
        with pytest.raises(NotPermitted):
            case.decide("42.5", actor=user.actor)
    with pytest.raises(NotFound):
        case.decide("42.5", actor=make_user(session, Role.SUPERVISOR, unit).actor)
    with pytest.raises(NotPermitted, match="本人登录"):
        case.decide("42.5", actor=SYSTEM)
    by_hand(case, f"UPDATE self_evaluation SET submitted_by_id = {case.chief.id}")
    with pytest.raises(Conflict, match="本人提交"):
        case.decide("42.5")
    second = make_user(session, Role.SUPERVISOR, case.staff.unit)
    assert case.decide("42.5", actor=second.actor)
    assert case.score().decided_by is second


def test_whoever_decides_last_stands_for_it(session):
    case = Case(session)
    case.decide("42.5")
    assert case.shown()["decided"]["by"] == case.chief.display_name
    second = make_user(session, Role.SUPERVISOR, case.staff.unit)
    case.decide("41", "再核。", actor=second.actor)
    decided = case.shown()["decided"]
    assert (decided["by"], decided["reason"]) == (second.display_name, "再核。")


def test_a_pack_that_gives_no_room_lets_nothing_be_decided(session, monkeypatch):
    pack = load_pack("cn-project-2020")
    fixed = replace(pack, decision=replace(pack.decision, within=Decimal(0)))
    monkeypatch.setattr(decisions, "pack_of", lambda _: fixed)
    case = Case(session)
    assert bounds_of(case.evaluation) == {}
    with pytest.raises(InvalidInput) as refused:
        case.decide("50")
    assert "评分办法不允许另行评定" in refused.value.fields[f"decided-{case.ids[CASES]}"]


def test_an_indicator_of_another_plan_is_not_found(session):
    case = Case(session)
    other = make_reported_plan(session, case.people)
    with pytest.raises(NotFound):
        decide_score(
            session, case.chief.actor, case.evaluation, other.indicators[0].id,
            points_text="40", reason=WHY, version=case.evaluation.version,
        )  # fmt: skip


def test_a_stale_page_decides_nothing(session):
    case = Case(session)
    old = case.evaluation.version
    case.decide("42.5")
    with pytest.raises(Stale):
        case.decide("40", version=old)
    assert case.score().decided_points == Decimal("42.50")


@pytest.mark.parametrize("state", ["draft", "returned", "signed", "reopened", "locked"])
def test_nothing_is_decided_unless_it_waits_for_review(session, state):
    case = Case(session, is_submitted=state != "draft")
    sentence = "不能评定得分"
    if state == "returned":
        case.step(Action.RETURN, reason="请补充。")
    elif state in {"signed", "reopened"}:
        case.step(Action.APPROVE)
    if state == "reopened":
        case.step(Action.REOPEN, reason="数据有误。")
    if state == "locked":
        query = select(Period).where(Period.code == "2022-FY")
        session.scalars(query).one().locked_at = clock.now()
        session.flush()
        sentence = "已由管理员锁定"
    with pytest.raises(Locked, match=sentence):
        case.decide("42.5")
    with pytest.raises(Locked, match=sentence):
        case.withdraw()


def test_what_has_no_points_cannot_be_decided(session):
    case = Case(session, figures={**YEAR, CONTENT: (None,) * 4}, is_submitted=False)
    save_self_evaluation(
        session, case.staff.actor, case.evaluation, version=case.evaluation.version,
        objective_actual="完成。", execution_reason="",
        reasons={row.indicator_id: Reason("全年没有发生。", "", row.indicator_id == case.ids[CONTENT])
                 for row in case.evaluation.scores},
    )  # fmt: skip
    case.step(Action.SUBMIT)
    assert case.ids[CONTENT] not in bounds_of(case.evaluation)
    with pytest.raises(InvalidInput) as refused:
        case.decide("5", name=CONTENT)
    assert "没有计算得分" in refused.value.fields[f"decided-{case.ids[CONTENT]}"]


def test_the_database_keeps_no_decision_without_its_reason(session):
    case = Case(session)
    with pytest.raises(IntegrityError):
        session.execute(
            text("UPDATE score SET decided_points = 4000 WHERE id = :id"), {"id": case.score().id}
        )
    session.rollback()


# What is shown and signed


def test_the_decision_is_laid_over_what_was_submitted(session):
    case = Case(session)
    before = case.last_snapshot().content
    with clock.set_to(SIGNED_AT):
        case.decide("42.5")
    shown = show_self_evaluation(session, case.evaluation)
    row = case.shown()
    assert row["points"] == "42.5"
    assert row["decided"] == {
        "computed": "50",
        "by": case.chief.display_name,
        "at": SIGNED_AT.isoformat(),
        "reason": WHY,
    }
    # 18:30 in London is the next day in Shanghai.
    assert row["steps"][-2:] == [
        f"计算得分 50.00，审核人评定 42.50（{case.chief.display_name}，2023-01-12）：{WHY}",
        "依据 cn-project-2020 第 1 版 §评定得分",
    ]
    data = shown.content["data"]
    assert (data["total"], data["rating"]) == ("89.01", "good")
    assert data["total_steps"][0] == "指标得分 79.50 + 预算执行 9.51 = 89.01 → 评级 良"
    # All the rest is what was submitted, to the letter, and the snapshot itself untouched.
    assert case.last_snapshot().content == before
    changed = {"points", "decided", "steps"}
    for kept, laid in zip(before["data"]["rows"], data["rows"], strict=True):
        is_decided = kept["id"] == case.ids[CASES]
        assert {key for key in laid if laid[key] != kept[key]} == (changed if is_decided else set())
    assert {(one.name, one.label, one.old, one.new) for one in differences(before, shown.content)} == {
        ("", "总分", "96.51", "89.01"),
        ("", "评级", "优", "良"),
        (CASES, "得分", "50.00", "42.50"),
        (CASES, "计算得分", None, "50.00"),
        (CASES, "评定理由", None, WHY),
    }  # fmt: skip


def test_what_is_signed_is_what_was_submitted_and_decided(session):
    case = Case(session)
    case.decide("42.5")
    data = case.data()
    case.step(Action.APPROVE)
    kept = case.last_snapshot()
    assert kept.action is Action.APPROVE
    names = {"submitted_by": case.staff.display_name, "approved_by": case.chief.display_name}
    assert kept.content["data"] == data | {"people": names}
    by_hand(case, "UPDATE user_account SET display_name = '改名'")
    assert case.chief.display_name == "改名"
    assert case.shown()["decided"]["by"] == names["approved_by"]


def test_without_a_decision_nothing_but_the_name_is_added_by_signing(session):
    case = Case(session)
    before = case.last_snapshot().content
    case.step(Action.APPROVE)
    after = case.last_snapshot().content
    assert {**after["data"], "people": None} == {**before["data"], "people": None}
    assert (after["fields"], after["rows"]) == (before["fields"], before["rows"])


def test_a_decision_stays_over_a_return_where_the_computed_points_are_the_same(session):
    case = Case(session)
    case.decide("42.5")
    case.decide("28", "酌加。", name=RATE)
    case.step(Action.RETURN, reason="请核对受理率。")
    assert case.shown()["decided"]["reason"] == WHY
    q4 = approved_quarters(session, case.plan)[-1]
    figure = next(row for row in q4.actuals if row.indicator_id == case.ids[RATE])
    by_hand(case, f"UPDATE actual SET value = 90000000 WHERE id = {figure.id}")
    case.step(Action.SUBMIT)
    assert (case.score().decided_points, case.score(RATE).decided_points) == (Decimal("42.5"), None)
    assert case.score(RATE).points == 30
    rows = {row["name"]: row for row in case.last_snapshot().content["data"]["rows"]}
    assert rows[CASES]["points"] == "42.5"
    assert rows[CASES]["decided"]["computed"] == "50"
    assert (rows[RATE]["points"], rows[RATE]["decided"]) == ("30", None)
    # Taken back after the resubmission, it is laid over the snapshot as well.
    case.withdraw()
    assert (case.shown()["points"], case.shown()["decided"]) == ("50", None)
    assert case.data()["total"] == "99.51"
    expect_stored_is_pure(case)


def test_rescoring_keeps_a_decision_and_its_total(session):
    case = Case(session)
    case.decide("42.5")
    case.step(Action.RETURN, reason="请核对。")
    assert not rescore(session, SYSTEM, case.evaluation)
    assert case.evaluation.total == Decimal("89.01")


def test_the_score_by_the_target_of_the_years_beginning_is_kept_beside_the_revised_ones(session):
    case = Case(session, is_submitted=False)
    indicator = next(row for row in case.plan.indicators if row.name == RATE)
    session.execute(
        indicator.__table__.update()
        .where(indicator.__table__.c.id == indicator.id)
        .values(initial_target=target_as_json(parse_target("≥95%")))
    )
    session.expire_all()
    case.step(Action.SUBMIT)
    row = case.shown(RATE)
    assert (row["points"], row["initial_target"], row["initial_points"]) == ("27", "≥95%", "25.58")
    assert row["steps"][-1] == (
        "按年初指标值 ≥95% 计 25.58 分 · 依据 cn-project-2020 第 1 版 §目标调整"
    )


# What the pack leaves to the reviewer


def henan(session) -> Case:
    return Case(session, figures=HENAN_YEAR, indicators=HENAN, pack_id="henan-project-2024")


def test_a_check_list_is_decided_before_anything_is_signed(session):
    case = henan(session)
    with pytest.raises(InvalidInput, match="资金使用合规率、制度健全率") as refused:
        case.step(Action.APPROVE)
    assert set(refused.value.fields) == {
        f"decided-{case.ids['资金使用合规率']}", f"decided-{case.ids['制度健全率']}"
    }  # fmt: skip
    assert "可评定 0.00 至 12.00 分（计算得分 12.00；资金管理由审核人核对后评定）" in str(
        refused.value.fields
    )
    # From 0 to the weight, and agreeing with what was computed is a decision as well.
    case.decide("12", "逐项核对无误。", name="资金使用合规率")
    with pytest.raises(InvalidInput, match="制度健全率"):
        case.step(Action.APPROVE)
    case.decide("0", "没有制度。", name="制度健全率")
    assert case.shown("资金使用合规率")["decided"]["computed"] == "12"
    case.step(Action.APPROVE)
    assert case.evaluation.status is Status.APPROVED
    expect_stored_is_pure(case)


def test_a_check_list_can_be_returned_without_a_decision(session):
    case = henan(session)
    case.step(Action.RETURN, reason="请补充制度。")
    assert case.evaluation.status is Status.RETURNED


def test_a_missing_decision_is_told_only_to_whoever_could_sign(session):
    case = henan(session)
    with pytest.raises(NotPermitted):
        step_self_evaluation(
            session, case.staff.actor, case.evaluation, Action.APPROVE,
            version=case.evaluation.version,
        )  # fmt: skip


def test_a_decision_outside_later_bounds_is_made_anew_before_signing(session):
    case = Case(session)
    case.decide("42.5")
    by_hand(case, f"UPDATE score SET decided_points = 1000 WHERE id = {case.score().id}")
    with pytest.raises(InvalidInput, match=CASES) as refused:
        case.step(Action.APPROVE)
    assert "已不在范围内" in refused.value.fields[f"decided-{case.ids[CASES]}"]


def test_another_self_evaluation_is_left_alone(session):
    case = Case(session)
    other = make_reported_plan(session, case.people)
    untouched = begin_self_evaluation(session, case.staff.actor, other)
    total = untouched.total
    case.decide("42.5")
    found = session.scalars(select(SelfEvaluation).order_by(SelfEvaluation.id)).all()
    assert [one.total for one in found] == [Decimal("89.01"), total]
