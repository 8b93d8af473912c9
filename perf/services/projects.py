"""Projects (项目): found by code or name, filled in, renamed, and gone with their last plan."""

from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from perf import clock
from perf.core.errors import InvalidInput
from perf.core.permissions import Actor
from perf.core.workflow import EDITABLE
from perf.models import Plan, Project, Unit
from perf.services.ledger import changes_of, record_change


class ProjectFields(NamedTuple):
    """What a project is called; a blank is an empty text."""

    name: str
    code: str
    category: str
    implementing_unit: str


def find_project(session: Session, unit: Unit, code: str, name: str) -> Project | None:
    """The unit's project of this code; without one, of this name.

    A project that was made without a code is the one that a document names with its code.
    """
    own = select(Project).where(Project.unit_id == unit.id)
    if code:
        found = session.scalar(own.where(Project.code == code))
        return found or session.scalar(own.where(Project.code.is_(None), Project.name == name))
    # Names may stand twice beside different codes; the one without a code comes first.
    named = own.where(Project.name == name).order_by(Project.code.is_not(None), Project.id.desc())
    return session.scalar(named.limit(1))


def demand_own_name(session: Session, unit: Unit, code: str, name: str) -> None:
    """Raise InvalidInput where the code is that of a project with another name."""
    project = find_project(session, unit, code, name) if code else None
    if project is not None and project.name != name:
        message = (
            f"编码 {code} 已是项目“{project.name}”的编码。"
            "同一个项目请用这个名称，不同的项目请核对编码。"
        )
        raise InvalidInput("项目编码重复。", {"code": message})


def fill_project(session: Session, actor: Actor, project: Project, fields: ProjectFields) -> None:
    """What a new plan says of its project; a blank, or what locked plans show, stays as it is."""
    is_new = project.id is None
    if is_new or not _is_locked(session, project, None):
        with session.no_autoflush:
            project.name = fields.name
            project.code = fields.code or project.code
            project.category = fields.category or project.category
            project.implementing_unit = fields.implementing_unit or project.implementing_unit
            session.add(project)
            action = "create_project" if is_new else "update_project"
            record_change(session, actor, action, project, name=fields.name)


def change_project(session: Session, actor: Actor, plan: Plan, fields: ProjectFields) -> bool:
    """Change a project through one of its plans; whether anything changed.

    Raises InvalidInput while another year's plan of it is locked.
    """
    project = plan.project
    if project is None:
        return False
    with session.no_autoflush:
        stored = (
            project.name,
            project.code or "",
            project.category or "",
            project.implementing_unit or "",
        )
        if stored == tuple(fields):
            return False
        if _is_locked(session, project, plan):
            message = "这个项目在其他年度的目标已提交或已通过，名称、编码等不能再改。"
            raise InvalidInput(message, {"name": message})
        _demand_free(session, project, fields)
        project.name, project.code = fields.name, fields.code or None
        project.category = fields.category or None
        project.implementing_unit = fields.implementing_unit or None
        changes = changes_of(project)
        plan.updated_at = clock.now()
        record_change(
            session,
            actor,
            "update_project",
            project,
            changes=changes,
            name=project.name,
            plan_id=plan.id,
        )
    return True


def delete_unused_project(session: Session, actor: Actor, project: Project) -> None:
    """Delete the project where no plan of any year has it."""
    if session.scalar(select(Plan.id).where(Plan.project_id == project.id).limit(1)) is not None:
        return
    record_change(
        session,
        actor,
        "delete_project",
        project,
        changes={"name": (project.name, None), "code": (project.code, None)},
        name=project.name,
    )
    session.delete(project)
    session.flush()


def _is_locked(session: Session, project: Project, plan: Plan | None) -> bool:
    """Whether a plan of the project, other than this one, is submitted or approved."""
    query = select(Plan.id).where(Plan.project_id == project.id, Plan.status.not_in(EDITABLE))
    if plan is not None:
        query = query.where(Plan.id != plan.id)
    return session.scalar(query.limit(1)) is not None


def _demand_free(session: Session, project: Project, fields: ProjectFields) -> None:
    same = select(Project.id).where(Project.unit_id == project.unit_id, Project.id != project.id)
    if fields.code:
        if session.scalar(same.where(Project.code == fields.code)) is not None:
            message = f"编码 {fields.code} 已用于另一个项目，请核对。"
            raise InvalidInput("项目编码重复。", {"code": message})
    elif (
        session.scalar(same.where(Project.code.is_(None), Project.name == fields.name)) is not None
    ):
        message = "另有一个同名且没有编码的项目，请填写编码加以区分。"
        raise InvalidInput("项目名称重复。", {"code": message})
