"""Users: the list, one form to make and to change one, and a new password shown once."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from perf.core.errors import InvalidInput
from perf.core.permissions import Permission
from perf.core.terms import Role
from perf.database import begin_writing
from perf.extensions import db
from perf.models import Unit, User
from perf.queries import organisation as queries
from perf.services import accounts
from perf.services.contact import set_email
from perf.services.imports import UNIT_NAME
from perf.web.listing import form_text, page_number, page_url, text_argument
from perf.web.security import current_actor, requires

# A longer list is not one to choose from: the unit is typed instead.
MOST_UNITS_TO_CHOOSE = 200
_KEYS = ("username", "display_name", "role", "unit", "email")


@requires(Permission.ADMINISTER)
def index() -> ResponseReturnValue:
    """The users, searched by name, unit, and whether they are still in use."""
    search = {
        "text": text_argument("text"),
        "unit": text_argument("unit"),
        "state": "archived" if request.args.get("state") == "archived" else "active",
    }
    page = queries.users_page(
        db.session(),
        text=search["text"],
        unit=search["unit"],
        is_archived=search["state"] == "archived",
        number=page_number(),
    )
    return render_template("admin/users.html", page=page, search=search, page_url=page_url())


@requires(Permission.ADMINISTER)
def new() -> ResponseReturnValue:
    """The empty form."""
    return _form(None, dict.fromkeys(_KEYS, ""), {})


@requires(Permission.ADMINISTER, slow=True)
def create() -> ResponseReturnValue:
    """Make the user with a generated password, shown on the answer and nowhere else."""
    form = _typed()
    password = accounts.generate_password()
    hashed = accounts.hash_password(password)
    actor = current_actor()
    begin_writing(db.session())
    try:
        user = accounts.create_user(
            db.session(),
            actor,
            username=form["username"],
            display_name=form["display_name"],
            role=_role_of(form["role"]),
            unit=_unit_of(form["unit"]),
            password_hash=hashed,
            must_change_password=True,
        )
        set_email(db.session(), actor, user, form["email"], wants_email=True)
    except InvalidInput as error:
        return _form(None, form, error.fields), 422
    db.session.commit()
    return render_template("admin/password.html", user=user, password=password, is_new=True)


@requires(Permission.ADMINISTER, queries.user_by_id)
def edit(user: User) -> ResponseReturnValue:
    """One user's form."""
    return _form(user, _as_typed(user), {})


@requires(Permission.ADMINISTER, queries.user_by_id)
def save(user: User) -> ResponseReturnValue:
    """Change name, role, unit, or whether the user may sign in."""
    form = _typed()
    try:
        accounts.update_user(
            db.session(),
            current_actor(),
            user,
            display_name=form["display_name"],
            role=_role_of(form["role"]),
            unit=_unit_of(form["unit"]),
            is_archived="is_archived" in form,
        )
        wants_email = user.wants_email
        set_email(db.session(), current_actor(), user, form["email"], wants_email=wants_email)
    except InvalidInput as error:
        return _form(user, {**form, "username": user.username}, error.fields), 422
    db.session.commit()
    flash(f"已保存 {user.display_name} 的信息。", "ok")
    return redirect(url_for("admin.users"))


@requires(Permission.ADMINISTER, slow=True)
def reset_password(user_id: int) -> ResponseReturnValue:
    """Give a new password, shown once; the user must change it at the next sign-in."""
    password = accounts.generate_password()
    hashed = accounts.hash_password(password)
    actor = current_actor()
    begin_writing(db.session())
    user = queries.user_by_id(db.session(), actor, user_id)
    accounts.set_password(db.session(), actor, user, hashed, must_change=True)
    db.session.commit()
    return render_template("admin/password.html", user=user, password=password, is_new=False)


def _typed() -> dict[str, str]:
    form = {key: form_text(key) for key in _KEYS}
    return form | ({"is_archived": "1"} if "is_archived" in request.form else {})


def _as_typed(user: User) -> dict[str, str]:
    form = {
        "username": user.username,
        "display_name": user.display_name,
        "role": user.role.value,
        "unit": user.unit.name if user.unit else "",
        "email": user.email,
    }
    return form | ({"is_archived": "1"} if user.archived_at else {})


def _role_of(text: str) -> Role:
    for role in Role:
        if role.value == text:
            return role
    raise InvalidInput("请选择角色。", {"role": "请选择角色。"})


def _unit_of(text: str) -> Unit | None:
    text = text.strip()
    if not text:
        return None
    unit = queries.unit_called(db.session(), text)
    if unit is None:
        # No unit's name is longer, and SQLite refuses to look for what is much longer.
        near = queries.units_page(db.session(), text=text[:UNIT_NAME]).rows[:5]
        hint = f"您是不是要找：{'、'.join(one.name for one in near)}？" if near else ""
        raise InvalidInput(
            "没有这个单位。", {"unit": f"没有名称或编码为“{text[:64]}”的单位。{hint}"}
        )
    return unit


def _form(user: User | None, form: dict[str, str], errors: dict[str, str]) -> str:
    units = queries.units_page(db.session())
    context: dict[str, Any] = {"user": user, "form": form, "errors": errors, "unit_options": None}
    if units.total <= MOST_UNITS_TO_CHOOSE:
        names = [name for _, _, name in queries.active_units(db.session())]
        if form["unit"] and form["unit"] not in names:
            names.insert(0, form["unit"])
        context["unit_options"] = [(name, name) for name in names]
    roles = [(role.value, role.label) for role in Role]
    return render_template("admin/user.html", roles=roles, **context)
