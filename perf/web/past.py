"""查看往日: choosing a past day that every page then shows, and going back to today."""

from datetime import date

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from perf import clock
from perf.core.errors import InvalidInput
from perf.core.permissions import Actor, Permission
from perf.extensions import db
from perf.past import MOST_UNITS, copy_of, first_day, is_small
from perf.queries.organisation import unit_called, unit_visible_to
from perf.web import past_day
from perf.web.listing import form_text
from perf.web.security import current_actor, requires

blueprint = Blueprint("past", __name__)


@blueprint.get("/past")
@requires(Permission.READ_LEDGER)
def show() -> ResponseReturnValue:
    """Which day, and of which unit."""
    past = past_day.past_day()
    return _page(past.day.isoformat() if past else "", past.unit_name if past else "", {})


@blueprint.post("/past")
@requires(Permission.READ_LEDGER, slow=True)
def choose() -> ResponseReturnValue:
    """Make the day's copy where there is none, and look at it from now on."""
    actor = current_actor()
    text, called = form_text("day").strip(), form_text("unit").strip()
    try:
        day = _day_of(text)
        unit_id, name = _unit_of(actor, called)
    except InvalidInput as error:
        return _page(text, called, error.fields), 422
    copy_of(db.session(), current_app.config["DATA_DIR"], day, unit_id)
    past_day.keep(actor, day, unit_id, name)
    return redirect(url_for("workbench.home"))


@blueprint.post("/past/leave")
@requires(Permission.READ, slow=True)
def leave() -> ResponseReturnValue:
    """Back to today."""
    past_day.leave()
    flash("已回到今天。", "ok")
    return redirect(url_for("workbench.home"))


def _day_of(text: str) -> date:
    first, today = first_day(db.session()), clock.today()
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise _refused("day", "请选择日期，例如 2022-05-20。") from None
    if first is None or first >= today:
        raise _refused("day", "还没有过去的日子可看：变更从今天开始保存，请明天再来。")
    if day >= today:
        raise _refused("day", "今天还没有过完，请选今天以前的日期；看今天的内容不用选日期。")
    if day < first:
        raise _refused("day", f"逐日的内容从 {first} 起才有，请选这一天或以后的日期。")
    return day


def _unit_of(actor: Actor, called: str) -> tuple[int | None, str]:
    """The unit asked for, always one's own for whoever works in one; None is all of them."""
    session = db.session()
    if actor.unit_id is not None:
        return actor.unit_id, unit_visible_to(session, actor, actor.unit_id).name
    if not called:
        if not is_small(session):
            text = f"单位超过 {MOST_UNITS} 个，一次只能看一个单位的往日，请填单位的全称或编码。"
            raise _refused("unit", text)
        return None, ""
    unit = unit_called(session, called)
    if unit is None:
        raise _refused("unit", "没有这个名称或编码的单位，请填全称或编码；不填就看全部单位。")
    return unit.id, unit.name


def _refused(field: str, text: str) -> InvalidInput:
    return InvalidInput(text, {field: text})


def _page(day: str, unit: str, errors: dict[str, str]) -> str:
    actor, session = current_actor(), db.session()
    return render_template(
        "past/choose.html",
        day=day,
        unit=unit,
        errors=errors,
        first=first_day(session),
        sees_all=actor.may(Permission.READ_ALL_UNITS),
        is_small=is_small(session),
    )
