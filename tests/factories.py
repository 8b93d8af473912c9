"""Rows for tests, as short as a test can say them; nothing here commits."""

from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from perf import clock
from perf.core.permissions import Actor
from perf.core.targets import parse_target
from perf.core.terms import FundSource, Kind, PlanKind, Role, Status
from perf.models import BudgetLine, FiscalYear, Indicator, Period, Plan, Project, Unit, User

SYSTEM = Actor(None, "system:test", None)
PASSWORD = "correct horse battery"
PASSWORD_HASH = (
    # argon2id of PASSWORD with the cheapest parameters, so that no test pays for hashing.
    "$argon2id$v=19$m=8,t=1,p=1$brk7yHF2AAQYqHwOAPZk8Q$g+Yg55QUULUrpptCJE53GKVx4ZzwBRWj3vzZ564h7jE"
)
_numbers = count(1)


def make_unit(session: Any, name: str = "", code: str | None = None) -> Unit:
    n = next(_numbers)
    unit = Unit(name=name or f"单位{n}", code=code or f"{n:06d}")
    session.add(unit)
    session.flush()
    return unit


def make_user(session: Any, role: Role, unit: Unit | None = None, username: str = "") -> User:
    n = next(_numbers)
    user = User(
        username=username or f"{role.value}{n}",
        display_name=f"{role.label}{n}",
        role=role,
        unit_id=unit.id if unit else None,
        password_hash=PASSWORD_HASH,
        session_key=f"key{n}",
    )
    session.add(user)
    session.flush()
    return user


def mark(row: Any, status: Status, staff: User, supervisor: User) -> None:
    """Put a plan or a quarter at a status, with the people and times that belong to it."""
    row.status = status
    row.submitted_by_id, row.submitted_at = staff.id, clock.now()
    if status is Status.APPROVED:
        row.decided_by_id, row.decided_at = supervisor.id, clock.now()


def make_year(session: Any, year: int = 2022, opens_on: date | None = None) -> FiscalYear:
    """A year with four quarters and the self-evaluation, all open from its first day."""
    row = FiscalYear(
        id=year,
        project_pack_id="cn-project-2020",
        project_pack_version=1,
        cost_project_pack_id="cn-project-2021",
        cost_project_pack_version=1,
        department_pack_id="department-overall",
        department_pack_version=1,
    )
    session.add(row)
    for number, name in enumerate(["一季度", "二季度", "三季度", "四季度"], start=1):
        session.add(
            Period(
                year=year,
                code=f"{year}-Q{number}",
                name=name,
                months=3 * number,
                opens_on=opens_on or date(year, 1, 1),
                due_on=date(year + number // 4, 3 * number % 12 + 1, 15),
            )
        )
    session.add(
        Period(
            year=year,
            code=f"{year}-FY",
            name="年度自评",
            months=12,
            opens_on=opens_on or date(year, 1, 1),
            due_on=date(year + 1, 2, 28),
        )
    )
    session.flush()
    return row


def make_plan(
    session: Any,
    unit: Unit,
    indicators: list[tuple[str, str, str, str]] | None = None,
    *,
    year: int = 2022,
    name: str = "",
    budget: str = "100000",
    kind: PlanKind = PlanKind.PROJECT,
    pack_id: str = "cn-project-2020",
    status: Status = Status.DRAFT,
    people: tuple[User, User] | None = None,
) -> Plan:
    """A plan of indicators given as (level1, name, target text, weight).

    `status` APPROVED takes `people` (submitter, approver).
    """
    n = next(_numbers)
    project = None
    if kind is PlanKind.PROJECT:
        project = Project(unit_id=unit.id, code=f"P{n:06d}", name=name or f"项目{n}")
        session.add(project)
        session.flush()
    plan = Plan(
        unit_id=unit.id,
        year=year,
        kind=kind,
        project_id=project.id if project else None,
        objective="完成年度任务。",
        pack_id=pack_id,
        pack_version=1,
        updated_at=clock.now(),
    )
    if status is Status.APPROVED:
        assert people is not None
        plan.status = status
        plan.submitted_by_id, plan.decided_by_id = people[0].id, people[1].id
        plan.submitted_at = plan.decided_at = clock.now()
    session.add(plan)
    session.flush()
    session.add(
        BudgetLine(
            unit_id=unit.id, plan_id=plan.id, source=FundSource.FISCAL, initial=Decimal(budget)
        )
    )
    rows = indicators or [
        ("产出指标", "受理案件数", "≥100件", "50"),
        ("效益指标", "及时受理率", "≥90%", "30"),
        ("满意度指标", "群众满意度", "≥80%", "10"),
    ]
    for ordinal, (level1, indicator_name, target, weight) in enumerate(rows, start=1):
        indicator = Indicator(
            unit_id=unit.id,
            plan_id=plan.id,
            ordinal=ordinal,
            level1=level1,
            name=indicator_name,
            kind=Kind.LATEST,
            weight=Decimal(weight),
        )
        indicator.target = parse_target(target, level1=level1, name=indicator_name, year=year)
        session.add(indicator)
    session.flush()
    session.refresh(plan)
    return plan
