"""Files that are not what they say, or would take a server down, are refused with a sentence."""

import contextlib
import sys
import zlib
from collections.abc import Callable
from io import BytesIO
from time import monotonic

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from perf.core.errors import InvalidInput
from perf.documents import apart
from perf.documents.draft_json import draft_to_json
from perf.documents.readers import UnreadableDocument, read_document
from perf.documents.reading import read_apart
from tests.documents.layouts import as_csv, as_xlsx
from tests.documents.office import cell, docx, grid, packed, paragraph, pdf, scan, table, words
from tests.documents.test_readers import own_text

OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000
LAUGHS = '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
HEAD = ["一级指标", "三级指标", "指标值"]


def sheet(rows: int = 3) -> bytes:
    stream = BytesIO()
    book = xlsxwriter.Workbook(stream, {"constant_memory": True})
    page = book.add_worksheet()
    for row in range(rows):
        page.write_row(row, 0, HEAD)
    book.close()
    return stream.getvalue()


def inflated(megabytes: int) -> bytes:
    """A stream that unpacks to so many megabytes of blanks."""
    packer = zlib.compressobj(9)
    return b"".join([*(packer.compress(b" " * 2**20) for _ in range(megabytes)), packer.flush()])


def locked_pdf() -> bytes:
    identity = b"<00112233445566778899aabbccddeeff>"
    return pdf(
        [words("text")],
        trailer=b"/ID [%s %s] /Encrypt << /Filter /Standard /V 1 /R 2 /O <%s> /U <%s> /P -4 >>"
        % (identity, identity, b"11" * 32, b"22" * 32),
    )


def endless_pdf() -> bytes:
    """A page tree that holds itself."""
    return pdf([words("text")]).replace(b"/Kids [3 0 R]", b"/Kids [2 0 R]")


def dense_pdf() -> bytes:
    """A page of a table's words under a net of 1,400 lines: 400,000 crossings."""
    lines = [b"%d 0 m %d 800 l S\n" % (4 * x, 4 * x) for x in range(700)]
    lines += [b"0 %d m 2800 %d l S\n" % (4 * y, 4 * y) for y in range(700)]
    return pdf([packed(words("部门预算项目绩效目标表（2022年度）") + b"".join(lines))])


REFUSED: list[tuple[str, Callable[[], bytes], str]] = [
    # Wrong endings.
    ("a.docx", sheet, "不是 .docx"),
    ("a.docx", lambda: b"%PDF-1.7", "不是 .docx"),
    ("a.docx", lambda: b"text", "不是 .docx"),
    ("a.xlsx", lambda: docx(paragraph("字")), "不是 .xlsx"),
    ("a.pdf", lambda: docx(paragraph("字")), "不是 PDF"),
    ("a.pdf", lambda: b"text", "不是 PDF"),
    ("a.csv", lambda: docx(paragraph("字")), "Excel 或压缩文件"),
    ("a.csv", lambda: b"%PDF-1.7", "PDF 文件"),
    ("a.doc", lambda: OLD_OFFICE, "目前接受的文件类型"),
    # Empty and too large.
    ("a.docx", lambda: b"", "空"),
    ("a.pdf", lambda: b"", "空"),
    ("a.pdf", lambda: b"%PDF-1.7" + b"\0" * (10 * 2**20), "超过 10 MB"),
    ("a.docx", lambda: b"PK\x03\x04" + b"\0" * (50 * 2**20), "超过 10 MB"),
    # Under a password, or older.
    ("a.docx", lambda: OLD_OFFICE, "密码"),
    ("a.xlsx", lambda: OLD_OFFICE, "密码"),
    ("a.pdf", locked_pdf, "密码"),
    # Cut off.
    ("a.docx", lambda: docx(paragraph("字" * 999))[:500], "已损坏"),
    ("a.xlsx", lambda: sheet()[:1500], "已损坏"),
    ("a.pdf", lambda: pdf([words("text")] * 9)[:700], "已损坏"),
    # Small outside, large inside.
    ("a.docx", lambda: docx(" " * (30 * 2**20)), "解压后超过 24 MB"),
    ("a.docx", lambda: docx(table([[cell(inside="<w:p/>" * 1_600_000)]])), "内容过多"),
    ("a.docx", lambda: docx("<w:p/>" * 30_000), "超过 20000 行"),
    ("a.docx", lambda: docx("<w:sdt>" * 50_000 + "</w:sdt>" * 50_000), "已损坏"),
    ("a.xlsx", lambda: sheet(20_001), "超过 20000 行"),
    ("a.pdf", lambda: pdf([inflated(1000)]), "内存"),
    ("a.pdf", lambda: pdf([words("text")] * 401), "最多读取 400 页"),
    ("a.pdf", lambda: pdf([packed(b"0 0 1 1 re S\n" * 50_000)]), "内容过多"),
    ("a.pdf", lambda: pdf([words("绩效目标") + grid([HEAD] * 3)] * 61), "最多读取 60 页"),
    ("a.pdf", dense_pdf, "超过 10 秒"),
    # Entities, macros, loops, scans, nothing.
    ("a.docx", lambda: docx(paragraph("字"), begins=LAUGHS), "实体定义"),
    ("a.docx", lambda: docx(paragraph("字"), begins=OUTSIDE), "实体定义"),
    ("a.docx", lambda: docx(paragraph("字"), more={"word/vbaProject.bin": b"x"}), "宏"),
    ("a.pdf", endless_pdf, "已损坏"),
    ("a.pdf", lambda: scan(9), "第 1、2、3、4、5、6、7、8 等 页"),
    ("a.pdf", lambda: pdf([b""]), "没有文字"),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "make", "told"), REFUSED, ids=[f"{n}-{told}" for n, _, told in REFUSED]
)
def test_what_is_no_document_is_refused_with_a_sentence_within_seconds(name, make, told):
    content = make()
    begun = monotonic()
    with pytest.raises(UnreadableDocument, match=told):
        read_apart(name, content)
    assert monotonic() - begun < apart.MAX_SECONDS + 2


def test_an_image_in_a_word_file_is_never_unpacked() -> None:
    content = docx(paragraph("字"), more={"word/media/image1.png": b"\0" * (40 * 2**20)})
    assert read_document("a.docx", content).findings


def test_a_file_read_apart_gives_what_it_gives_here() -> None:
    content = as_xlsx(own_text("parks-2023"))
    assert draft_to_json(read_apart("a.XLSX", content, year=2024), complete=True) == draft_to_json(
        read_document("a.xlsx", content, year=2024), complete=True
    )


def test_a_worker_that_takes_too_long_is_stopped_and_said_so() -> None:
    begun = monotonic()
    with pytest.raises(UnreadableDocument, match=r"超过 0.01 秒"):
        read_apart("a.docx", docx(paragraph("字")), seconds=0.01)
    assert monotonic() - begun < 5


def test_a_worker_that_dies_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(UnreadableDocument, match="读取时出错"):
        read_apart("a.docx", docx(paragraph("字")))


def test_the_worker_gets_no_settings_and_no_secrets(monkeypatch, tmp_path) -> None:
    told = tmp_path / "environment"
    program = tmp_path / "python"
    program.write_text(f"#!/bin/sh\nenv > {told}\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    monkeypatch.setenv("PERF_SECRET_KEY", "hidden")
    with pytest.raises(UnreadableDocument):
        read_apart("a.docx", docx(paragraph("字")))
    assert "PATH=" in told.read_text()
    assert "hidden" not in told.read_text()


def sound(kind: str) -> bytes:
    text = own_text("parks-2023")
    if kind == "xlsx":
        return as_xlsx(text)
    if kind == "csv":
        return as_csv(text, "utf-8")
    rows = [HEAD, ["产出指标", "次数", "≥2次"], ["效益指标", "群众满意度", "≥90%"]]
    if kind == "docx":
        return docx(paragraph("项目绩效目标表") + table(rows, 3))
    return pdf([words("项目绩效目标表") + grid(rows)])


def damaged(content: bytes, places: list[tuple[int, int]], length: int) -> bytes:
    changed = bytearray(content)
    for place, value in places:
        changed[place % len(changed)] = value
    return bytes(changed[: max(1, length % (2 * len(changed)))])


@pytest.mark.slow
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(["docx", "pdf", "xlsx", "csv"]),
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=20),
    st.integers(0, 10**6),
)
def test_no_damaged_bytes_raise_anything_but_a_refusal(kind, places, length) -> None:
    content = damaged(sound(kind), places, length)
    with contextlib.suppress(InvalidInput):
        assert read_document(f"a.{kind}", content).findings
