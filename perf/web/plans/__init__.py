"""Plans: the list, one plan with its steps, its forms, and the sheet of its indicators."""

from flask import Blueprint

from perf.web.plans import checks, forms, packs, pages, sheet

blueprint = Blueprint("plans", __name__)
ROUTES = [
    ("GET", "/plans", "index", pages.index),
    ("GET", "/plans/<int:plan_id>", "show", pages.show),
    ("POST", "/plans/<int:plan_id>/steps/<action>", "step", pages.step),
    ("POST", "/plans/<int:plan_id>/delete", "delete", pages.delete),
    ("POST", "/plans/<int:plan_id>/adjustments", "adjust", pages.adjust),
    ("GET", "/plans/new", "new", forms.new),
    ("POST", "/plans/new", "create", forms.create),
    ("GET", "/plans/<int:plan_id>/edit", "edit", forms.edit),
    ("POST", "/plans/<int:plan_id>/edit", "update", forms.update),
    ("GET", "/plans/<int:plan_id>/indicators", "indicators", sheet.edit),
    ("POST", "/plans/<int:plan_id>/indicators", "save_indicators", sheet.save),
    ("GET", "/plans/<int:plan_id>/weights", "weights", sheet.weights),
    ("POST", "/plans/<int:plan_id>/indicators/checks", "checks", checks.checks),
    ("POST", "/plans/<int:plan_id>/pack", "override_pack", packs.override),
    ("GET", "/targets/reading", "reading", sheet.reading),
]
for method, rule, endpoint, view in ROUTES:
    blueprint.add_url_rule(rule, endpoint, view, methods=[method])
