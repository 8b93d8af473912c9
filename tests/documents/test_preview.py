"""A draft while a person corrects it: what is checked anew, what is left out, what stays."""

import json
from collections import Counter

import pytest

from perf.core.findings import Severity
from perf.documents.preview import Preview, preview_from_content, preview_of
from perf.documents.readers import read_document
from tests.documents.test_readers import OWN, own_text


def preview(name: str = "parks-2023", **changes: str) -> Preview:
    text = own_text(name)
    for old, new in changes.items():
        text = text.replace(old, new)
    return preview_of(read_document("a.txt", text.encode()))


def codes(of: Preview, severity: Severity) -> list[str]:
    return [one.code for one in of.kept().findings if one.severity is severity]


@pytest.mark.parametrize("name", OWN)
def test_a_preview_says_what_the_reader_said_and_survives_storage(name):
    draft = read_document("a.txt", own_text(name).encode())
    shown = preview_of(draft)
    assert Counter(shown.kept().findings) == Counter(draft.findings)
    assert preview_from_content(json.loads(json.dumps(shown.to_content()))) == shown


def test_a_finding_stands_at_its_own_row_and_goes_with_it():
    shown = preview()
    row = shown.draft.projects[0].indicators[1]
    row.target = ""
    (finding,) = shown.check().rows["p0-1"]
    assert finding.severity is Severity.ERROR
    assert row.name in finding.where
    assert row.where in finding.where
    shown.left_out = {"p0-1"}
    assert "p0-1" not in shown.check().rows
    assert codes(shown, Severity.ERROR) == []
    assert row not in shown.kept().projects[0].indicators


def test_a_row_without_a_name_is_told_from_its_plan_and_its_twin():
    shown = preview()
    first, second = shown.draft.projects[0].indicators[:2]
    first.name = second.name = ""
    second.target = ""
    rows = shown.check().rows
    assert [one.code for one in rows["p0-0"]] == ["indicator-name-missing"]
    assert [one.code for one in rows["p0-1"]] == ["indicator-name-missing", "target-missing"]


def test_what_was_said_of_a_plan_goes_when_the_plan_is_left_out():
    shown = preview()
    before = codes(shown, Severity.INFO)
    shown.left_out = {"d"}
    after = codes(shown, Severity.INFO)
    assert Counter(before) - Counter(after) == Counter(
        {"torn-row-joined": 2, "slid-cells-moved": 1, "sense-guessed": 1}
    )
    assert shown.kept().department is None


def test_leaving_everything_out_is_an_error():
    shown = preview()
    shown.left_out = {"d", "p0", "p1"}
    assert codes(shown, Severity.ERROR) == ["nothing-kept"]


def test_codes_are_compared_anew_after_each_correction():
    shown = preview()
    first, second = shown.draft.projects
    second.code = first.code
    assert codes(shown, Severity.ERROR) == ["project-code-repeated"]
    assert "project-code-repeated" in [one.code for one in shown.check().plans["p1"]]
    shown.left_out = {"p0"}
    assert codes(shown, Severity.ERROR) == []


def test_a_missing_year_is_an_error_until_it_is_typed():
    shown = preview("health-2024", **{"2024": ""})
    assert codes(shown, Severity.ERROR) == ["year-missing"]
    shown.draft.fiscal_year = 2024
    assert codes(shown, Severity.ERROR) == []


def test_what_cannot_be_measured_is_told_of_a_plan_once_and_goes_with_its_rows():
    shown = preview()
    first, second = shown.draft.projects[0].indicators[1:3]
    first.target, second.target = "≥86", "≥95"
    first.name, second.name = "养护地块", "养护达标率"
    told = {one.code: one for one in shown.check().plans["p0"]}
    assert (
        "2 项指标值没有写单位：养护地块（≥86）、养护达标率（≥95）。" in told["unit-missing"].message
    )
    assert told["vague-words"].severity is Severity.INFO
    shown.left_out = {"p0-1", "p0-2"}
    assert "unit-missing" not in {one.code for one in shown.check().plans["p0"]}
    asked = [
        f"p0-{at}"
        for at, row in enumerate(shown.draft.projects[0].indicators)
        if "满意" in f"{row.level1}{row.name}"
    ]
    shown.left_out = set(asked)
    assert "satisfaction-missing" in {one.code for one in shown.check().plans["p0"]}
