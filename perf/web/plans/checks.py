"""What the sheet's script asks while somebody types: the findings of the rows as they stand."""

from flask import jsonify, render_template
from flask.typing import ResponseReturnValue

from perf.core.permissions import Permission
from perf.models import Plan
from perf.web.plans.forms import editable_plan
from perf.web.plans.sheet import check_sheet
from perf.web.plans.sheet_rows import posted_entries
from perf.web.security import requires


# Nothing is written: as a slow view it takes no turn among the writers.
@requires(Permission.EDIT_PLAN, editable_plan, slow=True)
def checks(plan: Plan) -> ResponseReturnValue:
    """The findings of the posted sheet as JSON: the card for the page, and what stands by row."""
    checked = check_sheet(plan, posted_entries())
    return jsonify(
        summary=checked.doubts.summary,
        card=render_template("plans/_doubts.html", doubts=checked.doubts),
        rows={
            key: [{"severity": one.severity.value, "message": one.message} for one in found]
            for key, found in checked.beside.items()
        },
    )
