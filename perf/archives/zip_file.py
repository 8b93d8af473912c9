"""Writes an archive's zip file piece by piece onto the disk, never whole in memory."""

import contextlib
import errno
import hashlib
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from perf.archives.index import NAMES, Index
from perf.archives.items import Item, Written
from perf.core.errors import PerfError

# The earliest day that a zip file can name: equal contents give equal files.
_ZIP_DAY = (1980, 1, 1, 0, 0, 0)
_CHUNK = 1024 * 1024
_DAMAGED = "内容与登记的校验值不符，文件可能已损坏"
_MISSING = "文件已不在服务器上，请联系管理员从备份恢复"


class GivenUp(Exception):
    """Nobody wants the archive any more."""


class Packed(NamedTuple):
    """A finished zip file: its digest, its bytes, and how many files lie in it."""

    sha256: str
    size: int
    files: int


def write_zip(
    path: Path,
    title: str,
    about: str,
    items: Iterable[Item],
    goes_on: Callable[[int], bool],
) -> Packed:
    """Write the items and their index to the path, replacing what is there.

    `goes_on` is told how many steps are done, before each item; where it says no, GivenUp is
    raised. The path holds the whole file afterwards or is not touched. Raises PerfError where the
    disk does not take it.
    """
    # The name is this writing's own: one that was given up late must not take another's away.
    part = path.with_name(f"{path.name}.{uuid4().hex}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        files = _write(part, title, about, items, goes_on)
        packed = Packed(_digest(part), part.stat().st_size, files)
        part.replace(path)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise PerfError("服务器的磁盘空间不足。请联系管理员清理后重新生成。") from error
        raise PerfError(
            f"资料包写不进磁盘（{error.strerror or error}）。请联系管理员后重新生成。"
        ) from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
    return packed


def _write(
    part: Path, title: str, about: str, items: Iterable[Item], goes_on: Callable[[int], bool]
) -> int:
    files = done = 0
    with (
        tempfile.TemporaryDirectory(dir=part.parent) as name,
        zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as archive,
    ):
        folder = Path(name)
        with Index(title, about, folder) as index:
            for item in items:
                if not goes_on(done):
                    raise GivenUp
                written = _add(archive, item)
                index.add(written)
                files += written.size is not None
                done += item.steps
            if not goes_on(done):
                raise GivenUp
        for path in (folder / each for each in NAMES):
            with path.open("rb") as source, archive.open(_entry(path.name), "w") as target:
                shutil.copyfileobj(source, target, _CHUNK)
    return files


def _add(archive: zipfile.ZipFile, item: Item) -> Written:
    if item.content is None:
        return Written(item, sha256=item.sha256)
    if not isinstance(item.content, Path):
        content = item.content()
        archive.writestr(_entry(item.path), content)
        return Written(item, len(content), hashlib.sha256(content).hexdigest())
    digest, size = hashlib.sha256(), 0
    try:
        source = item.content.open("rb")
    except FileNotFoundError:
        return Written(item, sha256=item.sha256, note=_MISSING)
    with source, archive.open(_entry(item.path), "w") as target:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
            target.write(chunk)
    is_whole = digest.hexdigest() == item.sha256
    return Written(item, size, digest.hexdigest(), "" if is_whole else _DAMAGED)


def _entry(name: str) -> zipfile.ZipInfo:
    return zipfile.ZipInfo(name, _ZIP_DAY)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
