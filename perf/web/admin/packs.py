"""Rule packs: the list, one version with its rules and effect, the editor of a draft."""

from decimal import Decimal
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from perf.core.errors import Conflict, InvalidInput, Stale
from perf.core.permissions import Actor, Permission
from perf.core.rulepack import Certainty, RulePack
from perf.core.rulewords import describe_rule
from perf.extensions import db
from perf.models import LocalPack
from perf.queries.pack_effect import plans_to_try, standing_of, years_to_try
from perf.queries.packs import (
    LOCAL_PREFIX,
    PackVersion,
    local_pack,
    pack_version,
    pack_versions,
    parse_local,
)
from perf.queries.pages import Page
from perf.queries.visible import plan_visible_to
from perf.services import packs
from perf.services.pack_effect import Effect, effect_of, points_of
from perf.services.pack_form import (
    MOST_ROWS,
    count_rows,
    label_of,
    row_name,
    tidied,
    typed_of,
)
from perf.services.pack_schema import (
    PACK_FIELDS,
    RULES,
    SOURCE_FIELDS,
    Rows,
    RuleForm,
    switch_of,
)
from perf.web.grid_form import whole_number
from perf.web.listing import form_text, number_argument, page_number, page_url
from perf.web.security import current_actor, requires

TONE_OF_CERTAINTY = {Certainty.PRINTED: "ok", Certainty.RECALLED: "warn", Certainty.DECIDED: "none"}
MARK_OF_CERTAINTY = {
    Certainty.PRINTED: "原文可查",
    Certainty.RECALLED: "待核对",
    Certainty.DECIDED: "本系统约定",
}
SPARE_ROWS = 2
# The editor's side has room for the plans that differ most; the pack's own page has them all.
BESIDE = 12


@requires(Permission.ADMINISTER)
def index() -> ResponseReturnValue:
    """Every version of every pack with its state and the years pinned to it."""
    return render_template("admin/packs.html", versions=pack_versions(db.session()))


@requires(Permission.ADMINISTER, pack_version)
def show(version: PackVersion) -> ResponseReturnValue:
    """One version: its rules with their sources, and what it would give for a year's plans."""
    return _show_page(version, "", {})


@requires(Permission.ADMINISTER, pack_version)
def copy(version: PackVersion) -> ResponseReturnValue:
    """Make a local draft with this version's rules."""
    typed = form_text("pack_id")
    try:
        row = packs.copy_pack(db.session(), current_actor(), version.pack, pack_id=typed)
    except InvalidInput as error:
        return _show_page(version, typed, error.fields), 422
    flash(f"已复制成“{row.pack_id}”的草稿。修改后发布，才能用于年度。", "ok")
    return _done(row, "admin.edit_pack")


@requires(Permission.ADMINISTER, local_pack)
def begin_version(row: LocalPack) -> ResponseReturnValue:
    """Make the next version of a local pack as a draft."""
    draft = packs.begin_version(db.session(), current_actor(), row.pack_id)
    flash(f"已建立第 {draft.pack_version} 版的草稿。已发布的各版不受影响。", "ok")
    return _done(draft, "admin.edit_pack")


def draft_to_edit(session: Session, actor: Actor, pack_id: str, version: int) -> LocalPack:
    """A draft for its editor; Conflict where the version is final."""
    row = local_pack(session, actor, pack_id, version)
    if row.published_at is not None:
        raise Conflict(f"第 {version} 版已发布，不能再改动。要修改，请建立下一版。")
    return row


@requires(Permission.ADMINISTER, draft_to_edit)
def edit(row: LocalPack) -> ResponseReturnValue:
    """The editor with what is stored, and its effect beside it."""
    return _edit_page(row, typed_of(parse_local(row.content, row.pack_id)), row.version)


@requires(Permission.ADMINISTER, draft_to_edit)
def save(row: LocalPack) -> ResponseReturnValue:
    """Store the draft, or give everything typed back with the sentences at their fields."""
    typed = tidied(request.form)
    try:
        is_changed = packs.save_draft(
            db.session(), current_actor(), row, typed, version=whole_number(request.form, "version")
        )
    except InvalidInput as error:
        version = whole_number(request.form, "version")
        return _edit_page(row, typed, version, error.fields), 422
    except Stale as error:
        stored = typed_of(parse_local(row.content, row.pack_id))
        message = f"{error}下面是您填写的内容，与现在保存的不同之处已标出；再次保存将以您的为准。"
        return _edit_page(row, typed, row.version, _beside(typed, stored), message), 409
    flash("草稿已保存，右侧按它重新试算。" if is_changed else "没有改动。", "ok")
    return _done(row, "admin.edit_pack")


@requires(Permission.ADMINISTER, local_pack)
def publish(row: LocalPack) -> ResponseReturnValue:
    """Make a draft final."""
    version = whole_number(request.form, "version")
    packs.publish_pack(db.session(), current_actor(), row, version=version)
    flash("已发布。可以在“年度与填报期”中选给还没有绩效目标的年度。", "ok")
    return _done(row, "admin.pack")


@requires(Permission.ADMINISTER, local_pack)
def delete(row: LocalPack) -> ResponseReturnValue:
    """Delete a draft that was never published."""
    name = f"{row.pack_id} 第 {row.pack_version} 版"
    version = whole_number(request.form, "version")
    packs.delete_draft(db.session(), current_actor(), row, version=version)
    db.session.commit()
    flash(f"已删除 {name}的草稿。", "ok")
    return redirect(url_for("admin.packs"))


def _plan_by(
    session: Session, actor: Actor, pack_id: str, version: int, plan_id: int
) -> tuple[PackVersion, Effect]:
    plan = plan_visible_to(session, actor, plan_id)
    found = pack_version(session, actor, pack_id, version)
    return found, effect_of(standing_of(session, plan), found.pack)


@requires(Permission.ADMINISTER, _plan_by)
def plan(loaded: tuple[PackVersion, Effect]) -> ResponseReturnValue:
    """One plan by its own pack and by this one, indicator by indicator with the working."""
    version, effect = loaded
    return render_template(
        "admin/pack_plan.html", version=version, effect=effect, points_of=points_of
    )


def _done(row: LocalPack, endpoint: str) -> ResponseReturnValue:
    target = url_for(endpoint, pack_id=row.pack_id, version=row.pack_version)
    db.session.commit()
    return redirect(target)


def _tried(pack: RulePack) -> dict[str, Any]:
    """The plans of the year asked for, those that differ first; else of the latest with scores."""
    session, actor = db.session(), current_actor()
    years = years_to_try(session, actor, pack.plan_kind)
    latest = next((year for year, has_scores in years if has_scores), years[0][0] if years else 0)
    wanted = number_argument("year")
    year = wanted if wanted in [one for one, _ in years] else latest
    page = plans_to_try(session, actor, pack.plan_kind, year or 0, number=page_number())
    effects = [effect_of(standing, pack) for standing in page.rows]
    effects.sort(key=lambda one: (not one.is_different, -abs(one.difference or Decimal(0))))
    return {
        "year": year,
        "years": [(one, f"{one} 年度") for one, _ in years],
        "effects": effects,
        "page": Page(effects, page.number, page.pages, page.total),
        "points_of": points_of,
    }


def _show_page(version: PackVersion, typed: str, errors: dict[str, str]) -> str:
    pack = version.pack
    suggested = LOCAL_PREFIX + pack.id.removeprefix(LOCAL_PREFIX)
    if pack.id.startswith(LOCAL_PREFIX):
        suggested += "-2"
    return render_template(
        "admin/pack.html",
        version=version,
        is_latest=version.row is not None and _is_latest(version.row),
        typed=typed or suggested,
        errors=errors,
        tones=TONE_OF_CERTAINTY,
        marks=MARK_OF_CERTAINTY,
        describe_rule=describe_rule,
        page_url=page_url(),
        **_tried(pack),
    )


def _is_latest(row: LocalPack) -> bool:
    own = [one.row for one in pack_versions(db.session()) if one.pack.id == row.pack_id]
    return own[0] is row


def _edit_page(
    row: LocalPack,
    typed: dict[str, str],
    version: int,
    errors: dict[str, str] | None = None,
    message: str = "",
) -> str:
    errors = errors or {}
    pack = parse_local(row.content, row.pack_id)
    return render_template(
        "admin/pack_edit.html",
        row=row,
        pack=pack,
        form_version=version,
        typed=typed,
        errors=errors,
        message=message,
        summary=[(name, f"{label_of(name)}：{text}") for name, text in errors.items()],
        pack_fields=PACK_FIELDS,
        rules=RULES,
        source_fields=SOURCE_FIELDS,
        switch_of=switch_of,
        row_name=row_name,
        numbers_of=lambda rule, rows: _numbers(typed, rule, rows),
        beside=BESIDE,
        **_tried(pack),
    )


def _numbers(typed: dict[str, str], rule: RuleForm, rows: Rows) -> range:
    """The numbers of a rule's rows: those that are filled in, and some blank ones."""
    return range(1, min(count_rows(typed, rule, rows) + SPARE_ROWS, MOST_ROWS) + 1)


def _beside(typed: dict[str, str], stored: dict[str, str]) -> dict[str, str]:
    """What is stored by field, where something else was typed."""
    return {
        name: f"现在保存的是：{stored.get(name) or '（空）'}"
        for name in dict.fromkeys([*typed, *stored])
        if label_of(name) != name and typed.get(name, "").split() != stored.get(name, "").split()
    }
