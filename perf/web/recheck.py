"""复核: a filled self-evaluation form is recomputed and shown; nothing of it is kept."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from perf.core.errors import InvalidInput
from perf.core.permissions import Permission
from perf.core.rulepack import RulePack
from perf.documents.readers.filled_forms import FORM_READERS, MAX_BYTES
from perf.documents.rechecking import recheck_file
from perf.extensions import db
from perf.queries.packs import packs_to_pin
from perf.services.organisation import pin_name
from perf.services.typed import without_controls
from perf.web.listing import form_text
from perf.web.recheck_page import TONE_OF_VERDICT, recheck_view
from perf.web.security import requires

blueprint = Blueprint("recheck", __name__)


@blueprint.get("/recheck")
@requires(Permission.READ)
def index() -> ResponseReturnValue:
    """The form to upload a filled form."""
    return _upload_page({})


# Nothing is written: as a slow view it takes no turn among the writers.
@blueprint.post("/recheck")
@requires(Permission.READ, slow=True)
def check() -> ResponseReturnValue:
    """What recomputing the uploaded form gives, on the same address."""
    upload, chosen = request.files.get("file"), form_text("pack")
    packs = _packs()
    errors = {}
    if chosen and chosen not in packs:
        errors["pack"] = "请选择列表中的评分办法。"
    if upload is None or not upload.filename:
        errors["file"] = "请选择要复核的自评表。"
    if errors or upload is None:
        return _upload_page(errors), 422
    name = without_controls(upload.filename or "")
    # A hostile file takes seconds to read: no transaction stays open meanwhile.
    db.session.rollback()
    try:
        checked = recheck_file(name, upload.stream, packs.get(chosen))
    except InvalidInput as error:
        return _upload_page({"file": str(error)}), 422
    return render_template(
        "recheck/result.html",
        view=recheck_view(checked),
        file_name=name,
        tones=TONE_OF_VERDICT,
        **_form(packs, chosen, {}),
    )


def _upload_page(errors: dict[str, str]) -> str:
    return render_template("recheck/new.html", **_form(_packs(), form_text("pack"), errors))


def _form(packs: dict[str, RulePack], chosen: str, errors: dict[str, str]) -> dict[str, object]:
    """What the upload form needs, alone or below a result."""
    return {
        "accept": ",".join(FORM_READERS),
        "kinds": "、".join(FORM_READERS),
        "most_megabytes": MAX_BYTES // 1024 // 1024,
        "pack_options": [(key, f"{pack.name} · {pack.label}") for key, pack in packs.items()],
        "chosen": chosen,
        "errors": errors,
    }


def _packs() -> dict[str, RulePack]:
    """The packs to choose from, shipped and published local ones, by their name in the form."""
    return {pin_name(pack.id, pack.version): pack for pack in packs_to_pin(db.session())}
