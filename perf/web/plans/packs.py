"""Choosing another rule pack than the year's for one plan."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from perf.core.errors import InvalidInput
from perf.core.permissions import Permission
from perf.extensions import db
from perf.models import Plan
from perf.queries import plans
from perf.services.pack_override import override_pack
from perf.web.plans.pages import again, plan_page, posted_version, typed_form
from perf.web.security import current_actor, requires


@requires(Permission.EDIT_PLAN, plans.plan_to_change)
def override(plan: Plan) -> ResponseReturnValue:
    """Score the plan by another pack, with a reason, or by its year's again."""
    plan_id, typed = plan.id, typed_form()
    try:
        override_pack(
            db.session(),
            current_actor(),
            plan,
            chosen=typed.get("pack", ""),
            reason=typed.get("reason", ""),
            version=posted_version(),
        )
    except InvalidInput as error:
        fields = {f"pack-{name}": text for name, text in error.fields.items()}
        return plan_page(again(plan_id), error=InvalidInput(str(error), fields), typed=typed), 422
    db.session.commit()
    flash("评分办法已更换，自动分配的分值已重新计算。", "ok")
    return redirect(url_for("plans.show", plan_id=plan_id))
