"""Administration: users, units, years with their periods, and rule packs, one table of routes."""

from flask import Blueprint

from perf.web.admin import packs, units, users, years

blueprint = Blueprint("admin", __name__, url_prefix="/admin")
_PACK = "/packs/<pack_id>/<int:version>"
ROUTES = [
    ("GET", "/users", "users", users.index),
    ("GET", "/users/new", "new_user", users.new),
    ("POST", "/users", "create_user", users.create),
    ("GET", "/users/<int:user_id>", "user", users.edit),
    ("POST", "/users/<int:user_id>", "save_user", users.save),
    ("POST", "/users/<int:user_id>/password", "reset_password", users.reset_password),
    ("GET", "/units", "units", units.index),
    ("GET", "/units/new", "new_unit", units.new),
    ("POST", "/units", "create_unit", units.create),
    ("GET", "/units/<int:unit_id>", "unit", units.edit),
    ("POST", "/units/<int:unit_id>", "save_unit", units.save),
    ("GET", "/years", "years", years.index),
    ("POST", "/years", "create_year", years.create),
    ("GET", "/years/<int:year>", "year", years.show),
    ("POST", "/years/<int:year>/periods", "save_periods", years.save_periods),
    ("POST", "/years/<int:year>/rhythm", "set_rhythm", years.set_rhythm),
    ("POST", "/years/<int:year>/review-days", "set_review_days", years.set_review_days),
    ("POST", "/years/<int:year>/packs", "pin_packs", years.pin),
    ("POST", "/periods/<code>/lock", "lock_period", years.lock),
    ("POST", "/periods/<code>/unlock", "unlock_period", years.unlock),
    ("GET", "/packs", "packs", packs.index),
    ("GET", f"{_PACK}", "pack", packs.show),
    ("GET", f"{_PACK}/edit", "edit_pack", packs.edit),
    ("POST", f"{_PACK}/edit", "save_pack", packs.save),
    ("POST", f"{_PACK}/copy", "copy_pack", packs.copy),
    ("POST", f"{_PACK}/next", "begin_pack_version", packs.begin_version),
    ("POST", f"{_PACK}/publish", "publish_pack", packs.publish),
    ("POST", f"{_PACK}/delete", "delete_pack", packs.delete),
    ("GET", f"{_PACK}/plans/<int:plan_id>", "pack_plan", packs.plan),
]
for method, rule, endpoint, view in ROUTES:
    blueprint.add_url_rule(rule, endpoint, view, methods=[method])
