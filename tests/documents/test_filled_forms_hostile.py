"""Files that are no filled form, or would take a server down, are refused with a sentence."""

import contextlib
import json
from collections.abc import Callable
from time import monotonic

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from perf.core.errors import InvalidInput
from perf.core.recheck import recheck
from perf.documents import apart, reading_forms
from perf.documents.filled_json import filled_from_json, filled_to_json
from perf.documents.forms import self_evaluation_xlsx
from perf.documents.readers.filled_forms import UnreadableDocument, read_filled_form
from perf.documents.reading_forms import read_form_apart
from tests.documents.office import cell, docx, grid, packed, paragraph, pdf, scan, table, words
from tests.documents.test_filled_forms import OWN, bomb, own
from tests.documents.test_hostile_documents import (
    LAUGHS,
    OLD_OFFICE,
    OUTSIDE,
    damaged,
    dense_pdf,
    endless_pdf,
    inflated,
    locked_pdf,
)

HEAD = ["三级指标", "年度指标值", "实际完成值", "分值", "得分"]
ROWS = [HEAD, ["宣传场次", "≥2场", "3场", "40", "40"], ["满意度", "≥90%", "95%", "60", "60"]]
HTML = b"<html><body><table><tr><td>x</td></tr></table></body></html>"


def word(rows: list[list[str]] = ROWS) -> bytes:
    return docx(paragraph("项目支出绩效自评表") + table(rows, len(rows[0])))


def printed() -> bytes:
    return pdf([words("项目支出绩效自评表（2022年度）三级指标") + grid(ROWS)])


REFUSED: list[tuple[str, Callable[[], bytes], str]] = [
    # Wrong endings, a web page under the name of a workbook among them.
    ("表.docx", lambda: self_evaluation_xlsx(own()), "不是 .docx"),
    ("表.docx", printed, "不是 .docx"),
    ("表.docx", lambda: HTML, "不是 .docx"),
    ("表.xlsx", lambda: HTML, "不是 .xlsx"),
    ("表.xlsx", word, "不是 .xlsx"),
    ("表.pdf", word, "不是 PDF"),
    ("表.pdf", lambda: HTML, "不是 PDF"),
    # Empty and too large.
    ("表.docx", lambda: b"", "是空的"),
    ("表.pdf", lambda: b"", "是空的"),
    ("表.pdf", lambda: b"%PDF-1.7" + b"\0" * (10 * 2**20), "超过 10 MB"),
    ("表.docx", lambda: b"PK\x03\x04" + b"\0" * (50 * 2**20), "超过 10 MB"),
    # Under a password, or older.
    ("表.docx", lambda: OLD_OFFICE, "密码"),
    ("表.pdf", locked_pdf, "密码"),
    # Cut off.
    ("表.docx", lambda: word()[:400], "已损坏"),
    ("表.pdf", lambda: pdf([words("text")] * 9)[:700], "已损坏"),
    # Small outside, large inside.
    ("表.xlsx", lambda: bomb(self_evaluation_xlsx(own())), "解压后超过 6 MB"),
    ("表.docx", lambda: docx(" " * (30 * 2**20)), "解压后超过 24 MB"),
    ("表.docx", lambda: docx(table([[cell(inside="<w:p/>" * 1_600_000)]])), "内容过多"),
    ("表.docx", lambda: docx("<w:p/>" * 30_000), "超过 20000 行"),
    ("表.docx", lambda: docx("<w:sdt>" * 50_000 + "</w:sdt>" * 50_000), "已损坏"),
    ("表.pdf", lambda: pdf([inflated(1000)]), "内存过多，已停止。.*只保留自评表"),
    ("表.pdf", lambda: pdf([words("text")] * 401), "最多读取 400 页"),
    ("表.pdf", lambda: pdf([packed(b"0 0 1 1 re S\n" * 50_000)]), "内容过多"),
    ("表.pdf", dense_pdf, "超过 10 秒，已停止。.*只保留自评表"),
    # Entities, macros, loops, scans, nothing, another table.
    ("表.docx", lambda: docx(paragraph("字"), begins=LAUGHS), "实体定义"),
    ("表.docx", lambda: docx(paragraph("字"), begins=OUTSIDE), "实体定义"),
    ("表.docx", lambda: docx(paragraph("字"), more={"word/vbaProject.bin": b"x"}), "宏"),
    ("表.pdf", endless_pdf, "已损坏"),
    ("表.pdf", lambda: scan(2), "第 1、2 页（全部 2 页）是扫描的图片"),
    ("表.pdf", lambda: pdf([b""]), "没有文字"),
    ("表.docx", lambda: docx(paragraph("没有表")), "没有找到自评表"),
    ("表.pdf", lambda: pdf([words("三级指标") + grid([["三级指标", "指标值"], ["a", "≥1"]])]), "没有找到自评表"),
    ("表.docx", lambda: word([HEAD]), "没有一行指标"),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "make", "told"), REFUSED, ids=[f"{n}-{told}" for n, _, told in REFUSED]
)
def test_what_is_no_form_is_refused_with_a_sentence_within_seconds(name, make, told):
    content = make()
    begun = monotonic()
    with pytest.raises(UnreadableDocument, match=told):
        read_form_apart(name, content)
    assert monotonic() - begun < apart.MAX_SECONDS + 2


@pytest.mark.parametrize("kind", ["docx", "pdf"])
def test_a_small_form_of_each_kind_is_read(kind):
    read = read_filled_form(f"表.{kind}", {"docx": word, "pdf": printed}[kind]())
    assert [(row.name, row.target, row.actual) for row in read.rows] == [
        ("宣传场次", "≥2场", "3场"),
        ("满意度", "≥90%", "95%"),
    ]
    assert [each.verdict.value for each in recheck(read).rows] == ["agrees", "agrees"]


@pytest.mark.slow
def test_a_form_of_many_rows_is_read_as_far_as_a_form_goes_and_within_seconds():
    begun = monotonic()
    read = read_filled_form(
        "表.docx", word([HEAD, *(["名称", "≥1", "1", "1", "1"] for _ in range(6000))])
    )
    assert 2_000 < len(read.rows) <= 3_000
    assert monotonic() - begun < 8  # fmt: skip


@pytest.mark.parametrize("make", OWN)
def test_a_form_survives_its_way_out_of_the_worker(make):
    form = read_filled_form("表.xlsx", self_evaluation_xlsx(make()))
    told = json.loads(json.dumps(filled_to_json(form)))
    assert filled_from_json(told) == form
    assert filled_to_json(filled_from_json(told)) == told


def test_a_worker_that_takes_too_long_or_answers_nonsense_is_a_refusal(monkeypatch):
    with pytest.raises(UnreadableDocument, match=r"超过 0.01 秒.*只保留自评表"):
        read_form_apart("表.docx", word(), seconds=0.01)
    monkeypatch.setattr(reading_forms, "run_apart", lambda *_, **__: b"{")
    with pytest.raises(UnreadableDocument, match="只保留自评表"):
        read_form_apart("表.docx", word())


def test_only_files_with_an_inside_of_their_own_are_read_apart(monkeypatch):
    def refuse(*_: object, **__: object) -> bytes:
        raise UnreadableDocument("apart")

    monkeypatch.setattr(reading_forms, "run_apart", refuse)
    for name in ("表.xlsx", "表.DOCX", "表.pdf"):
        with pytest.raises(UnreadableDocument, match="apart"):
            read_form_apart(name, b"x")
    rows = "\n".join(",".join(row) for row in ROWS)
    assert len(read_form_apart("表.csv", rows.encode()).rows) == 2


@pytest.mark.slow
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(["docx", "pdf", "csv"]),
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=20),
    st.integers(0, 10**6),
)
def test_no_damaged_bytes_raise_anything_but_a_refusal(kind, places, length):
    sound = {
        "docx": word,
        "pdf": printed,
        "csv": lambda: "\n".join(",".join(row) for row in ROWS).encode(),
    }
    content = damaged(sound[kind](), places, length)
    with contextlib.suppress(InvalidInput):
        assert recheck(read_filled_form(f"表.{kind}", content)).rows


@st.composite
def odd_tables(draw: st.DrawFn) -> list[list[str]]:
    """Rows of the form's words in any order, so that every branch of the reader meets nonsense."""
    words_of_forms = st.sampled_from(
        [*HEAD, "一级指标", "二级指标", "产出指标", "产出指", "标", "总分", "合计", "小计", "项目名称", "",
         "年初预算数", "全年预算数", "全年执行数", "年度资金总额", "执行率", "10", "95%", "≥90%", "无",
         "项目支出绩效自评表", "（续）", "注：", "序号", "所在栏目", "全文", "……（全文见附页第 1 项）",
         "自评等级：优", "第 1 页", "指标1：名称", "不涉及"]
    )  # fmt: skip
    width = draw(st.integers(1, 8))
    return draw(
        st.lists(st.lists(words_of_forms, min_size=width, max_size=width), min_size=1, max_size=14)
    )


@settings(max_examples=60, deadline=None)
@given(odd_tables(), st.booleans())
def test_no_arrangement_of_a_forms_words_raises_anything_but_a_refusal(rows, is_split):
    rows = [HEAD[: len(rows[0])] + [""] * (len(rows[0]) - len(HEAD)), *rows]
    half = len(rows) // 2 if is_split else 0
    body = "".join(table(part, len(rows[0])) for part in (rows[:half], rows[half:]) if part)
    with contextlib.suppress(UnreadableDocument):
        assert recheck(read_filled_form("表.docx", docx(body))).rows
