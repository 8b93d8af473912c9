"""A client that checks every page it gets: valid HTML, one h1, a title, unique ids."""

import re
from collections import Counter
from functools import lru_cache
from typing import Any

import html5lib
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from perf.extensions import db
from perf.models import User


class Page:
    """One answer; `text` is what a reader sees, `status` the HTTP status."""

    def __init__(self, response: TestResponse) -> None:
        self.response = response
        self.status = response.status_code
        self.location = response.headers.get("Location", "")
        self.html = response.get_data(as_text=True) if response.mimetype == "text/html" else ""
        self.text = " ".join(re.sub(r"<[^>]+>", " ", self.html).split())

    @property
    def tree(self) -> Any:
        """The page's elements, to be read and not to be changed."""
        return _parsed(self.html)[0]

    @property
    def json(self) -> Any:
        return self.response.get_json()


class Client:
    """A signed-in (or anonymous) browser without a screen."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, url: str, *, status: int = 200, **kwargs: Any) -> Page:
        return self._checked(self.client.get(url, **kwargs), status, f"GET {url}")

    def post(
        self, url: str, data: Any = None, *, status: int = 302, follow: bool = False, **kwargs: Any
    ) -> Page:
        page = self._checked(self.client.post(url, data=data, **kwargs), status, f"POST {url}")
        return self.get(page.location) if follow else page

    @staticmethod
    def _checked(response: TestResponse, status: int, what: str) -> Page:
        page = Page(response)
        assert page.status == status, f"{what}: {page.status}, not {status}\n{page.text[:2000]}"
        if page.html and page.status != 302:
            check_page(page.html, what)
        return page


class Browserless:
    """Makes clients for users."""

    def __init__(self, app: Flask) -> None:
        self.app = app

    def __call__(self, user: User | str | None = None) -> Client:
        client = self.app.test_client()
        if user is not None:
            username = user if isinstance(user, str) else user.username
            with self.app.app_context():
                row = db.session.scalars(select(User).where(User.username == username)).one()
                key = f"{row.id}.{row.session_key}"
            with client.session_transaction() as cookie:
                cookie["_user_id"] = key
                cookie["_fresh"] = True
        return Client(client)


def check_page(html: str, what: str) -> None:
    """Fail where the page is not a whole, valid one."""
    tree, errors = _parsed(html)
    assert not errors, f"{what}: invalid HTML\n" + "\n".join(errors[:10])
    assert len(tree.findall(".//h1")) == 1, f"{what}: a page has exactly one h1"
    title = tree.find(".//title")
    assert title is not None, f"{what}: a page has a title"
    assert (title.text or "").strip(" ·"), f"{what}: a page's title says something"
    counts = Counter(element.get("id") for element in tree.iter() if element.get("id"))
    twice = [key for key, count in counts.items() if count > 1]
    assert not twice, f"{what}: ids used twice: {twice}"
    targets = {element.get("id") for element in tree.iter() if element.get("id")}
    for label in tree.iter("label"):
        if label.get("for"):
            assert label.get("for") in targets, f"{what}: label for nothing: {label.get('for')}"


# Parsing takes longer than most requests, and a test looks at the page that was checked before it.
@lru_cache(maxsize=8)
def _parsed(html: str) -> tuple[Any, list[str]]:
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    tree = parser.parse(html)
    return tree, [f"line {at[0]}: {code} {values}" for at, code, values in parser.errors]
