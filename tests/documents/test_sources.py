"""What stands at the place of each recognised row, whatever kind of file it came from."""

import json

import pytest

from perf.core.drafts import Draft, DraftPlan
from perf.core.terms import PlanKind
from perf.documents.readers import read_tables
from perf.documents.readers.recogniser import recognise
from perf.documents.readers.tables import Document, Row, Table
from perf.documents.sources import Sources, sources_from_json, sources_of, sources_to_json
from tests.documents.test_marked import HEAD, ROWS, csv_of, own_workbook
from tests.documents.test_readers import OWN, own_text


def read(name: str, content: bytes) -> tuple[Draft, Sources]:
    document = read_tables(name, content)
    draft = recognise(document)
    return draft, sources_of(document, draft)


@pytest.mark.parametrize("name", OWN)
def test_every_row_and_plan_of_a_document_has_a_source_that_says_its_name(name: str) -> None:
    draft, sources = read("a.txt", own_text(name).encode())
    department = [draft.department] if draft.department else []
    for plan in [*department, *draft.projects]:
        assert sources[plan.where]
        for row in plan.indicators:
            said = "".join(cell for each in sources[row.where] for cell in each.cells)
            assert row.name[:2] in said, row


def test_a_source_names_the_sheet_its_row_and_the_cells_in_their_columns() -> None:
    _, sources = read("a.xlsx", own_workbook())
    row = next(rows[0] for where, rows in sources.items() if "第 5 行" in where)
    assert (row.sheet, row.row) == ("目标", 5)
    assert row.cells[4:6] == ("质量指标", "养护达标率")


def test_a_row_ends_where_the_next_one_begins_and_a_torn_one_goes_on() -> None:
    rows = [Row([str(number)], number) for number in range(1, 9)]
    plan = DraftPlan(PlanKind.PROJECT, "甲", where="第 2 行")
    other = DraftPlan(PlanKind.PROJECT, "乙", where="第 4 行")
    draft = Draft(None, None, None, projects=[plan, other])
    sources = sources_of(Document([Table(rows=rows)]), draft)
    assert [row.row for row in sources["第 2 行"]] == [2, 3]
    assert [row.row for row in sources["第 4 行"]] == [4, 5, 6, 7], "no more than four"


def test_sources_survive_storage_and_cells_are_cut() -> None:
    long = [*ROWS[0][:5], "养" * 3000, "≥1"]
    _, sources = read("a.csv", csv_of([HEAD, long]))
    assert sources_from_json(json.loads(json.dumps(sources_to_json(sources)))) == sources
    assert max(len(cell) for rows in sources.values() for row in rows for cell in row.cells) == 600
