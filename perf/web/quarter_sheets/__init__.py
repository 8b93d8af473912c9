"""填报表: the quarter as an Excel sheet, downloaded, filled in offline, looked through, stored."""

from flask import Blueprint

from perf.web.quarter_sheets import views

blueprint = Blueprint("quarter_sheets", __name__)
_SHEET = "/plans/<int:plan_id>/periods/<code>/sheet"
ROUTES = [
    ("GET", f"{_SHEET}.xlsx", "download", views.download),
    ("GET", _SHEET, "show", views.show),
    ("POST", _SHEET, "use", views.use),
]
for method, rule, endpoint, view in ROUTES:
    blueprint.add_url_rule(rule, endpoint, view, methods=[method])
