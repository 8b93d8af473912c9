"""The application factory."""

import logging
import os
from collections.abc import Mapping
from typing import Any

from flask import Flask
from jinja2 import StrictUndefined

from perf import api, cli, web
from perf.config import ROOT, settings
from perf.database import prepare_engine
from perf.extensions import csrf, db, limiter, login_manager, migrate


def create_app(config: Mapping[str, Any] | None = None) -> Flask:
    """The application, from the environment's settings and what `config` puts over them.

    Raises RuntimeError where a server is to start without a secret key; commands need none.
    """
    app = Flask(
        "perf",
        root_path=str(ROOT / "perf"),
        template_folder=str(ROOT / "templates"),
        instance_path=str(ROOT / "instance"),
    )
    app.config.update(settings())
    app.config.update(config or {})
    if not app.config["SECRET_KEY"] and os.environ.get("FLASK_RUN_FROM_CLI") != "true":
        raise RuntimeError("PERF_SECRET_KEY is not set: give a long random string.")
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.config["DATA_DIR"].mkdir(parents=True, exist_ok=True)

    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
    migrate.init_app(app, db, directory=str(ROOT / "migrations"), render_as_batch=True)
    login_manager.init_app(app)
    csrf.init_app(app)
    limiter.init_app(app)
    web.init_app(app)
    api.init_app(app)
    cli.init_app(app)
    if not app.debug:
        app.logger.setLevel(logging.INFO)
    return app
