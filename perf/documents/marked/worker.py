"""The worker of `hand_back`: marks as a line of JSON and a file's bytes in, a workbook out."""

import json
import sys

from perf.documents.apart import bound_worker
from perf.documents.marked.marks import Kind, Mark
from perf.documents.marked.own_file import mark_csv, mark_xlsx


def main(kind: str) -> int:
    """Marks the file; whatever goes wrong ends the worker, and its parent says so."""
    bound_worker()
    order, _, content = sys.stdin.buffer.read().partition(b"\n")
    kinds = {each.value: each for each in Kind}
    marks = [Mark(**{**data, "kind": kinds[data["kind"]]}) for data in json.loads(order)]
    mark = mark_csv if kind == ".csv" else mark_xlsx
    sys.stdout.buffer.write(mark(content, marks))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
