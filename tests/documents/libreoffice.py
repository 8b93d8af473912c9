"""Files as LibreOffice saves them in another kind: many in one call, for each start costs a second."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

HTML = "HTML (StarWriter)"
# An HTML page is opened by Writer's web part, whose Word filter has to be named.
_FILTERS = {"docx": "docx:MS Word 2007 XML"}


def converted(
    folder: Path,
    files: Mapping[str, bytes],
    kind: str,
    *,
    reading: str = "",
    environment: Mapping[str, str] | None = None,
) -> dict[str, Path]:
    """The files (name with ending → content) in another kind, by the names that were given.

    They lie in `folder`, which holds the user's profile too. `reading` is the filter that they are
    opened with, where the ending does not tell it.
    """
    assert shutil.which("soffice"), "LibreOffice is missing: install libreoffice-calc and -writer"
    sources, target = folder / "sources", folder / "saved"
    sources.mkdir(exist_ok=True)
    for name, content in files.items():
        (sources / name).write_bytes(content)
    subprocess.run(
        [
            "soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless",
            *([f"--infilter={reading}"] if reading else []),
            "--convert-to", _FILTERS.get(kind, kind), "--outdir", str(target),
            *(str(sources / name) for name in files),
        ],
        check=True, capture_output=True, timeout=300, env={**os.environ, **(environment or {})},
    )  # fmt: skip
    return {name: (target / name).with_suffix(f".{kind}") for name in files}
