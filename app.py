"""The WSGI entry: `flask --app app …`, `granian --interface wsgi app:app`."""

from perf.app import create_app

app = create_app()
