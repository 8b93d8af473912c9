"""Administration: users, units, years with their periods, and rule packs, one table of routes."""

from flask import Blueprint

from perf.web.admin import units, users, years

blueprint = Blueprint("admin", __name__, url_prefix="/admin")
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
    ("POST", "/years/<int:year>/packs", "pin_packs", years.pin),
    ("POST", "/periods/<code>/lock", "lock_period", years.lock),
    ("POST", "/periods/<code>/unlock", "unlock_period", years.unlock),
    ("GET", "/packs", "packs", years.packs),
]
for method, rule, endpoint, view in ROUTES:
    blueprint.add_url_rule(rule, endpoint, view, methods=[method])
