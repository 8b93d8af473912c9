"""The worker that reads a quarter's sheet: its bytes on standard input, its lines or a refusal."""

import json
import sys
from typing import Any

from perf.core.errors import InvalidInput
from perf.documents.apart import bound_worker
from perf.documents.quarter_sheets.kept import sheet_to_json
from perf.documents.quarter_sheets.reader import read_quarter_sheet


def main() -> int:
    """Reads the file; 0 also where it is refused, because that is an answer."""
    bound_worker()
    content = sys.stdin.buffer.read()
    try:
        told: dict[str, Any] = {"sheet": sheet_to_json(read_quarter_sheet(content))}
    except InvalidInput as error:
        told = {"refused": str(error)}
    sys.stdout.buffer.write(json.dumps(told).encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
