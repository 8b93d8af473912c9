"""Evidence files on the disk: kept by the SHA-256 of their content, judged by their content."""

import codecs
import hashlib
import os
import re
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from perf.core.errors import InvalidInput

MAX_FILE_BYTES = 20 * 1024 * 1024
ACCEPT = ".pdf,.png,.jpg,.jpeg,.docx,.xlsx,.pptx,.doc,.xls,.wps,.et,.ofd,.zip,.txt,.csv"
KINDS = "PDF、图片（PNG、JPEG）、Word、Excel、PPT、WPS、OFD、ZIP 和文本（TXT、CSV）"
TEXT = "text/plain"
_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPENINGS = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
)
_PARTS = (
    ("word/", f"{_OFFICE}wordprocessingml.document"),
    ("xl/", f"{_OFFICE}spreadsheetml.sheet"),
    ("ppt/", f"{_OFFICE}presentationml.presentation"),
    ("OFD.xml", "application/ofd"),
)
_CHUNK = 1024 * 1024
_UNSEEN = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that lies in the data folder."""

    sha256: str
    size: int
    media_type: str


def store_file(data_dir: Path, stream: IO[bytes]) -> StoredFile:
    """Keep the stream's content under its SHA-256 and say what it is.

    The same content is kept once. The file is whole on the disk before this returns, so that a
    row never points at half a file. Raises InvalidInput for an empty file, one above 20 MB and
    a kind that is no evidence; nothing is left behind then.
    """
    folder = data_dir / "evidence"
    folder.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with tempfile.NamedTemporaryFile(dir=folder, prefix="incoming-", delete=False) as incoming:
        kept = Path(incoming.name)
        try:
            while chunk := stream.read(_CHUNK):
                size += len(chunk)
                if size > MAX_FILE_BYTES:
                    raise InvalidInput("文件超过 20 MB。请压缩，或拆成几个文件后再上传。")
                digest.update(chunk)
                incoming.write(chunk)
            incoming.flush()
            os.fsync(incoming.fileno())
            media_type = media_type_of(kept)
        except BaseException:
            incoming.close()
            kept.unlink()
            raise
    stored = StoredFile(digest.hexdigest(), size, media_type)
    path = path_of(data_dir, stored.sha256)
    path.parent.mkdir(parents=True, exist_ok=True)
    # A file that is already there may have been damaged since; the new one is known to be whole.
    kept.replace(path)
    return stored


def path_of(data_dir: Path, sha256: str) -> Path:
    """Where the content of this digest lies: `<data>/evidence/ab/cd/abcd…`."""
    return data_dir / "evidence" / sha256[:2] / sha256[2:4] / sha256


def media_type_of(path: Path) -> str:
    """What a file is, by its content alone; InvalidInput for what is no evidence."""
    with path.open("rb") as file:
        opening = file.read(1024)
        if not opening:
            raise InvalidInput("文件是空的，请重新选择。")
        for signature, media_type in _OPENINGS:
            if opening.startswith(signature):
                return media_type
        if opening.startswith(b"PK\x03\x04"):
            return _packed(path)
        if _is_text(opening, file):
            return TEXT
    raise InvalidInput(f"不能作为佐证的文件类型。可以上传 {KINDS}。")


def _packed(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        raise InvalidInput("文件已损坏，打不开。请重新保存后再上传。") from None
    for part, media_type in _PARTS:
        if any(name.startswith(part) for name in names):
            return media_type
    return "application/zip"


def _is_text(opening: bytes, rest: IO[bytes]) -> bool:
    """Whether it reads as text in UTF-8 or GB 18030 from the first byte to the last."""
    decoders = [codecs.getincrementaldecoder(name)() for name in ("utf-8-sig", "gb18030")]
    chunk = opening
    while chunk:
        if _UNSEEN.search(chunk):
            return False
        decoders = [decoder for decoder in decoders if _takes(decoder, chunk)]
        chunk = rest.read(_CHUNK)
    return any(_takes(decoder, b"", final=True) for decoder in decoders)


def _takes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def clean_name(name: str) -> str:
    """The file's own name without folders and control characters, 200 characters at most.

    The ending stays, because it tells the reader's computer what to open the file with.
    """
    name = re.split(r"[/\\]", name)[-1]
    name = re.sub(r"[\x00-\x1f\x7f]", "", name).strip(" .") or "佐证材料"
    if len(name) <= 200:
        return name
    stem, dot, ending = name.rpartition(".")
    return f"{stem[:180]}…{dot}{ending}" if dot and len(ending) <= 10 else name[:200]
