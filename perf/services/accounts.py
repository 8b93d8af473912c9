"""Users and their passwords."""

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from perf import clock
from perf.core.errors import Conflict, InvalidInput
from perf.core.permissions import Actor, Permission
from perf.core.terms import Role
from perf.models import Unit, User
from perf.services.delegations import end_delegations_of
from perf.services.handover import demand_handed_over
from perf.services.ledger import changes_of, record_change

MIN_PASSWORD_LENGTH = 10
UNIT_ROLES = frozenset({Role.STAFF, Role.SUPERVISOR})
_NAME_TAKEN = "这个用户名已经有人使用，请换一个。"
# Without letters and digits that look alike, since people copy it from a screen or a note.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_hasher = PasswordHasher()
_DECOY = _hasher.hash("no such user")


def generate_password() -> str:
    """A random password of four groups of four (79 bits), easy to read out."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))
    return "-".join(groups)


def hash_password(password: str) -> str:
    """An argon2id hash; InvalidInput where the password is too short or too long."""
    if not MIN_PASSWORD_LENGTH <= len(password) <= 200:
        raise InvalidInput(
            "密码长度不合要求。",
            {"password": f"密码至少 {MIN_PASSWORD_LENGTH} 位，最多 200 位。"},
        )
    return _hasher.hash(password)


def is_password_of(user: User | None, password: str) -> bool:
    """Whether the password fits; takes the same time where there is no such user."""
    try:
        _hasher.verify(user.password_hash if user else _DECOY, password)
    except (VerificationError, InvalidHashError):
        return False
    return user is not None


def create_user(
    session: Session,
    actor: Actor,
    *,
    username: str,
    display_name: str,
    role: Role,
    unit: Unit | None,
    password_hash: str,
    must_change_password: bool,
) -> User:
    """A new user; InvalidInput names the field that cannot be taken."""
    actor.demand(Permission.ADMINISTER)
    username, display_name = username.strip(), display_name.strip()
    _check_names(session, username, display_name, None)
    _check_unit(role, unit, None)
    user = User(
        username=username,
        display_name=display_name,
        role=role,
        unit_id=unit.id if unit else None,
        password_hash=password_hash,
        must_change_password=must_change_password,
        session_key=secrets.token_hex(8),
    )
    try:
        # Somebody else may take the name between the question and the answer.
        with session.begin_nested():
            session.add(user)
            record_change(session, actor, "create_user", user, name=display_name)
    except IntegrityError as error:
        raise InvalidInput("用户名已有人使用。", {"username": _NAME_TAKEN}) from error
    return user


def update_user(
    session: Session,
    actor: Actor,
    user: User,
    *,
    display_name: str,
    role: Role,
    unit: Unit | None,
    is_archived: bool,
) -> None:
    """Change a user's name, role, unit, or whether they may still sign in.

    Whoever leaves the unit hands over first (InvalidInput says what is open) and leaves the
    office; a move or an archiving ends delegations.
    """
    actor.demand(Permission.ADMINISTER)
    session.refresh(user, with_for_update={"of": User})
    if user.id == actor.id and (is_archived or role is not user.role):
        raise Conflict("不能停用自己或更改自己的角色，请由另一位管理员办理。")
    _check_names(session, user.username, display_name.strip(), user.id)
    _check_unit(role, unit, user.unit_id)
    if is_archived and user.archived_at is None:
        demand_handed_over(session, user, "is_archived")
    elif user.unit_id not in {None, unit.id if unit else None}:
        demand_handed_over(session, user, "unit")
    office = user.office
    user.display_name = display_name.strip()
    is_moved = role is not user.role or (unit.id if unit else None) != user.unit_id
    if is_moved:
        user.session_key = secrets.token_hex(8)
    if is_archived or (unit.id if unit else None) != user.unit_id:
        user.office_id = None
    user.role = role
    user.unit_id = unit.id if unit else None
    if is_archived != (user.archived_at is not None):
        user.archived_at = clock.now() if is_archived else None
    changes = changes_of(user)
    if office is not None and "office_id" in changes:
        changes["office_id"] = (office.name, None)
    record_change(session, actor, "update_user", user, name=user.display_name, changes=changes)
    if is_moved or is_archived:
        end_delegations_of(session, actor, user)


def set_password(
    session: Session, actor: Actor, user: User, password_hash: str, *, must_change: bool
) -> None:
    """A new password for oneself, or for somebody else by an administrator; ends all sessions."""
    if user.id != actor.id:
        actor.demand(Permission.ADMINISTER)
    user.password_hash = password_hash
    user.must_change_password = must_change
    user.session_key = secrets.token_hex(8)
    record_change(
        session,
        actor,
        "set_password",
        user,
        name=user.display_name,
        changes={"password": (None, None)} | changes_of(user),
    )


def _check_names(session: Session, username: str, display_name: str, user_id: int | None) -> None:
    fields = {}
    if not 2 <= len(username) <= 64 or not username.isprintable() or " " in username:
        fields["username"] = "用户名为 2 至 64 个字符，不含空格。"
    elif session.scalar(
        select(User.id).where(User.username == username, User.id != (user_id or 0))
    ):
        fields["username"] = _NAME_TAKEN
    if not 1 <= len(display_name) <= 64 or not display_name.isprintable():
        fields["display_name"] = "请填写姓名，最多 64 个字符。"
    if fields:
        raise InvalidInput("用户信息有误，请按提示修改。", fields)


def _check_unit(role: Role, unit: Unit | None, present_id: int | None) -> None:
    if (role in UNIT_ROLES) != (unit is not None):
        raise InvalidInput(
            "角色与单位不符。",
            {"unit": "填报人和审核人须填写单位，其他角色不填单位。"},
        )
    if unit is not None and unit.archived_at is not None and unit.id != present_id:
        raise InvalidInput("单位已停用。", {"unit": "这个单位已停用，请选择在用的单位。"})
