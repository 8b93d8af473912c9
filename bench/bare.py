"""The yardstick: a bare Flask page that reads 30 rows from SQLite and renders them."""

import os

from flask import Flask, render_template
from jinja2 import DictLoader
from sqlalchemy import create_engine, text

PAGE = """<!doctype html><html lang="zh-CN"><title>三十行</title><h1>三十行</h1><table>
{% for row in rows %}<tr><td>{{ row.id }}</td><td>{{ row.name }}</td><td>{{ row.amount }}</td></tr>
{% endfor %}</table></html>"""
app = Flask(__name__)
app.jinja_loader = DictLoader({"rows.html": PAGE})
engine = create_engine(f"sqlite:///{os.environ['BENCH_BARE_DATABASE']}")


@app.get("/")
def rows() -> str:
    """The page."""
    with engine.connect() as connection:
        found = connection.execute(text("SELECT id, name, amount FROM line ORDER BY id LIMIT 30"))
        return render_template("rows.html", rows=found.all())
