"""Delegation while away (代理审核): given on the unit's page, and ended early."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from perf.core.errors import InvalidInput
from perf.core.permissions import Permission
from perf.extensions import db
from perf.models import Delegation, Unit
from perf.queries import organisation
from perf.queries.delegations import own_delegation
from perf.services.delegations import delegate_review, end_delegation
from perf.web.grid_form import whole_number
from perf.web.listing import form_text
from perf.web.people.forms import posted_day
from perf.web.people.unit_page import unit_page
from perf.web.security import current_actor, requires


@requires(Permission.DELEGATE, organisation.unit_visible_to)
def delegate(unit: Unit) -> ResponseReturnValue:
    """Let another person of the unit review for some days."""
    unit_id = unit.id
    try:
        delegate_review(
            db.session(),
            current_actor(),
            unit,
            delegate_id=whole_number(request.form, "delegate"),
            starts_on=posted_day("starts_on"),
            ends_on=posted_day("ends_on"),
            reason=form_text("reason"),
        )
    except InvalidInput as error:
        db.session.rollback()
        unit = organisation.unit_visible_to(db.session(), current_actor(), unit_id)
        return unit_page(unit, message=str(error), errors=error.fields), 422
    db.session.commit()
    flash("已委托。代理期间由代理人审核，可以随时提前结束。", "ok")
    return redirect(url_for("people.show", unit_id=unit_id))


@requires(Permission.DELEGATE, own_delegation)
def end(delegation: Delegation) -> ResponseReturnValue:
    """End a delegation before its last day."""
    unit_id = delegation.unit_id
    end_delegation(db.session(), current_actor(), delegation)
    db.session.commit()
    flash("代理已结束，代理人不能再审核。", "ok")
    return redirect(url_for("people.show", unit_id=unit_id))
