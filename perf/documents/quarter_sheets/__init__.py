"""The quarter as an Excel sheet: downloaded, filled in offline, uploaded."""

from perf.documents.quarter_sheets.reader import MAX_BYTES, read_quarter_sheet
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
    "sheet_file_name",
    "write_quarter_sheet",
]
