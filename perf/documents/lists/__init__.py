"""Lists (清单) as people have them: pasted, csv or xlsx → typed rows, each fault at its row."""

from perf.documents.lists.reading import Listed, read_answers, read_cases, read_payments
from perf.documents.lists.texts import LIST_FILES, MAX_BYTES, MAX_ROWS, MAX_TEXT, text_of_file
from perf.documents.lists.written import list_csv

__all__ = [
    "LIST_FILES",
    "MAX_BYTES",
    "MAX_ROWS",
    "MAX_TEXT",
    "Listed",
    "list_csv",
    "read_answers",
    "read_cases",
    "read_payments",
    "text_of_file",
]
