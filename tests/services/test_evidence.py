"""Evidence: kept by content, judged by content, attached once, removed without being lost."""

import io
import zipfile
from hashlib import sha256
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from perf.core.errors import InvalidInput, Locked, NotFound, NotPermitted
from perf.core.terms import Role, Status
from perf.models import Evidence, LedgerEntry, Period
from perf.queries.visible import evidence_visible_to
from perf.services import evidence as service
from perf.services import evidence_files
from perf.services.evidence import attach_evidence, remove_evidence
from perf.services.evidence_files import StoredFile, clean_name, path_of, store_file
from perf.services.submissions import open_submission
from tests.factories import make_plan, make_unit, make_user, make_year, mark

PDF = b"%PDF-1.7\nbinary \xe2\xe3\xcf\xd3"


def packed(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "content")
    return buffer.getvalue()


def stored(folder, content: bytes) -> StoredFile:
    return store_file(folder, io.BytesIO(content))


def left_behind(folder) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file()]


OFFICE = "application/vnd.openxmlformats-officedocument."


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (PDF, "application/pdf"),
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"\xff\xd8\xff\xe0....", "image/jpeg"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....", "application/x-ole-storage"),
        (packed("[Content_Types].xml", "word/document.xml"), f"{OFFICE}wordprocessingml.document"),
        (packed("[Content_Types].xml", "xl/workbook.xml"), f"{OFFICE}spreadsheetml.sheet"),
        (packed("ppt/presentation.xml"), f"{OFFICE}presentationml.presentation"),
        (packed("OFD.xml", "Doc_0/Document.xml"), "application/ofd"),
        (packed("照片/1.jpg"), "application/zip"),
        ("姓名,满意\n张三,是\n".encode(), "text/plain"),
        ("\ufeff姓名,满意".encode(), "text/plain"),
        ("姓名,满意\r\n张三,是".encode("gb18030"), "text/plain"),
        (("满意度" * 1_000_000).encode(), "text/plain"),
    ],
)
def test_a_file_is_what_its_content_says(tmp_path, content, media_type) -> None:
    found = stored(tmp_path, content)
    assert found == StoredFile(sha256(content).hexdigest(), len(content), media_type)
    assert path_of(tmp_path, found.sha256).read_bytes() == content
    assert left_behind(tmp_path) == [found.sha256]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "空的"),
        (b"MZ\x90\x00\x03\x00", "不能作为佐证的文件类型"),
        (b"\x7fELF\x02\x01\x01\x00", "不能作为佐证的文件类型"),
        (b"GIF89a\x01\x00\x01\x00\x80", "不能作为佐证的文件类型"),
        (b"plain and then \xff\xff\xff", "不能作为佐证的文件类型"),
        (b"text" * 1000 + b"\x00", "不能作为佐证的文件类型"),
        (b"PK\x03\x04 broken", "已损坏"),
    ],
)
def test_what_is_no_evidence_is_refused_and_leaves_nothing(tmp_path, content, sentence) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        stored(tmp_path, content)
    assert left_behind(tmp_path) == []


def test_a_file_of_twenty_megabytes_is_taken_and_one_byte_more_refused(
    tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr(evidence_files, "MAX_FILE_BYTES", 2 * 1024 * 1024)
    most = PDF.ljust(2 * 1024 * 1024)
    assert stored(tmp_path, most).size == len(most)
    with pytest.raises(InvalidInput, match="超过 20 MB"):
        stored(tmp_path, most + b" ")
    assert len(left_behind(tmp_path)) == 1


def test_the_same_content_is_kept_once_and_heals_a_damaged_copy(tmp_path) -> None:
    found = stored(tmp_path, PDF)
    path_of(tmp_path, found.sha256).write_bytes(b"damaged")
    assert stored(tmp_path, PDF) == found
    assert path_of(tmp_path, found.sha256).read_bytes() == PDF
    assert left_behind(tmp_path) == [found.sha256]


def test_a_stream_that_breaks_leaves_nothing(tmp_path) -> None:
    class Broken(io.BytesIO):
        def read(self, *_: object) -> bytes:
            raise OSError("connection lost")

    with pytest.raises(OSError, match="connection lost"):
        store_file(tmp_path, Broken())
    assert left_behind(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("台账.pdf", "台账.pdf"),
        ("C:\\用户\\台账.pdf", "台账.pdf"),
        ("../../etc/passwd", "passwd"),
        ("a\x00b\r\n.pdf", "ab.pdf"),
        (" .. ", "佐证材料"),
        ("长" * 300 + ".pdf", "长" * 180 + "….pdf"),
        ("长" * 300, "长" * 200),
    ],
)
def test_a_file_keeps_its_own_name_only(name, clean) -> None:
    assert clean_name(name) == clean


@pytest.fixture
def world(session):
    unit = make_unit(session)
    staff, supervisor = (make_user(session, role, unit) for role in (Role.STAFF, Role.SUPERVISOR))
    make_year(session)
    plan = make_plan(session, unit, status=Status.APPROVED, people=(staff, supervisor))
    period = session.scalars(select(Period).where(Period.code == "2022-Q3")).one()
    submission = open_submission(session(), staff.actor, plan, period)
    return SimpleNamespace(
        session=session,
        staff=staff,
        supervisor=supervisor,
        plan=plan,
        submission=submission,
        indicator=plan.indicators[0],
    )


def attach(world, digest="a" * 64, indicator=None, actor=None) -> Evidence | None:
    return attach_evidence(
        world.session(),
        actor or world.staff.actor,
        world.submission,
        indicator or world.indicator,
        StoredFile(digest, 5, "application/pdf"),
        "台账.pdf",
    )


def told(world) -> list[tuple[str, dict]]:
    rows = world.session.scalars(
        select(LedgerEntry).where(LedgerEntry.subject == "evidence").order_by(LedgerEntry.id)
    )
    return [(row.action, row.changes) for row in rows]


def test_a_file_is_attached_and_told_with_its_digest(world) -> None:
    version = world.submission.version
    evidence = attach(world)
    assert (evidence.name, evidence.size, evidence.created_by_id) == (
        "台账.pdf",
        5,
        world.staff.id,
    )
    assert told(world) == [
        ("attach_evidence", {"name": [None, "台账.pdf"], "sha256": [None, "a" * 64]})
    ]
    assert world.submission.version > version


def test_the_same_file_twice_on_one_figure_is_not_doubled(world) -> None:
    attach(world)
    assert attach(world) is None
    assert attach(world, indicator=world.plan.indicators[1]) is not None
    assert attach(world, digest="b" * 64) is not None
    assert len(told(world)) == 3


def test_a_removed_file_keeps_its_row_and_can_be_attached_again(world) -> None:
    evidence = attach(world)
    assert remove_evidence(world.session(), world.staff.actor, world.submission, evidence.id)
    assert evidence.removed_at is not None
    assert told(world)[-1] == (
        "remove_evidence",
        {"name": ["台账.pdf", None], "sha256": ["a" * 64, None]},
    )
    removed_again = remove_evidence(
        world.session(), world.staff.actor, world.submission, evidence.id
    )
    assert (removed_again, len(told(world))) == (None, 2)
    with pytest.raises(NotFound):
        evidence_visible_to(world.session(), world.staff.actor, evidence.id)
    assert attach(world) is not None


def test_a_file_of_another_quarter_cannot_be_removed_here(world) -> None:
    evidence = attach(world)
    other = world.session.scalars(select(Period).where(Period.code == "2022-Q4")).one()
    later = open_submission(world.session(), world.staff.actor, world.plan, other)
    with pytest.raises(NotFound):
        remove_evidence(world.session(), world.staff.actor, later, evidence.id)


def test_an_indicator_of_another_plan_takes_no_file(world) -> None:
    foreign = make_plan(world.session, world.staff.unit)
    with pytest.raises(NotFound):
        attach(world, indicator=foreign.indicators[0])


def test_a_figure_takes_so_many_files_and_no_more(world, monkeypatch) -> None:
    monkeypatch.setattr(service, "MAX_FILES", 1)
    attach(world)
    with pytest.raises(InvalidInput, match="最多 1 份"):
        attach(world, digest="b" * 64)


@pytest.mark.parametrize("status", [Status.SUBMITTED, Status.APPROVED])
def test_evidence_of_what_is_submitted_is_locked(world, status) -> None:
    evidence = attach(world)
    mark(world.submission, status, world.staff, world.supervisor)
    with pytest.raises(Locked):
        attach(world, digest="b" * 64)
    with pytest.raises(Locked):
        remove_evidence(world.session(), world.staff.actor, world.submission, evidence.id)


def test_only_staff_of_the_unit_attach_and_others_do_not_see(world) -> None:
    evidence = attach(world)
    stranger = make_user(world.session, Role.STAFF, make_unit(world.session))
    with pytest.raises(NotPermitted):
        attach(world, actor=world.supervisor.actor)
    with pytest.raises(NotFound):
        attach(world, actor=stranger.actor)
    with pytest.raises(NotFound):
        evidence_visible_to(world.session(), stranger.actor, evidence.id)
    assert evidence_visible_to(world.session(), world.supervisor.actor, evidence.id) is evidence
