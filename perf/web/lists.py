"""Lists to values: a list is pasted or uploaded, shown as understood, and adopted."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from perf.core.actuals import format_actual
from perf.core.errors import Conflict, InvalidInput, Locked, Stale
from perf.core.findings import Finding, Severity
from perf.core.lists.answers import SATISFIED
from perf.core.lists.kinds import ListKind, MoneyUnit, measures_for
from perf.core.permissions import Actor, Permission
from perf.database import begin_writing
from perf.documents.lists import LIST_FILES, MAX_ROWS, list_csv
from perf.extensions import db
from perf.models import BudgetExecution
from perf.queries.packs import pack_of
from perf.queries.submissions import Quarter, quarter_to_change, quarter_visible_to
from perf.services.evidence_files import store_file
from perf.services.lists import adopt_list, list_name
from perf.services.money import write_wan
from perf.services.submissions import NO_DATA, open_submission, why_closed
from perf.services.working_days import CHINESE_WORKING_DAYS
from perf.web.grid_form import whole_number
from perf.web.list_form import (
    ListForm,
    Preview,
    Subject,
    blank_form,
    demanded_value,
    entry_of,
    posted_form,
    preview_of,
    subject_of,
    with_upload,
)
from perf.web.report_page import parent_links
from perf.web.security import current_actor, requires

blueprint = Blueprint("lists", __name__)
_ROWS_SHOWN = 20
_FINDINGS_SHOWN = 50
_CHANGED = "清单或选项在计算之后又改过。下面是新的结果，请核对后再确认。"


def indicator_visible_to(
    session: Session, actor: Actor, plan_id: int, code: str, indicator_id: int
) -> Subject:
    """An indicator of a quarter within the actor's sight that a list can fill in."""
    quarter = quarter_visible_to(session, actor, plan_id, code)
    return subject_of(quarter, indicator_id=indicator_id)


def source_visible_to(
    session: Session, actor: Actor, plan_id: int, code: str, source: str
) -> Subject:
    """The executed budget of one source of a quarter within the actor's sight."""
    quarter = quarter_visible_to(session, actor, plan_id, code)
    return subject_of(quarter, source_name=source)


@blueprint.get("/plans/<int:plan_id>/periods/<code>/indicators/<int:indicator_id>/list")
@requires(Permission.RECORD, indicator_visible_to)
def indicator(subject: Subject) -> ResponseReturnValue:
    """The form for an indicator's list."""
    return _page(subject, blank_form(subject, request.args.get("kind")))


@blueprint.post("/plans/<int:plan_id>/periods/<code>/indicators/<int:indicator_id>/list")
@requires(Permission.RECORD, indicator_visible_to, slow=True)
def use_indicator(subject: Subject) -> ResponseReturnValue:
    """What an indicator's list comes to; confirmed, it is adopted."""
    return _use(subject)


@blueprint.get("/plans/<int:plan_id>/periods/<code>/money/<source>/list")
@requires(Permission.RECORD, source_visible_to)
def money(subject: Subject) -> ResponseReturnValue:
    """The form for a list of payments."""
    return _page(subject, blank_form(subject, None))


@blueprint.post("/plans/<int:plan_id>/periods/<code>/money/<source>/list")
@requires(Permission.RECORD, source_visible_to, slow=True)
def use_money(subject: Subject) -> ResponseReturnValue:
    """What a list of payments comes to; confirmed, it is adopted."""
    return _use(subject)


def _use(subject: Subject) -> ResponseReturnValue:
    form = posted_form(subject, request.form, whole_number(request.form, "version"))
    preview: Preview | None = None
    try:
        if closed := _why_closed(subject):
            raise Locked(closed)
        form = with_upload(form, request.files.get("file"))
        preview = preview_of(subject, form)
        demanded_value(subject, preview)
        if request.form.get("step") != "confirm":
            return _page(subject, preview.form, preview)
        if request.form.get("previewed") != preview.form.digest:
            raise InvalidInput(_CHANGED)
        return _adopt(subject, preview)
    except (InvalidInput, Conflict) as error:
        db.session.rollback()
        session, actor, quarter = db.session(), current_actor(), subject.quarter
        plan_id, code = quarter.plan.id, quarter.period.code
        subject = _in(quarter_visible_to(session, actor, plan_id, code), subject)
        form = preview.form if preview else form
        if isinstance(error, Stale):
            # Whoever confirms once more has seen what is stored now.
            form = replace(form, version=blank_form(subject, form.kind).version)
        fields = error.fields if isinstance(error, InvalidInput) else {}
        page = _page(subject, form, preview, str(error), fields)
        return page, 409 if isinstance(error, Conflict) else 422


def _adopt(subject: Subject, preview: Preview) -> ResponseReturnValue:
    quarter, actor, value = subject.quarter, current_actor(), preview.value
    # The file is written before the writing transaction begins, for which nobody should wait.
    content = BytesIO(list_csv(value.columns, value.rows))
    stored = store_file(current_app.config["DATA_DIR"], content)
    plan_id, code, session = quarter.plan.id, quarter.period.code, db.session()
    begin_writing(session)
    held = _in(quarter_to_change(session, actor, plan_id, code), subject)
    submission = open_submission(session, actor, held.quarter.plan, held.quarter.period)
    entry = entry_of(held, preview)
    pack = pack_of(held.quarter.plan)
    name = list_name(held.name, code)
    outcome = adopt_list(session, actor, submission, entry, pack, stored, name)
    if outcome.has_conflicts:
        raise Stale(
            "您打开页面后，这一项被他人改过，没有覆盖。请核对现在的值；再次确认以清单为准。"
        )
    if outcome.errors:
        raise InvalidInput("；".join(outcome.errors.values()))
    session.commit()
    flash("已采用清单的结果，清单已留作佐证。", "ok")
    key = held.indicator.id if held.indicator is not None else None
    anchor = f"row-{key}" if key else "money"
    return redirect(url_for("reports.show", plan_id=plan_id, code=code, open=key, _anchor=anchor))


def _in(quarter: Quarter, subject: Subject) -> Subject:
    """The same figure in the quarter as it is stored now."""
    if subject.indicator is not None:
        return subject_of(quarter, indicator_id=subject.indicator.id)
    return subject_of(quarter, source_name=subject.source)


def _why_closed(subject: Subject) -> str:
    """Why nothing can be adopted here now; empty where it can."""
    submission = subject.quarter.submission
    closed = why_closed(subject.quarter.plan, subject.quarter.period)
    if not closed and submission is not None and not submission.is_editable:
        return f"本期填报{submission.status.label}，不能修改。需要更正时请先撤回或由审核人退回。"
    return closed


def _page(
    subject: Subject,
    form: ListForm,
    preview: Preview | None = None,
    message: str = "",
    errors: Mapping[str, str] | None = None,
) -> str:
    quarter, value = subject.quarter, preview.value if preview else None
    *parents, (quarter_name, _) = parent_links(quarter)
    back = url_for("reports.show", plan_id=quarter.plan.id, code=quarter.period.code)
    years = CHINESE_WORKING_DAYS.years
    closed = _why_closed(subject)
    findings = _in_order(value.findings) if value else []
    return render_template(
        "reports/list.html",
        subject=subject,
        quarter=quarter,
        form=form,
        value=value,
        now=_shown_now(subject),
        after="" if value is None or value.value is None else _shown(subject, value.value),
        options=[
            (option, count, option in (form.satisfied or ()))
            for option, count in (preview.options if preview else {}).items()
        ],
        rows=value.rows[:_ROWS_SHOWN] if value else (),
        findings=findings[:_FINDINGS_SHOWN],
        findings_more=max(0, len(findings) - _FINDINGS_SHOWN),
        kinds=_kind_links(subject),
        measures=[
            (one.value, one.label)
            for one in (measures_for(subject.indicator.target) if subject.indicator else ())
        ],
        units=[(one.value, one.label) for one in MoneyUnit],
        satisfied_usually="、".join(SATISFIED),
        known_years=f"{min(years)}—{max(years)}",
        closed=closed,
        message="" if message == closed else message,
        errors=defaultdict(str, errors or {}),
        parents=[*parents, (quarter_name, back), ("由清单计算", None)],
        back=back,
        accept=",".join(LIST_FILES),
        kinds_of_files="、".join(LIST_FILES),
        most_rows=MAX_ROWS,
    )


def _in_order(findings: Sequence[Finding]) -> list[Finding]:
    """The gravest first, and among them by their rows."""
    gravity = list(Severity)

    def place(finding: Finding) -> tuple[int, int]:
        row = "".join(filter(str.isdigit, finding.where))
        return gravity.index(finding.severity), int(row or 0)

    return sorted(findings, key=place)


def _kind_links(subject: Subject) -> list[tuple[ListKind, str]]:
    """The kinds of lists that fit, with the address of each form; payments have one form only."""
    if subject.indicator is None:
        return []
    arguments: dict[str, Any] = {
        "plan_id": subject.quarter.plan.id,
        "code": subject.quarter.period.code,
        "indicator_id": subject.indicator.id,
    }
    return [
        (kind, url_for("lists.indicator", kind=kind.value, **arguments)) for kind in subject.kinds
    ]


def _shown(subject: Subject, value: Decimal) -> str:
    if subject.indicator is None:
        return f"{write_wan(value)} 万元"
    return format_actual(value, subject.unit)


def _shown_now(subject: Subject) -> tuple[str, str]:
    """What is stored now, and how it came about; 未填报 where nothing is."""
    row = subject.stored
    if row is None:
        return "未填报", ""
    if isinstance(row, BudgetExecution):
        return "未填报" if row.executed is None else _shown(subject, row.executed), row.basis
    if row.is_no_data:
        return NO_DATA, ""
    return format_actual(row.actual, subject.unit), row.basis
