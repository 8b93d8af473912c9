"""Years with their periods and pinned rule packs."""

from dataclasses import dataclass
from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from perf import clock
from perf.core.errors import InvalidInput, NotFound
from perf.core.periods import is_overdue
from perf.core.permissions import Permission
from perf.core.rules import PACKS
from perf.core.terms import Rhythm
from perf.extensions import db
from perf.models import FiscalYear, Period
from perf.queries import organisation as queries
from perf.queries.packs import find_pack, packs_to_pin
from perf.services import organisation, review_days, rhythms
from perf.web.listing import form_text
from perf.web.security import current_actor, requires

_RHYTHM_OPTIONS = [(one.value, one.label) for one in Rhythm]


@dataclass(frozen=True, slots=True)
class PeriodRow:
    """One period of the table: days as typed, its state in a word, what is wrong with it."""

    period: Period
    opens_on: str
    due_on: str
    tone: str
    state: str


@dataclass(frozen=True, slots=True)
class Pinned:
    """A pack pinned to a year; its name is blank where this version is no longer there."""

    pack_id: str
    version: int
    name: str

    @property
    def pin_name(self) -> str:
        """How the form names it."""
        return organisation.pin_name(self.pack_id, self.version)


@requires(Permission.ADMINISTER)
def index() -> ResponseReturnValue:
    """The years, and a form for the next one."""
    return _years_page("", Rhythm.QUARTERS, {})


@requires(Permission.ADMINISTER)
def create() -> ResponseReturnValue:
    """Make a year with its periods."""
    typed = form_text("year").strip()
    rhythm = _rhythm_asked_for() or Rhythm.QUARTERS
    try:
        if not (typed.isascii() and typed.isdigit() and len(typed) == 4):
            raise InvalidInput("年度有误。", {"year": "请填四位年份，例如 2023。"})
        year = organisation.create_year(db.session(), current_actor(), int(typed), rhythm)
    except InvalidInput as error:
        return _years_page(typed, rhythm, error.fields), 422
    db.session.commit()
    flash(f"已建立 {year.id} 年度。请核对各填报期的日期。", "ok")
    return redirect(url_for("admin.year", year=year.id))


@requires(Permission.ADMINISTER, queries.year_by_id)
def show(year: FiscalYear) -> ResponseReturnValue:
    """One year: its periods as one table, and its rule packs."""
    return _year_page(year, {}, {})


@requires(Permission.ADMINISTER, queries.year_by_id)
def save_periods(year: FiscalYear) -> ResponseReturnValue:
    """Set the days of all periods: all of them, or none where one is wrong."""
    number, errors = year.id, dict[str, str]()
    for period in year.periods:
        try:
            days = {key: _day(key, period) for key in ("opens_on", "due_on")}
            organisation.update_period(db.session(), current_actor(), period, **days)
        except InvalidInput as error:
            errors |= error.fields
    if errors:
        typed = {key: form_text(key) for key in request.form}
        db.session.rollback()
        year = queries.year_by_id(db.session(), current_actor(), number)
        return _year_page(year, typed, errors), 422
    db.session.commit()
    flash("日期已保存。", "ok")
    return redirect(url_for("admin.year", year=year.id))


@requires(Permission.ADMINISTER, queries.year_by_id)
def set_rhythm(year: FiscalYear) -> ResponseReturnValue:
    """Choose how often the year is reported, while nothing is."""
    rhythm = _rhythm_asked_for()
    if rhythm is None:
        return _year_page(year, {}, {"rhythm": "请选择一种填报节奏。"}), 422
    rhythms.set_rhythm(db.session(), current_actor(), year, rhythm)
    db.session.commit()
    flash(f"已改为{rhythm.label}。请核对各填报期的日期。", "ok")
    return redirect(url_for("admin.year", year=year.id))


@requires(Permission.ADMINISTER, queries.year_by_id)
def set_review_days(year: FiscalYear) -> ResponseReturnValue:
    """Set how many working days a review may take."""
    typed = form_text("review_days")
    try:
        review_days.set_review_days(db.session(), current_actor(), year, typed)
    except InvalidInput as error:
        return _year_page(year, {"review_days": typed}, error.fields), 422
    db.session.commit()
    flash("审核期限已保存，待审核的内容都按它计算。", "ok")
    return redirect(url_for("admin.year", year=year.id))


def _rhythm_asked_for() -> Rhythm | None:
    asked = form_text("rhythm")
    return next((one for one in Rhythm if one.value == asked), None)


@requires(Permission.ADMINISTER, queries.year_by_id)
def pin(year: FiscalYear) -> ResponseReturnValue:
    """Choose the year's rule packs."""
    chosen = {key: request.form.get(key, "") for key in organisation.PACK_LABELS}
    try:
        organisation.pin_packs(db.session(), current_actor(), year, **chosen)
    except InvalidInput as error:
        return _year_page(year, {}, error.fields), 422
    db.session.commit()
    flash("评分办法已保存。", "ok")
    return redirect(url_for("admin.year", year=year.id))


@requires(Permission.ADMINISTER, queries.period_by_code)
def lock(period: Period) -> ResponseReturnValue:
    """Close a period."""
    return _set_lock(period, is_locked=True)


@requires(Permission.ADMINISTER, queries.period_by_code)
def unlock(period: Period) -> ResponseReturnValue:
    """Open a closed period, with a reason."""
    return _set_lock(period, is_locked=False)


def _set_lock(period: Period, *, is_locked: bool) -> ResponseReturnValue:
    change = organisation.lock_period if is_locked else organisation.unlock_period
    reason = form_text("reason")
    try:
        change(db.session(), current_actor(), period, reason=reason)
    except InvalidInput as error:
        year = queries.year_by_id(db.session(), current_actor(), period.year)
        fields = {f"reason-{period.id}": error.fields["reason"]}
        return _year_page(year, {f"reason-{period.id}": reason}, fields), 422
    db.session.commit()
    flash(f"{period.name}{'已锁定' if is_locked else '已解锁'}，记入变更记录。", "ok")
    return redirect(url_for("admin.year", year=period.year))


def _day(key: str, period: Period) -> date:
    name = f"{key}-{period.id}"
    # A locked period's dates are shown as text, so that nothing is posted for it.
    typed = request.form.get(name, getattr(period, key).isoformat()).strip()
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise InvalidInput("日期有误。", {name: "请填写日期，例如 2022-10-15。"}) from None


def _years_page(typed: str, rhythm: Rhythm, errors: dict[str, str]) -> str:
    years = queries.years(db.session())
    following = years[0].id + 1 if years else clock.today().year
    return render_template(
        "admin/years.html",
        years=years,
        packs=organisation.PACK_LABELS,
        pinned={year.id: _pinned(year) for year in years},
        today=clock.today(),
        rows={year.id: [_row(period, {}) for period in year.periods] for year in years},
        typed=typed or following,
        rhythm=rhythm,
        rhythm_options=_RHYTHM_OPTIONS,
        errors=errors,
    )


def _year_page(year: FiscalYear, typed: dict[str, str], errors: dict[str, str]) -> str:
    return render_template(
        "admin/year.html",
        year=year,
        rows=[_row(period, typed) for period in year.periods],
        typed=typed,
        errors=errors,
        packs=organisation.PACK_LABELS,
        pack_options=_pack_options(),
        pinned=_pinned(year),
        may_pin=not queries.has_plans(db.session(), year.id),
        rhythm_options=_RHYTHM_OPTIONS,
        may_set_rhythm=not rhythms.is_reported(db.session(), year),
    )


def _pinned(year: FiscalYear) -> dict[str, Pinned]:
    """The year's packs by what they are for; one that is gone is named all the same."""
    found = {}
    for key in organisation.PACK_LABELS:
        pack_id, version = getattr(year, f"{key}_pack_id"), getattr(year, f"{key}_pack_version")
        try:
            name = find_pack(db.session(), pack_id, version).name
        except NotFound:
            name = ""
        found[key] = Pinned(pack_id, version, name)
    return found


def _pack_options() -> dict[str, list[tuple[str, str]]]:
    """The packs to choose from, by what they are for: a form's name and a label each."""
    packs = packs_to_pin(db.session())
    return {
        key: [
            (
                organisation.pin_name(pack.id, pack.version),
                pack.name if pack.id in PACKS else f"{pack.name}（{pack.label}）",
            )
            for pack in packs
            if pack.plan_kind is kind
        ]
        for key, kind in organisation.PACK_KINDS.items()
    }


def _row(period: Period, typed: dict[str, str]) -> PeriodRow:
    today = clock.today()
    if period.locked_at is not None:
        tone, state = "none", "已锁定"
    elif today < period.opens_on:
        tone, state = "none", "未开始"
    elif is_overdue(period.due_on, today):
        tone, state = "warn", "已过截止日"
    else:
        tone, state = "ok", "填报中"
    return PeriodRow(
        period,
        typed.get(f"opens_on-{period.id}", period.opens_on.isoformat()),
        typed.get(f"due_on-{period.id}", period.due_on.isoformat()),
        tone,
        state,
    )
