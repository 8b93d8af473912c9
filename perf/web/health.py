"""Whether the server lives, and whether it can serve."""

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from perf.config import ROOT
from perf.extensions import db
from perf.web.security import public

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@public
def alive() -> ResponseReturnValue:
    """The process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@public
def ready() -> ResponseReturnValue:
    """The database is reachable and its migrations stand at head."""
    head = ScriptDirectory(str(ROOT / "migrations")).get_current_head()
    try:
        revision = MigrationContext.configure(db.session.connection()).get_current_revision()
    except SQLAlchemyError:
        return jsonify(status="database unreachable"), 503
    if revision != head:
        return jsonify(status="migrations pending", revision=revision, head=head), 503
    return jsonify(status="ok", revision=revision)
