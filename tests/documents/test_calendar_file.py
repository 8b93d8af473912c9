"""The calendar's file keeps RFC 5545: short lines, nothing torn, every text as it was."""

import re
from datetime import UTC, date, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from perf.documents.calendar_file import Entry, write_calendar

STAMP = datetime(2022, 10, 15, 1, 2, 3, tzinfo=UTC)
TEXTS = st.text(
    st.characters(exclude_categories=["C", "Z"]) | st.sampled_from(' \n;,\\"'), max_size=90
)


def properties(written: bytes) -> list[tuple[str, str]]:
    """Name with parameters, and value, of each line, read as a client reads it."""
    assert written.endswith(b"\r\n")
    lines = written[:-2].split(b"\r\n")
    for line in lines:
        assert len(line) <= 75
        line.decode()
    whole = b"\r\n".join(lines).replace(b"\r\n ", b"").decode()
    return [tuple(line.split(":", 1)) for line in whole.split("\r\n")]


def plain(value: str) -> str:
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] == "n" else found[1], value)


@settings(max_examples=40)
@given(TEXTS, TEXTS)
def test_any_text_comes_back_as_it_was(summary, description):
    entry = Entry("2022-Q3.user5@perf", date(2022, 12, 31), summary, description, "http://x.cn/")
    found = properties(write_calendar("日程", [entry], STAMP))
    values = dict(found[found.index(("BEGIN", "VEVENT")) :])
    assert plain(values["SUMMARY"]) == "\n".join(summary.splitlines())
    assert plain(values["DESCRIPTION"]) == "\n".join(description.splitlines())


def test_a_due_day_ends_before_the_next_one_and_a_calendar_is_never_empty():
    entry = Entry("2022-Q4.user5@perf", date(2022, 12, 31), "四季度", "", "http://x.cn/")
    found = dict(properties(write_calendar("日程", [entry], STAMP)))
    assert found["DTSTART;VALUE=DATE"] == "20221231"
    assert found["DTEND;VALUE=DATE"] == "20230101"
    assert (found["UID"], found["DTSTAMP"]) == ("2022-Q4.user5@perf", "20221015T010203Z")
    assert ("BEGIN", "VTIMEZONE") in properties(write_calendar("日程", [], STAMP))
