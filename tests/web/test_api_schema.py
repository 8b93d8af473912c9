"""Requests made up from the API's own description: no crash, and every answer is as described."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import checks

from perf.core.terms import Role
from perf.extensions import db
from tests.factories import make_user
from tests.pages import Browserless
from tests.web.test_api import API, Reported
from tests.web.test_decided import Decided

pytestmark = pytest.mark.slow

EXAMPLES = 30
CODES = ["2022-Q1", "2022-Q2", "2022-FY", "x"]
CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]
PACKS = ["cn-project-2021", "henan-project-2024", "department-overall", "x"]
ENDPOINTS = [
    ("/plans", "GET"),
    ("/plans/{plan_id}", "GET"),
    ("/plans/{plan_id}/periods/{code}", "GET"),
    ("/plans/{plan_id}/self-evaluation", "GET"),
    ("/packs", "GET"),
    ("/packs/{pack_id}", "GET"),
    ("/score", "POST"),
]


@pytest.fixture
def asked(app, browse):
    """The description as schemathesis reads it, an auditor's session, and what there is."""
    reported, decided = Reported(app), Decided(app, browse)
    with app.app_context():
        auditor = make_user(db.session, Role.AUDITOR).username
        db.session.commit()
    client = Browserless(app)(auditor).client
    cookie = client.get_cookie("session")
    schema = schemathesis.openapi.from_wsgi(f"{API}/openapi.json", app)
    there = {
        "plan_id": st.sampled_from([reported.plan_id, decided.plan_id]),
        "code": st.sampled_from(CODES),
        "pack_id": st.sampled_from(PACKS),
        "pack": st.sampled_from(PACKS),
        "pack_version": st.just(1),
        "target": st.sampled_from(["≥90%", "≤7天", "0起", "明显", "2022年6月30日前", "10~20件"]),
        "weight": st.sampled_from(["0", "3", "12.5", "100"]),
        "actual": st.sampled_from(["81", "0", "达成95%", "2022-07-01", None]),
    }
    return schema, {"session": cookie.value}, there


def test_every_endpoint_is_asked(app: Any) -> None:
    there = {
        (rule.rule.replace("<int:", "{").replace("<", "{").replace(">", "}"), method)
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("api.")
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert there == {(API + path, method) for path, method in ENDPOINTS}


@pytest.mark.parametrize(("path", "method"), ENDPOINTS)
def test_whatever_is_asked_the_answer_is_as_described(asked, path, method):
    schema, cookies, there = asked
    operation = schema[API + path][method]
    statuses = set()

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(data=st.data())
    def ask(data: Any) -> None:
        case = data.draw(operation.as_strategy())
        for given_part in (case.path_parameters, case.body):
            # Half of the time something that is there, so that answers come too.
            if isinstance(given_part, dict) and data.draw(st.booleans()):
                given_part |= {key: data.draw(there[key]) for key in given_part if key in there}
        answer = case.call(cookies=cookies)
        statuses.add(answer.status_code)
        case.validate_response(
            answer,
            checks=CHECKS,
        )

    ask()
    assert 200 in statuses, f"never answered: {statuses}"
