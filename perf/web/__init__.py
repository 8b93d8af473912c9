"""The pages: blueprints, permissions, presentation and error pages."""

from flask import Flask

from perf.web import admin, auth, errors, health, ledger, presentation, security, units

BLUEPRINTS = [
    auth.blueprint,
    health.blueprint,
    admin.blueprint,
    units.blueprint,
    ledger.blueprint,
]


def init_app(app: Flask) -> None:
    """Register the pages and everything that stands around them."""
    security.init_app(app)
    errors.init_app(app)
    presentation.init_app(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
