"""The worker that reads a filled form: its bytes on standard input, the form or a refusal out."""

import json
import sys
from typing import Any

from perf.core.errors import InvalidInput
from perf.documents.apart import bound_worker
from perf.documents.filled_json import filled_to_json
from perf.documents.readers.filled_forms import read_filled_form


def main(kind: str) -> int:
    """Reads the file; 0 also where it is refused, because that is an answer."""
    bound_worker()
    content = sys.stdin.buffer.read()
    try:
        told: dict[str, Any] = {"form": filled_to_json(read_filled_form(f"form{kind}", content))}
    except InvalidInput as error:
        told = {"refused": str(error)}
    sys.stdout.buffer.write(json.dumps(told).encode())
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
