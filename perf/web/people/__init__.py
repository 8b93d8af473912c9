"""Offices, who owes what and who stands in for whom, and the hand-over of work: one table."""

from flask import Blueprint

from perf.web.people import collection, delegations, handovers, plan_offices, unit_page

blueprint = Blueprint("people", __name__)
_UNIT = "/units/<int:unit_id>"
_QUARTER = "/plans/<int:plan_id>/periods/<code>/collection"
ROUTES = [
    ("GET", f"{_UNIT}/people", "show", unit_page.show),
    ("POST", f"{_UNIT}/people", "assign", unit_page.assign),
    ("POST", f"{_UNIT}/offices", "create_office", unit_page.create),
    ("POST", f"{_UNIT}/offices/<int:office_id>", "save_office", unit_page.save),
    ("POST", f"{_UNIT}/delegations", "delegate", delegations.delegate),
    ("POST", "/delegations/<int:delegation_id>/end", "end_delegation", delegations.end),
    ("GET", "/plans/<int:plan_id>/offices", "indicators", plan_offices.edit),
    ("POST", "/plans/<int:plan_id>/offices", "save_indicators", plan_offices.save),
    ("GET", _QUARTER, "collection", collection.show),
    ("POST", f"{_QUARTER}/due", "set_due", collection.set_due),
    ("POST", f"{_QUARTER}/hand-in", "hand_in", collection.hand_in),
    ("POST", f"{_QUARTER}/remind", "remind", collection.remind),
    ("GET", "/people/<int:user_id>/handover", "handover", handovers.edit),
    ("POST", "/people/<int:user_id>/handover", "hand_over", handovers.save),
    ("GET", "/handovers/<int:handover_id>", "handover_done", handovers.show),
]
for method, rule, endpoint, view in ROUTES:
    blueprint.add_url_rule(rule, endpoint, view, methods=[method])
