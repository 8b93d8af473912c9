"""Forms as CSV: what a spreadsheet would open, and what the readers give back of it."""

import csv
from io import StringIO

from perf.documents.forms import self_evaluation_layout
from perf.documents.forms.delimited import render_csv
from tests.documents.test_forms import FORMS


def rows_of(data):
    return list(csv.reader(StringIO(data.decode("utf-8-sig"), newline="")))


def test_further_sheets_stand_below_under_a_blank_line_and_their_names():
    rows = rows_of(render_csv(self_evaluation_layout(FORMS["one-indicator"]())))
    at = rows.index(["得分计算说明"])
    assert rows[at - 1] == []
    assert rows[at + 1][0] == "得分计算说明"
