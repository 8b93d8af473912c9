"""Archives of a year: asking for one, its progress, and its file."""

from flask import (
    Blueprint,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue

from perf import clock
from perf.archives.disclosing import Place, digest_of, places_to_check
from perf.archives.making import archive_path, sweep_files
from perf.archives.process import start_making
from perf.core.errors import Conflict, InvalidInput, NotFound
from perf.core.permissions import Permission
from perf.core.terms import ArchiveState
from perf.database import begin_writing
from perf.documents.forms import FORMATS
from perf.extensions import db
from perf.models import Archive, Unit
from perf.queries.archives import (
    archive_to_change,
    archive_visible_to,
    archives_page,
    running_archive,
)
from perf.queries.organisation import unit_visible_to, years
from perf.services import archives as service
from perf.web.converters import LARGEST_KEY
from perf.web.listing import form_text, number_argument, page_number, page_url
from perf.web.security import current_actor, requires
from perf.web.units import year_asked_for

blueprint = Blueprint("archives", __name__)
_DEFAULT_FORMATS = ("pdf", "xlsx")
_REFRESH_SECONDS = 4
_UNFINISHED = (ArchiveState.WAITING, ArchiveState.RUNNING)
CHECKED, MASKED = "checked", "masked"


@blueprint.get("/archives")
@requires(Permission.EXPORT)
def index() -> ResponseReturnValue:
    """The archives in sight; the page looks again by itself while one is on its way."""
    page = archives_page(db.session(), current_actor(), page_number())
    running, now = running_archive(db.session()), clock.now()
    is_made = running is not None and service.standing(running, now) is ArchiveState.RUNNING
    states = [service.standing(one, now, is_anything_made=is_made) for one in page.rows]
    return render_template(
        "archives/index.html",
        page=page,
        page_url=page_url(),
        states=states,
        names=[service.archive_name(one) for one in page.rows],
        unfinished=_UNFINISHED,
        is_moving=any(one in _UNFINISHED for one in states),
        refresh=_REFRESH_SECONDS,
        kept_days=service.KEPT.days,
        actor=current_actor(),
        may_all=current_actor().may(Permission.ADMINISTER),
        state=ArchiveState,
    )


@blueprint.get("/archives/new")
@requires(Permission.EXPORT)
def new() -> ResponseReturnValue:
    """The form to ask for one."""
    return _new_page(_unit_asked_for(number_argument("unit")), {})


@blueprint.get("/archives/disclosure")
@requires(Permission.EXPORT)
def disclosure() -> ResponseReturnValue:
    """What to look at before a unit's year is made public."""
    unit, year = _unit_asked_for(number_argument("unit")), year_asked_for(clock.today())
    formats = _chosen(request.args.getlist("format"))
    if unit is None:
        raise InvalidInput("信息公开由各单位办理。请从一个单位的页面进入。")
    if year is None:
        raise NotFound("还没有年度。管理员建立年度以后就可以生成资料包。")
    if not formats:
        return _new_page(unit, {"public_format": "请至少选择一种文件格式。"}), 422
    places = places_to_check(db.session(), year.id, unit.id)
    return _disclosure_page(unit, year.id, formats, places, "")


# What is made public is looked through before the turn to write is taken.
@blueprint.post("/archives")
@requires(Permission.EXPORT, slow=True)
def create() -> ResponseReturnValue:
    """Keep what is asked for and start to make it."""
    unit, year = _unit_asked_for(_number(form_text("unit"))), _number(form_text("year"))
    formats, way = _chosen(request.form.getlist("format")), form_text("way")
    if year is None:
        return _new_page(unit, {"year": "请选择年度。"}), 422
    is_public = form_text("kind") == "public"
    if is_public and unit is not None:
        places = places_to_check(db.session(), year, unit.id)
        if digest_of(places) != form_text("seen"):
            sentence = "内容刚刚有变动，请按下面的最新情况重新核对。"
            return _disclosure_page(unit, year, formats, places, sentence), 409
        if way not in {CHECKED, MASKED}:
            sentence = "请选择已经核对，或者打码。"
            return _disclosure_page(unit, year, formats, places, sentence), 422
    begin_writing(db.session())
    try:
        service.remove_expired(db.session(), current_actor())
        service.ask_for_archive(
            db.session(),
            current_actor(),
            year=year,
            unit=unit,
            formats=formats,
            is_public=is_public,
            is_masked=is_public and way == MASKED,
        )
    except InvalidInput as error:
        db.session.rollback()
        return _new_page(_unit_asked_for(_number(form_text("unit"))), error.fields), 422
    db.session.commit()
    _start()
    flash("已开始生成。可以离开这个页面，稍后再来下载。", "ok")
    return redirect(url_for("archives.index"))


@blueprint.get("/archives/<int:archive_id>/file")
@requires(Permission.EXPORT, archive_visible_to)
def download(archive: Archive) -> ResponseReturnValue:
    """The file; what was broken off goes on where it stopped (Range, If-Range by the digest)."""
    if archive.state is not ArchiveState.DONE:
        raise Conflict("这个资料包还没有生成好。请在列表中查看进度。")
    path = archive_path(current_app.config["DATA_DIR"], archive.id)
    if not path.is_file():
        raise NotFound("资料包的文件已不在服务器上。请删除这一条，重新生成。")
    return send_file(
        path,
        mimetype="application/zip",
        as_attachment=True,
        download_name=f"{service.archive_name(archive)}.zip",
        conditional=True,
        etag=archive.sha256 or False,
        max_age=0,
    )


@blueprint.post("/archives/<int:archive_id>/cancel")
@requires(Permission.EXPORT, archive_to_change)
def cancel(archive: Archive) -> ResponseReturnValue:
    """Give it up."""
    service.cancel_archive(db.session(), current_actor(), archive)
    db.session.commit()
    flash("已取消。", "ok")
    return redirect(url_for("archives.index"))


@blueprint.post("/archives/<int:archive_id>/repeat")
@requires(Permission.EXPORT, archive_to_change)
def repeat(archive: Archive) -> ResponseReturnValue:
    """Make it again."""
    service.repeat_archive(db.session(), current_actor(), archive)
    db.session.commit()
    _start()
    flash("已重新开始生成。", "ok")
    return redirect(url_for("archives.index"))


@blueprint.post("/archives/<int:archive_id>/remove")
@requires(Permission.EXPORT, archive_to_change)
def remove(archive: Archive) -> ResponseReturnValue:
    """Delete it with its file."""
    service.remove_archive(db.session(), current_actor(), archive)
    db.session.commit()
    sweep_files(db.session(), current_app.config["DATA_DIR"])
    flash("已删除。", "ok")
    return redirect(url_for("archives.index"))


def _start() -> None:
    start_making(
        current_app.config["DATA_DIR"],
        db.engine.url.render_as_string(hide_password=False),
    )


def _unit_asked_for(number: int | None) -> Unit | None:
    """The unit named, else the actor's own, else None: all units."""
    actor = current_actor()
    if number is None and actor.unit_id is None:
        return None
    return unit_visible_to(db.session(), actor, number or actor.unit_id or 0)


def _number(text: str) -> int | None:
    is_number = text.isascii() and text.isdigit() and len(text) <= 10
    return int(text) if is_number and 1 <= int(text) <= LARGEST_KEY else None


def _chosen(endings: list[str]) -> list[str]:
    return [ending for ending in FORMATS if ending in endings]


def _new_page(unit: Unit | None, errors: dict[str, str]) -> str:
    sent = request.form if request.method == "POST" else request.args
    year = _number(sent.get("year", ""))
    if year is None:
        found = year_asked_for(clock.today())
        year = found.id if found else None
    return render_template(
        "archives/new.html",
        unit=unit,
        year=year,
        years=[one.id for one in years(db.session())],
        chosen=_chosen(sent.getlist("format")) or ([] if errors else _DEFAULT_FORMATS),
        kept_days=service.KEPT.days,
        errors=errors,
    )


def _disclosure_page(
    unit: Unit, year: int, formats: list[str], places: list[Place], sentence: str
) -> str:
    return render_template(
        "archives/disclosure.html",
        unit=unit,
        year=year,
        formats=formats,
        places=places,
        seen=digest_of(places),
        sentence=sentence,
        way=form_text("way"),
        ways=[
            (CHECKED, "我已逐处核对，照原文公开"),
            (MASKED, "打码：把标出的内容换成＊"),
        ],
    )
