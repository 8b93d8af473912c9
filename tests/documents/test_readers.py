"""Published budget documents read into drafts: the 2022 document and the project's own ones."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from perf.core.drafts import Draft
from perf.core.errors import InvalidInput
from perf.documents.draft_json import draft_from_json, draft_to_json
from perf.documents.readers import UnreadableDocument, read_document
from tests.documents import damage

DATA = Path(__file__).parent / "data"
ROOT = Path(__file__).resolve().parents[2]
SEED = ROOT.parent / "shared" / "seed"
SAMPLE = ROOT / "perf" / "samples" / "department-2022.json"
OWN = ["health-2024", "parks-2023", "transport-2025"]
PAGES = [[""], ["", "- 12 -", ""], ["\f"]]


def read(text: str, **kwargs: Any) -> Draft:
    return read_document("document.txt", text.encode(), **kwargs)


def own_text(name: str) -> str:
    return (DATA / f"{name}.txt").read_text(encoding="utf-8")


def facts(draft: Draft) -> dict[str, Any]:
    """The draft without what damage may change: findings and line numbers."""
    data = draft_to_json(draft)
    del data["findings"]
    return data


def expected(name: str) -> Any:
    return json.loads((DATA / f"{name}.expected.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def seed() -> str:
    """The 2022 document where it lies beside the project."""
    path = SEED / "2022-department-budget.txt"
    if not path.exists():
        pytest.skip("the 2022 document does not lie beside this copy of the project")
    return path.read_text(encoding="utf-8")


def test_the_2022_document_gives_what_a_careful_reader_gets_out_of_it(seed: str) -> None:
    careful = json.loads((SEED / "2022-department-budget.expected.json").read_text("utf-8"))
    assert facts(read(seed)) == careful


SEED_FINDINGS = [
    ("cost-exceeds-budget", "信访工作经费 · 项目总成本（第 431 行）"),
    ("cost-exceeds-budget", "特殊疑难信访救助资金 · 项目投入（第 447 行）"),
    ("project-code-length", "特殊疑难信访救助资金（第 447 行）"),
    ("duplicate-indicator", "党建经费 · 手拉手结对帮扶工作全年开展（第 442 行）"),
    ("duplicate-indicator", "党建经费 · 学习调研活动全年开展（第 443 行）"),
    ("duplicate-indicator", "党建经费 · 主题党日活动全年开展（第 444 行）"),
    ("duplicate-indicator", "党建经费 · 三会一课学习全年开展（第 446 行）"),
    ("achievement-with-upper-limit", "部门整体 · 信访值班目标实现率（第 412 行）"),
    ("note-of-another-indicator", "部门整体 · 绩效目标编制完成率（第 404 行）"),
    ("formula-contradicts-note", "部门整体 · 预算调整率（第 392 行）"),
    ("not-measurable", "党建经费 · 党组织建设（第 445 行）"),
    ("income-spending-differ", "2022年部门收支预算表 · 第 215 行"),
    ("income-spending-differ", "2022年财政拨款收支总体情况表 · 第 275 行"),
]


def test_the_2022_document_has_these_warnings_and_no_others(seed: str) -> None:
    found = [
        (finding.code, finding.where)
        for finding in read(seed).findings
        if finding.severity != "info"
    ]
    assert sorted(found) == sorted(SEED_FINDINGS)


def test_the_2022_document_says_what_was_put_right_and_how_money_was_read(seed: str) -> None:
    infos = {
        (finding.code, finding.where.split(" · ")[-1]): finding.message
        for finding in read(seed).findings
        if finding.severity == "info"
    }
    assert "2,109,100.0 元 = 210.91万元" in next(
        message for (code, _), message in infos.items() if code == "budget-in-yuan"
    )
    for place in [
        ("slid-cells-moved", "第 389 行"),
        ("slid-cells-moved", "第 431–437 行"),
        ("torn-row-joined", "第 403 行"),
        ("unit-completed", "项目投入（第 447 行）"),
        ("weights-absent", ""),
    ]:
        assert place in infos


def test_the_sample_is_the_2022_document_as_the_reader_reads_it(seed: str) -> None:
    draft = read(seed)
    draft.findings = []
    assert draft_from_json(json.loads(SAMPLE.read_text(encoding="utf-8"))) == draft


@pytest.mark.parametrize("name", OWN)
def test_own_documents_give_what_was_written_down_for_them(name: str) -> None:
    assert facts(read(own_text(name))) == expected(name)


@pytest.mark.parametrize("name", OWN)
def test_a_draft_survives_the_way_through_json(name: str) -> None:
    draft = read(own_text(name))
    data = json.loads(json.dumps(draft_to_json(draft, complete=True)))
    assert draft_from_json(data) == draft


ENCODINGS: list[tuple[str, Callable[[str], bytes]]] = [
    ("utf-8 with a mark", lambda text: text.encode("utf-8-sig")),
    ("gb18030", lambda text: text.encode("gb18030")),
    ("utf-16", lambda text: text.encode("utf-16")),
    ("crlf", lambda text: text.replace("\n", "\r\n").encode()),
    ("cut off in a character", lambda text: (text + "页").encode()[:-1]),
    ("with a mark and cut off", lambda text: (text + "页").encode("utf-8-sig")[:-1]),
]


@pytest.mark.parametrize("name", OWN)
@pytest.mark.parametrize("encode", [each for _, each in ENCODINGS], ids=[e for e, _ in ENCODINGS])
def test_the_encoding_makes_no_difference(name: str, encode: Callable[[str], bytes]) -> None:
    assert facts(read_document("表.TXT", encode(own_text(name)))) == expected(name)


WHOLE: list[tuple[str, Callable[[str], str]]] = [
    ("an extra blank column beside each", lambda line: line.replace("\t", "\t\t")),
    ("a blank column in front", lambda line: "\t" + line if "\t" in line else line),
    ("blanks around each cell", lambda line: line.replace("\t", " \t\u3000")),
]


@pytest.mark.parametrize("name", ["2022", "health-2024"])
@pytest.mark.parametrize("change", [each for _, each in WHOLE], ids=[label for label, _ in WHOLE])
def test_blank_columns_and_cells_make_no_difference(
    name: str, change: Callable[[str], str], seed: str
) -> None:
    text = seed if name == "2022" else own_text(name)
    changed = "\n".join(change(line) for line in text.split("\n"))
    assert facts(read(changed)) == facts(read(text))


def test_tables_are_found_without_their_headings(seed: str) -> None:
    lines = [line for line in seed.split("\n") if "\t" in line or not line.endswith("表")]
    assert facts(read("\n".join(lines))) == facts(read(seed))


@pytest.mark.slow
def test_a_page_may_end_before_any_row(seed: str) -> None:
    whole, lines = facts(read(seed)), seed.split("\n")
    rows = damage.table_rows(lines, "部门(单位)名称")
    for number, index in enumerate(rows):
        page = PAGES[number % len(PAGES)]
        assert facts(read("\n".join(damage.broken_before(lines, index, page)))) == whole


def test_headings_may_be_repeated_on_every_page(seed: str) -> None:
    whole, lines = facts(read(seed)), seed.split("\n")
    rows = damage.table_rows(lines, "单位编码（项目编码）")
    page = ["", "2022 年度部门预算项目绩效目标表（续）", "", "单位：万元", ""]
    page += [lines[index] for index in rows[:3]]
    for index in rows[4:]:
        assert facts(read("\n".join(damage.broken_before(lines, index, page)))) == whole


@pytest.mark.slow
@pytest.mark.parametrize("page", [[], [""]], ids=["where it was wrapped", "at a page's end"])
def test_any_long_cell_may_be_torn_in_two_rows(seed: str, page: list[str]) -> None:
    whole, lines = facts(read(seed)), seed.split("\n")
    rows = damage.table_rows(lines, "投入管理指标\t工作目标管理")
    count = 0
    for index in rows:
        if "项目编码" in lines[index] or "指标" in lines[index].split("\t")[6:7]:
            continue
        for column, text in damage.long_cells(lines[index]):
            if text.startswith(("三级", "政府", "财政", "资金总", "单位", "项目", "产出", "满意")):
                continue
            changed = damage.torn(lines, index, column, len(text) // 2, page)
            assert facts(read("\n".join(changed))) == whole, (index + 1, text)
            count += 1
    assert count > 60


@pytest.mark.slow
def test_any_long_cell_may_hold_a_line_break(seed: str) -> None:
    whole, lines = facts(read(seed)), seed.split("\n")
    for index in damage.table_rows(lines, "投入管理指标\t工作目标管理"):
        for column, text in damage.long_cells(lines[index]):
            if column == 0 and not lines[index - 1].strip():
                continue
            changed = damage.wrapped(lines, index, column, len(text) // 2)
            assert facts(read("\n".join(changed))) == whole, (index + 1, text)


@pytest.mark.parametrize("slide", ["left", "right"])
def test_a_projects_rows_may_slide_by_a_column(seed: str, slide: str) -> None:
    whole, lines = facts(read(seed)), seed.split("\n")
    for index in damage.table_rows(lines, "\t党建经费\t0.36\t0.36\t\t\t"):
        change = damage.without_empty_cell if slide == "left" else damage.with_empty_cell
        lines[index] = change(lines[index], 5)
    draft = read("\n".join(lines))
    assert facts(draft) == whole
    assert sum(finding.code == "slid-cells-moved" for finding in draft.findings) == 4


@pytest.mark.parametrize("step", [-1, 1], ids=["up", "down"])
@pytest.mark.parametrize(
    "level", ["绩效管理", "重点工作任务完成", "履职目标实现", "履职效益", "满意度"]
)
def test_a_second_level_may_slide_by_a_row(seed: str, level: str, step: int) -> None:
    whole, lines = facts(read(seed)), seed.split("\n")
    rows = damage.table_rows(lines, "投入管理指标\t工作目标管理", "单位编码（项目编码）")
    rows = [index for index in rows if lines[index].split("\t")[2]]
    place = next(at for at, index in enumerate(rows) if f"\t{level}\t" in lines[index])
    index, other = rows[place], rows[place + step]
    cells, moved = lines[index].split("\t"), lines[other].split("\t")
    cells[1], moved[1] = "", level
    lines[index], lines[other] = "\t".join(cells), "\t".join(moved)
    draft = read("\n".join(lines))
    assert facts(draft) == whole
    assert "slid-level-moved" in {finding.code for finding in draft.findings}


def test_a_project_code_may_be_torn_over_two_rows() -> None:
    lines = own_text("parks-2023").split("\n")
    index = next(at for at, line in enumerate(lines) if line.startswith("530102230000000004411"))
    lines[index] = lines[index].replace("530102230000000004411", "5301022300000")
    lines[index + 1] = "00004411" + lines[index + 1]
    assert facts(read("\n".join(lines))) == expected("parks-2023")


def test_two_projects_with_targets_only_in_money_keep_apart() -> None:
    draft = read(own_text("health-2024"))
    assert [(plan.name, plan.code) for plan in draft.projects] == [
        ("职业卫生检查经费", None),
        ("农村饮用水监测", None),
    ]
    codes = [finding.code for finding in draft.findings]
    assert codes.count("project-code-missing") == 2
    assert "department-table-missing" in codes
    assert "unit-code-missing" in codes


def test_a_missing_target_is_an_error_and_no_guess() -> None:
    text = own_text("parks-2023").replace("2、养护达标率\t≥95%", "2、养护达标率\t")
    draft = read(text)
    assert ("养护达标率", "") in [(i.name, i.target) for i in draft.projects[0].indicators]
    assert [f.code for f in draft.findings if f.severity == "error"] == ["target-missing"]


CHANGED = [
    ("项目目标合计不等于项目支出", "\t62.40\t62.40\t\t\t补植", "\t60.40\t60.40\t\t\t补植", "project-sum-differs"),
    ("两表的项目预算不同", "\t62.40\t62.40\t\t\t补植", "\t60.40\t60.40\t\t\t补植", "project-budget-differs"),
    ("收支不平", "支出总计\t512.40", "支出总计\t512.4", None),
    ("收支不平", "支出总计\t512.40", "支出总计\t512.04", "income-spending-differ"),
    ("部门总额不同", "(万元)\t\t512.40", "(万元)\t\t512.00", "department-total-differs"),
    ("部门总额单位写错", "部门预算总额(万元)", "部门预算总额(元)", "department-total-differs"),
    ("资金来源与总额不同", "(1) 政府预算资金\t\t512.40", "(1) 政府预算资金\t\t500.00", "budget-sum-differs"),
    ("名称不一致", "\t行道树补植\t", "\t行道树补栽\t", "project-without-targets"),
    ("编码位数不同", "530102230000000004412", "53010223000000000441", "project-code-length"),
    ("编码重复", "530102230000000004412", "530102230000000004411", "project-code-repeated"),
]  # fmt: skip


@pytest.mark.parametrize(("label", "old", "new", "code"), CHANGED)
def test_what_differs_between_the_tables_is_named(
    label: str, old: str, new: str, code: str | None
) -> None:
    text = own_text("parks-2023")
    assert old in text, label
    before = {finding.code for finding in read(text).findings}
    after = {finding.code for finding in read(text.replace(old, new)).findings}
    assert code not in before
    assert code is None or code in after
    assert code is not None or after == before


def test_a_sound_document_has_no_warnings() -> None:
    findings = read(own_text("parks-2023")).findings
    assert [finding for finding in findings if finding.severity != "info"] == []


def test_the_chosen_year_comes_before_the_printed_one_and_says_so() -> None:
    draft = read(own_text("parks-2023"), year=2024)
    assert draft.fiscal_year == 2024
    assert "year-differs" in {finding.code for finding in draft.findings}
    assert "year-differs" not in {f.code for f in read(own_text("parks-2023"), year=2023).findings}


REFUSED = [
    ("表.doc", b"\xd0\xcf\x11\xe0", "目前接受的文件类型"),
    ("表", b"text", "目前接受的文件类型"),
    ("表.txt", b"PK\x03\x04rest", "另存为纯文本"),
    ("表.txt", b"%PDF-1.7", "PDF"),
    ("表.txt", b"", "空"),
    ("表.txt", b" \t\n ", "空"),
    ("表.txt", bytes(range(256)) * 4, "文本"),
    ("表.txt", b"\0" * 100, "文本"),
    ("表.txt", b"a" * (10 * 1024 * 1024 + 1), "10 MB"),
]


@pytest.mark.parametrize(("name", "content", "said"), REFUSED)
def test_what_is_no_text_is_refused_with_a_sentence(name: str, content: bytes, said: str) -> None:
    with pytest.raises(UnreadableDocument, match=said):
        read_document(name, content)


def test_a_text_without_the_tables_is_an_error_finding_and_no_refusal() -> None:
    draft = read("今天天气很好。\n甲\t乙\n")
    assert draft.department is None
    assert draft.projects == []
    assert "no-tables-found" in {finding.code for finding in draft.findings}


def mutate(text: str, number: int) -> bytes:
    """The text with lines lost, moved and cut, cells shuffled, bytes changed and the end cut off."""
    chance = random.Random(number)
    lines = text.split("\n")
    for _ in range(chance.randint(1, 30)):
        index = chance.randrange(len(lines))
        match chance.randrange(6):
            case 0 if len(lines) > 1:
                del lines[index]
            case 1:
                lines[index] = lines[index].replace("\t", "", 1)
            case 2:
                cells = lines[index].split("\t")
                chance.shuffle(cells)
                lines[index] = "\t".join(cells)
            case 3:
                lines[index] = "\t" + lines[index]
            case 4:
                other = chance.randrange(len(lines))
                lines[index], lines[other] = lines[other], lines[index]
            case _:
                cut = chance.randint(0, len(lines[index]))
                lines[index : index + 1] = [lines[index][:cut], lines[index][cut:]]
    content = bytearray("\n".join(lines).encode())
    if content and chance.random() < 0.4:
        content[chance.randrange(len(content))] = chance.randrange(256)
    return bytes(content[: chance.randrange(len(content) + 1)] if number % 3 == 0 else content)


def read_or_refuse(content: bytes) -> Draft | None:
    try:
        return read_document("document.txt", content)
    except InvalidInput:
        return None


@pytest.mark.slow
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(OWN), st.integers(0, 10**9))
def test_no_damage_raises_anything_but_a_refusal(name: str, number: int) -> None:
    draft = read_or_refuse(mutate(own_text(name), number))
    if draft is not None:
        assert draft_from_json(draft_to_json(draft, complete=True)) == draft


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_but_a_refusal(content: bytes) -> None:
    draft = read_or_refuse(content)
    assert draft is None or draft.findings


@pytest.mark.slow
def test_a_document_as_large_as_is_taken_is_read_whole(seed: str) -> None:
    content = (seed * 170).encode()
    assert 5_000_000 < len(content) < 10 * 1024 * 1024
    assert len(read_document("document.txt", content).projects) == 510


def test_satisfaction_may_be_a_class_of_its_own_in_the_departments_table() -> None:
    text = own_text("parks-2023").replace("\t满意度\t市民满意度", "满意度指标\t满意度\t市民满意度")
    department = read(text).department
    assert department is not None
    assert [(i.level1, i.level2) for i in department.indicators][-2:] == [
        ("效益指标", "履职效益"),
        ("满意度指标", "满意度"),
    ]
