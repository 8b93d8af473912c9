"""`perf rescore`: saved batch by batch, whole units, also where it is stopped."""

import json
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from perf import cli_rescore
from perf.extensions import db
from perf.models import Score, SelfEvaluation
from perf.services.evaluations import begin_self_evaluation
from tests.reported import make_people, make_reported_plan


@pytest.fixture
def three_units(app: Flask) -> Flask:
    """Three units, each with a self-evaluation whose stored scores are out of date."""
    with app.app_context():
        for _ in range(3):
            people = make_people(db.session)
            plan = make_reported_plan(db.session, people)
            begin_self_evaluation(db.session(), people[0].actor, plan)
        for row in db.session.scalars(select(Score)):
            row.points = Decimal(1)
        for evaluation in db.session.scalars(select(SelfEvaluation)):
            evaluation.total = Decimal(3)
        db.session.commit()
    return app


def totals(app: Flask) -> list[Any]:
    with app.app_context():
        query = select(SelfEvaluation.total).order_by(SelfEvaluation.unit_id)
        return list(db.session.scalars(query))


def test_all_units_are_scored_however_many_go_at_once(three_units, monkeypatch) -> None:
    monkeypatch.setattr(cli_rescore, "UNITS_AT_ONCE", 2)
    done = three_units.test_cli_runner().invoke(
        args=["perf", "rescore", "--year", "2022", "--json"]
    )
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["year"], told["checked"], len(told["changed"])) == (2022, 3, 3)
    assert totals(three_units) == [Decimal("96.51")] * 3


def test_stopping_keeps_what_was_saved_and_leaves_the_rest_whole(three_units, monkeypatch) -> None:
    monkeypatch.setattr(cli_rescore, "UNITS_AT_ONCE", 1)
    monkeypatch.setattr(cli_rescore, "_TELL_EVERY", 1)
    rescore, calls = cli_rescore.rescore_units, []

    def stopped_in_the_second(*arguments: Any) -> Any:
        calls.append(arguments)
        done = rescore(*arguments)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return done

    monkeypatch.setattr(cli_rescore, "rescore_units", stopped_in_the_second)
    done = three_units.test_cli_runner().invoke(args=["perf", "rescore", "--year", "2022"])
    assert done.exit_code == 1
    assert "重新计算 1 份自评，1 份有变化" in done.stdout
    assert "已计算并保存 1 个单位" in done.stderr
    assert "已停止：1 个单位" in done.stderr
    assert totals(three_units) == [Decimal("96.51"), Decimal(3), Decimal(3)]
