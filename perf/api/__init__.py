"""The documented JSON API over the same services, permissions and sessions as the pages."""

from flask import Flask

from perf.api import description, evaluations, packs, periods, plans, scores
from perf.api.asking import blueprint
from perf.api.door import requires
from perf.extensions import csrf

__all__ = ["evaluations", "init_app", "packs", "periods", "plans", "requires", "scores"]


def init_app(app: Flask) -> None:
    """Register the endpoints, their description and the page that shows it.

    Scoring is the only POST. It changes nothing and takes nothing but JSON, which no form of
    another site can send: it wants no CSRF token. Any endpoint that writes will.
    """
    csrf.exempt(scores.score)
    description.init_app(app, blueprint)
