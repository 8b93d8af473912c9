"""The pages: blueprints, permissions, presentation and error pages."""

from flask import Flask

from perf.web import (
    admin,
    archives,
    auth,
    bulk,
    calendar,
    contact,
    endings,
    errors,
    evaluations,
    evidence,
    forecast,
    grid_autosave,
    health,
    help_pages,
    imports,
    indicator_panel,
    ledger,
    lists,
    messages,
    official_forms,
    over_units,
    past,
    past_day,
    people,
    plans,
    presentation,
    quarter_sheets,
    recheck,
    recommendations,
    rectifications,
    reminders,
    reports,
    review,
    revisions,
    security,
    signed_copies,
    successors,
    threads,
    units,
    workbench,
)
from perf.web.converters import KeyConverter

BLUEPRINTS = [
    auth.blueprint,
    health.blueprint,
    help_pages.blueprint,
    admin.blueprint,
    units.blueprint,
    over_units.blueprint,
    people.blueprint,
    forecast.blueprint,
    ledger.blueprint,
    past.blueprint,
    plans.blueprint,
    successors.blueprint,
    evaluations.blueprint,
    recheck.blueprint,
    rectifications.blueprint,
    recommendations.blueprint,
    signed_copies.blueprint,
    revisions.blueprint,
    endings.blueprint,
    reports.blueprint,
    grid_autosave.blueprint,
    indicator_panel.blueprint,
    evidence.blueprint,
    lists.blueprint,
    quarter_sheets.blueprint,
    workbench.blueprint,
    review.blueprint,
    bulk.blueprint,
    threads.blueprint,
    messages.blueprint,
    reminders.blueprint,
    contact.blueprint,
    calendar.blueprint,
    imports.blueprint,
    official_forms.blueprint,
    archives.blueprint,
]


def init_app(app: Flask) -> None:
    """Register the pages and everything that stands around them."""
    app.url_map.converters["int"] = KeyConverter
    past_day.init_app(app)
    security.init_app(app)
    errors.init_app(app)
    presentation.init_app(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
