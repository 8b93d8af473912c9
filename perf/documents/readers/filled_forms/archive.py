"""Whether a file is a workbook that can be opened without harm, before anything opens it."""

import zipfile
from io import BytesIO
from xml.parsers import expat

from perf.documents.readers import UnreadableDocument

# A form of a hundred pages stays below a tenth of this. A reader needs about a second for each
# megabyte, and longer for styles, which are no part of any form that grows.
MAX_UNPACKED = 6 * 1024 * 1024
_MAX_STYLES = 2 * 1024 * 1024
_MAX_PARTS = 1_000
_PROLOG = 64 * 1024
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Pictures are never unpacked.
_UNREAD = "xl/media/"
_DAMAGED = "文件已损坏或不完整，请重新取得文件，或在表格软件中打开后另存为 .xlsx。"


class _Doctype(Exception):
    """The part declares a document type, and so could declare entities."""


class _Root(Exception):
    """The part's first element is reached without a document type."""


def check_workbook(content: bytes) -> None:
    """Raises UnreadableDocument, saying what to do, for what is no sound xlsx file.

    So for a file under a password or in an older format, a torn one, one that unpacks to more
    than 6 MB, and one whose parts declare entities, which no spreadsheet program writes. What
    the unpacker itself raises of a torn file is left to the caller.
    """
    if content.startswith(_OLD_OFFICE):
        raise UnreadableDocument(
            "文件设有密码，或是旧的 .xls 格式。请取消密码，另存为 .xlsx 后再试。"
        )
    if not content.startswith(b"PK"):
        raise UnreadableDocument("文件内容不是 .xlsx 表格，请核对文件，或另存为 .xlsx 后再试。")
    with zipfile.ZipFile(BytesIO(content)) as archive:
        _check_parts(archive)


def damaged() -> UnreadableDocument:
    """The refusal of a file whose inside is not what its outside promises."""
    return UnreadableDocument(_DAMAGED)


def _check_parts(archive: zipfile.ZipFile) -> None:
    parts = [part for part in archive.infolist() if not part.filename.startswith(_UNREAD)]
    if any(part.flag_bits & 1 for part in parts):
        raise UnreadableDocument("文件设有密码，请取消密码后再试。")
    # An unpacker never gives more of a part than its entry declares.
    styles = sum(part.file_size for part in parts if "styles" in part.filename.lower())
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > _MAX_PARTS or unpacked > MAX_UNPACKED or styles > _MAX_STYLES:
        limit = MAX_UNPACKED // 1024 // 1024
        raise UnreadableDocument(
            f"文件解压后超过 {limit} MB（或样式过多），没有读取；"
            "请把要用的那张表单独存成一个新文件。"
        )
    if "xl/workbook.xml" not in {part.filename for part in parts}:
        raise UnreadableDocument("文件内容不是 .xlsx 表格，请核对文件，或另存为 .xlsx 后再试。")
    for part in parts:
        with archive.open(part) as stream:
            _check_prolog(stream.read(_PROLOG))


def _check_prolog(beginning: bytes) -> None:
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _found_doctype
    parser.StartElementHandler = _found_root
    try:
        parser.Parse(beginning)
    except _Doctype as error:
        raise UnreadableDocument("文件里有实体定义，表格软件不会这样保存，没有读取。") from error
    except (_Root, expat.ExpatError):
        # What is no XML (a printer's settings) is either not opened or found damaged there.
        return
    if len(beginning) == _PROLOG:
        raise damaged()


def _found_doctype(*_arguments: object) -> None:
    raise _Doctype


def _found_root(*_arguments: object) -> None:
    raise _Root
