"""A whole county's year in SQLite: units, plans, four approved quarters, begun self-evaluations."""

import secrets
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from perf.app import create_app
from perf.core.targets import parse_target
from perf.core.terms import Comparator, FundSource, Kind, PlanKind, Rhythm, Role, Status
from perf.extensions import db
from perf.models import Base
from perf.models.history_triggers import drop_history, install_history

YEAR = 2022
PROJECTS = 3
_MOMENT = "2023-01-10 02:00:00.000000"
_MILLION = 1_000_000
# 一级指标, name, target, kind, weight, and what the four quarters reported, each once more or less.
_INDICATORS: tuple[tuple[str, str, str, Kind, int, tuple[int, ...]], ...] = (
    ("产出指标", "救助人次", "≥4754人次", Kind.CUMULATIVE, 2000, (1100, 2300, 3500, 4600)),
    ("产出指标", "救助完成时限", "≤7天", Kind.WORST, 1500, (5, 6, 8, 6)),
    ("产出指标", "资料归档率", "≥95%", Kind.AVERAGE, 1500, (90, 95, 96, 97)),
    ("效益指标", "及时受理率", "≥90%", Kind.LATEST, 3000, (70, 80, 85, 88)),
    ("满意度指标", "群众满意度", "≥90%", Kind.LATEST, 1000, (91, 92, 90, 93)),
)
INDICATORS = len(_INDICATORS)
_QUARTERS = 4


def app_over(path: Path) -> Flask:
    """The application over this database file, for commands alone."""
    return create_app(
        {
            "SQLALCHEMY_DATABASE_URI": f"sqlite:///{path}",
            "DATA_DIR": path.parent,
            "SECRET_KEY": secrets.token_urlsafe(24),
        }
    )


def make_year(path: Path, units: int) -> None:
    """Fill a new database: all drafts hold scores of figures that were corrected since."""
    app = app_over(path)
    with app.app_context():
        upgrade()
        # The year comes into being all at once; its history begins with what is done to it.
        with db.engine.begin() as ours:
            drop_history(ours)
        db.engine.dispose()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA synchronous = OFF")
    for table, rows in _tables(units):
        _fill(connection, table, rows)
    connection.execute("ANALYZE")
    connection.commit()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    with app.app_context():
        with db.engine.begin() as ours:
            install_history(ours)
        db.engine.dispose()


def _fill(connection: sqlite3.Connection, table: str, rows: Iterator[dict[str, Any]]) -> None:
    first = next(rows)
    # What a model would fill in by itself.
    others = {
        column.name: column.default.arg
        for column in Base.metadata.tables[table].c
        if isinstance(column.default, ScalarElementColumnDefault) and column.name not in first
    }
    values = tuple(others.values())
    columns, marks = ", ".join([*first, *others]), ", ".join("?" * (len(first) + len(others)))
    statement = f"INSERT INTO {table} ({columns}) VALUES ({marks})"
    connection.execute(statement, (*first.values(), *values))
    connection.executemany(statement, ((*row.values(), *values) for row in rows))


def _tables(units: int) -> Iterator[tuple[str, Iterator[dict[str, Any]]]]:
    plans = [
        (plan, 1 + (plan - 1) // PROJECTS, plan * 37 % 100)
        for plan in range(1, units * PROJECTS + 1)
    ]
    yield (
        "fiscal_year",
        iter(
            [
                {
                    "id": YEAR,
                    "project_pack_id": "cn-project-2020",
                    "project_pack_version": 1,
                    "cost_project_pack_id": "cn-project-2021",
                    "cost_project_pack_version": 1,
                    "department_pack_id": "department-overall",
                    "department_pack_version": 1,
                    "rhythm": Rhythm.QUARTERS,
                }
            ]
        ),
    )
    yield (
        "period",
        (
            {
                "id": quarter,
                "year": YEAR,
                "code": f"{YEAR}-Q{quarter}",
                "name": f"第{quarter}季度",
                "months": 3 * quarter,
                "opens_on": "2022-01-01",
                "due_on": "2023-01-15",
            }
            for quarter in range(1, _QUARTERS + 1)
        ),
    )
    yield (
        "unit",
        (
            {"id": unit, "code": f"{unit:06d}", "name": f"单位{unit}"}
            for unit in range(1, units + 1)
        ),
    )
    yield (
        "user_account",
        (
            {
                "id": number,
                "username": role.value,
                "display_name": role.label,
                "role": role.value,
                "unit_id": 1,
                "password_hash": "",
                "must_change_password": 0,
                "session_key": role.value,
                "email": "",
                "wants_email": 1,
            }
            for number, role in enumerate((Role.STAFF, Role.SUPERVISOR), start=1)
        ),
    )
    yield "ledger_chain", ({"id": unit, "last_seq": 0} for unit in range(1, units + 1))
    yield (
        "project",
        (
            {"id": plan, "unit_id": unit, "code": f"P{plan}", "name": f"困难群众救助补助项目{plan}"}
            for plan, unit, _ in plans
        ),
    )
    yield (
        "plan",
        (
            {
                "id": plan,
                "unit_id": unit,
                "year": YEAR,
                "kind": PlanKind.PROJECT.value,
                "project_id": plan,
                "objective": "完成年度任务。",
                **_approved(),
                "pack_id": "cn-project-2020",
                "pack_version": 1,
                "is_demo": 0,
            }
            for plan, unit, _ in plans
        ),
    )
    yield (
        "budget_line",
        (
            {
                "id": plan,
                "unit_id": unit,
                "plan_id": plan,
                "source": FundSource.FISCAL.value,
                "initial": 10_000_000 + chance,
            }
            for plan, unit, chance in plans
        ),
    )
    yield "indicator", _indicators(plans)
    yield (
        "submission",
        (
            {
                "id": _QUARTERS * (plan - 1) + quarter,
                "unit_id": unit,
                "plan_id": plan,
                "period_id": quarter,
                **_approved(),
                "is_demo": 0,
            }
            for plan, unit, _ in plans
            for quarter in range(1, _QUARTERS + 1)
        ),
    )
    yield (
        "budget_execution",
        (
            {
                "unit_id": unit,
                "submission_id": _QUARTERS * (plan - 1) + quarter,
                "source": FundSource.FISCAL.value,
                "executed": quarter * 2_400_000 + chance,
                "basis": "",
                "version": 1,
            }
            for plan, unit, chance in plans
            for quarter in range(1, _QUARTERS + 1)
        ),
    )
    yield (
        "actual",
        (
            {
                "unit_id": unit,
                "submission_id": _QUARTERS * (plan - 1) + quarter + 1,
                "indicator_id": INDICATORS * (plan - 1) + place + 1,
                "value": reported[quarter] * _MILLION + chance * 10_000,
                "is_no_data": 0,
                "is_zero_over_zero": 0,
                "basis": "",
                "deviation_reason": "",
                "version": 1,
                "updated_at": _MOMENT,
            }
            for plan, unit, chance in plans
            for quarter in range(_QUARTERS)
            for place, (*_, reported) in enumerate(_INDICATORS)
        ),
    )
    yield (
        "self_evaluation",
        (
            {
                "id": plan,
                "unit_id": unit,
                "plan_id": plan,
                "status": Status.DRAFT.value,
                "version": 1,
                "updated_at": _MOMENT,
                "objective_actual": "完成。",
                "executed": 9_000_000,
                "execution_points": 900,
                "execution_reason": "",
                "indicator_total": 8000,
                "total": 8900,
                "rating": "good",
                "pack_id": "cn-project-2020",
                "pack_version": 1,
                "is_demo": 0,
            }
            for plan, unit, _ in plans
        ),
    )
    yield (
        "score",
        (
            {
                "unit_id": unit,
                "self_evaluation_id": plan,
                "indicator_id": INDICATORS * (plan - 1) + place + 1,
                "value": reported[0] * _MILLION // 2,
                "origin": f"取四季度最近一次填报 {reported[0] / 2}",
                "is_not_applicable": 0,
                "weight": weight,
                "ratio": 500_000,
                "is_met": 0,
                "points": weight // 2,
                "decided_reason": "",
                "needs_reason": 1,
                "deviation_reason": "受疫情影响，部分工作延后。",
                "corrective_action": "",
                "version": 1,
            }
            for plan, unit, _ in plans
            for place, (*_, weight, reported) in enumerate(_INDICATORS)
        ),
    )


def _approved() -> dict[str, Any]:
    return {
        "status": Status.APPROVED.value,
        "version": 3,
        "updated_at": _MOMENT,
        "submitted_by_id": 1,
        "submitted_at": _MOMENT,
        "decided_by_id": 2,
        "decided_at": _MOMENT,
    }


def _indicators(plans: list[tuple[int, int, int]]) -> Iterator[dict[str, Any]]:
    shapes = []
    for ordinal, (level1, name, text, kind, weight, _) in enumerate(_INDICATORS, start=1):
        target = parse_target(text, level1=level1, name=name, year=YEAR)
        assert target.comparator is not Comparator.EQ
        shape: dict[str, Any] = {
            "ordinal": ordinal,
            "level1": level1,
            "level2": "",
            "name": name,
            "occurrence": 1,
            "target_text": target.text,
            "comparator": target.comparator.value,
            "target_value": int(str(target.value)) * _MILLION,
            "target_unit": target.unit,
            "kind": kind.value,
            "weight": weight,
            "is_weight_entered": 1,
            "note": "",
            "formula": "",
            "is_check_list": 0,
            "revision_document": "",
            "pace": "",
        }
        shapes.append(shape)
    for plan, unit, _ in plans:
        for shape in shapes:
            key = INDICATORS * (plan - 1) + shape["ordinal"]
            yield {"id": key, "unit_id": unit, "plan_id": plan, **shape}
