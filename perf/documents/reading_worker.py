"""The worker of `read_apart`: a file's bytes on standard input, its draft or a refusal as JSON."""

import json
import sys
from typing import Any

from perf.core.errors import InvalidInput
from perf.documents.apart import bound_worker
from perf.documents.draft_json import draft_to_json
from perf.documents.readers import read_tables
from perf.documents.readers.recogniser import recognise
from perf.documents.sources import sources_of, sources_to_json


def main(kind: str, year: str) -> int:
    """Reads the file; 0 also where it is refused, because that is an answer."""
    bound_worker()
    content = sys.stdin.buffer.read()
    try:
        document = read_tables(f"document{kind}", content)
        draft = recognise(document, year=int(year) if year else None)
        told: dict[str, Any] = {
            "draft": draft_to_json(draft, complete=True),
            "sources": sources_to_json(sources_of(document, draft)),
        }
    except InvalidInput as error:
        told = {"refused": str(error)}
    sys.stdout.buffer.write(json.dumps(told).encode())
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
