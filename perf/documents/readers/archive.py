"""Whether a file is a workbook or text document that can be opened without harm, before it is."""

import lzma
import struct
import zipfile
import zlib
from dataclasses import dataclass
from io import BytesIO
from xml.parsers import expat

from perf.documents.readers.unreadable import UnreadableDocument

# A form of a hundred pages stays below a tenth of this. A reader needs about a second for each
# megabyte, and longer for styles, which are no part of any form that grows.
MAX_UNPACKED = 6 * 1024 * 1024
_MAX_STYLES = 2 * 1024 * 1024
_MAX_PARTS = 1_000
_PROLOG = 64 * 1024
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# What an unpacker raises of a torn or forged archive.
BAD_ARCHIVE = (
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
    lzma.LZMAError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)


@dataclass(frozen=True, slots=True)
class Package:
    """A kind of office file: its ending, its main part, what is never unpacked, and its words."""

    ending: str
    main_part: str
    unread: tuple[str, ...]
    what: str
    program: str
    old: str


XLSX = Package(".xlsx", "xl/workbook.xml", ("xl/media/",), "表格", "表格软件", ".xls")
DOCX = Package(
    ".docx",
    "word/document.xml",
    ("word/media/", "word/embeddings/", "word/fonts/"),
    "文档",
    "文字处理软件",
    ".doc",
)


class _Doctype(Exception):
    """The part declares a document type, and so could declare entities."""


class _Root(Exception):
    """The part's first element is reached without a document type."""


def check_package(content: bytes, package: Package, *, most: int = MAX_UNPACKED) -> None:
    """Raises UnreadableDocument, saying what to do, for what is no sound file of the kind.

    So for a file under a password or in an older format, a torn one, one that unpacks to more
    than `most` bytes, and one whose parts declare entities, which no office program writes. What
    the unpacker itself raises of a torn file (BAD_ARCHIVE) is left to the caller.
    """
    ending = package.ending
    if content.startswith(_OLD_OFFICE):
        raise UnreadableDocument(
            f"文件设有密码，或是旧的 {package.old} 格式。请取消密码，另存为 {ending} 后再试。"
        )
    if not content.startswith(b"PK"):
        raise _other_kind(package)
    with zipfile.ZipFile(BytesIO(content)) as archive:
        _check_parts(archive, package, most)


def damaged(package: Package = XLSX) -> UnreadableDocument:
    """The refusal of a file whose inside is not what its outside promises."""
    return UnreadableDocument(
        f"文件已损坏或不完整，请重新取得文件，或在{package.program}中打开后"
        f"另存为 {package.ending}。"
    )


def _other_kind(package: Package) -> UnreadableDocument:
    return UnreadableDocument(
        f"文件内容不是 {package.ending} {package.what}，请核对文件，"
        f"或另存为 {package.ending} 后再试。"
    )


def _check_parts(archive: zipfile.ZipFile, package: Package, most: int) -> None:
    parts = [part for part in archive.infolist() if not part.filename.startswith(package.unread)]
    if any(part.flag_bits & 1 for part in parts):
        raise UnreadableDocument("文件设有密码，请取消密码后再试。")
    # An unpacker never gives more of a part than its entry declares.
    styles = sum(part.file_size for part in parts if "styles" in part.filename.lower())
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > _MAX_PARTS or unpacked > most or styles > _MAX_STYLES:
        limit = most // 1024 // 1024
        raise UnreadableDocument(
            f"文件解压后超过 {limit} MB（或样式过多），没有读取；"
            f"请把要用的那张表单独存成一个新文件。"
        )
    if package.main_part not in {part.filename for part in parts}:
        raise _other_kind(package)
    for part in parts:
        with archive.open(part) as stream:
            _check_prolog(stream.read(_PROLOG), package)


def _check_prolog(beginning: bytes, package: Package) -> None:
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _found_doctype
    parser.StartElementHandler = _found_root
    try:
        parser.Parse(beginning)
    except _Doctype as error:
        message = f"文件里有实体定义，{package.program}不会这样保存，没有读取。"
        raise UnreadableDocument(message) from error
    except (_Root, expat.ExpatError):
        # What is no XML (a printer's settings) is either not opened or found damaged there.
        return
    if len(beginning) == _PROLOG:
        raise damaged(package)


def _found_doctype(*_arguments: object) -> None:
    raise _Doctype


def _found_root(*_arguments: object) -> None:
    raise _Root
