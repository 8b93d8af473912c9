"""What `perf export` writes: forms with what is told of them, into a file, a folder or a zip."""

import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from perf.archives.plan_forms import Exported
from perf.documents.forms import Form, SelfEvaluationForm, form_file_name, write_form
from perf.documents.iati import iati_xml
from perf.documents.report import Report, report_file_name, write_report

Written = Exported[Form | Report]
# The earliest day that a zip file can name: equal contents give equal files.
_ZIP_DAY = (1980, 1, 1, 0, 0, 0)


def write_one(exported: Written, output: Path, ending: str) -> dict[str, Any]:
    """Write the form to a path, or under its own name into a folder that exists."""
    path = output / _file_name(exported, ending) if output.is_dir() else output
    _replace(path, _content(exported, ending))
    return {"path": str(path), **exported.told}


def write_all(
    found: Iterable[Written], output: Path, ending: str, *, by_unit: bool
) -> list[dict[str, Any]]:
    """Write the forms one by one into a folder, or into one zip where the path ends in .zip.

    `by_unit` gives each unit a folder of its own.
    """
    told = []
    if output.suffix.lower() != ".zip":
        for name, exported in _named(found, ending, by_unit=by_unit):
            path = output / name
            _replace(path, _content(exported, ending))
            told.append({"path": str(path), **exported.told})
        return told
    with _replacing(output) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as archive:
        for name, exported in _named(found, ending, by_unit=by_unit):
            archive.writestr(zipfile.ZipInfo(name, _ZIP_DAY), _content(exported, ending))
            told.append({"path": f"{output}/{name}", **exported.told})
    return told


def _content(exported: Written, ending: str) -> bytes:
    if ending == "xml" and isinstance(exported.form, SelfEvaluationForm):
        return iati_xml(exported.form, unit_key=exported.folder, plan_key=exported.key)
    if isinstance(exported.form, Report):
        return write_report(exported.form, ending)
    return write_form(exported.form, ending)


def _file_name(exported: Written, ending: str) -> str:
    if isinstance(exported.form, Report):
        return report_file_name(exported.form, ending)
    return form_file_name(exported.form, ending)


def _named(
    found: Iterable[Written], ending: str, *, by_unit: bool
) -> Iterator[tuple[str, Written]]:
    """Each form with its place in the folder; equal names in a unit are told apart by code."""
    taken: set[str] = set()
    for exported in found:
        name = _file_name(exported, ending)
        if by_unit:
            name = f"{exported.folder}/{name}"
        if name in taken:
            name = f"{name.removesuffix(f'.{ending}')}-{exported.key}.{ending}"
        taken.add(name)
        yield name, exported


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """A place to write the file to: it is there whole afterwards, or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _replace(path: Path, content: bytes) -> None:
    with _replacing(path) as part:
        part.write_bytes(content)
