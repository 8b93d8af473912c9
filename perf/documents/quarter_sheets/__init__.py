"""The quarter as an Excel sheet: downloaded, filled in offline, uploaded."""

from perf.documents.quarter_sheets.apart import MAX_BYTES, read_sheet_apart
from perf.documents.quarter_sheets.kept import rows_from_json, rows_to_json, text_from_json
from perf.documents.quarter_sheets.reader import read_quarter_sheet
from perf.documents.quarter_sheets.rows import (
    Column,
    Input,
    QuarterSheet,
    ReadCell,
    ReadRow,
    ReadSheet,
    SheetCell,
    SheetHead,
    SheetRow,
)
from perf.documents.quarter_sheets.writer import sheet_file_name, write_quarter_sheet

__all__ = [
    "MAX_BYTES",
    "Column",
    "Input",
    "QuarterSheet",
    "ReadCell",
    "ReadRow",
    "ReadSheet",
    "SheetCell",
    "SheetHead",
    "SheetRow",
    "read_quarter_sheet",
    "read_sheet_apart",
    "rows_from_json",
    "rows_to_json",
    "sheet_file_name",
    "text_from_json",
    "write_quarter_sheet",
]
