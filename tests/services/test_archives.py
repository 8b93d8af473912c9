"""A year as one zip: what lies in it, what is left out for the public, and how its making ends."""

import hashlib
import os
import threading
import tracemalloc
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from perf import clock
from perf.archives.contents import Asked, contents, count_steps
from perf.archives.disclosing import places_to_check
from perf.archives.items import Item
from perf.archives.making import archive_path
from perf.archives.names import Names, file_name
from perf.archives.zip_file import GivenUp, write_zip
from perf.core.errors import Conflict, InvalidInput, NotFound, NotPermitted
from perf.core.terms import ArchiveState, EndingKind, Role, Status
from perf.database import begin_writing
from perf.models import Archive, LedgerEntry, PlanEnding, SelfEvaluation
from perf.queries.archives import archive_visible_to, archives_page
from perf.services import archives as service
from perf.services.evidence_files import path_of
from tests.archived import (
    LEDGER,
    PHOTO,
    SCAN,
    ask,
    file_evidence,
    make,
    make_archived_year,
    quarters_of,
    read_zip,
    states,
)
from tests.factories import make_plan, make_unit, make_user, mark
from tests.queries import count_queries

pytestmark = pytest.mark.slow

MARCH = datetime(2023, 3, 1, 9, 0, tzinfo=UTC)


@pytest.fixture
def year(session, tmp_path):
    with clock.set_to(MARCH):
        found = make_archived_year(session, tmp_path)
        session.commit()
        yield found


def made(session, data_dir, archive):
    assert make(session, data_dir) == 1
    assert session.get(Archive, archive.id).state is ArchiveState.DONE
    return read_zip(archive_path(data_dir, archive.id))


def test_a_year_is_whole_in_the_order_of_its_forms_with_its_evidence_and_an_index(
    session, year, tmp_path
):
    archive = ask(session, year.staff.actor, year.unit, formats=["csv", "docx"])
    read = made(session, tmp_path, archive)
    project = "02-党建经费"
    marks = "（1—12月）"
    assert [name for name in read.files if name.endswith((".csv", ".pdf", ".PDF"))] == [
        "2022年度-信访局-绩效自评结果汇总表.csv",
        "2022年度-信访局-评价结果应用情况表.csv",
        "01-部门整体/1-2022年度-信访局-部门整体绩效目标表.csv",
        f"{project}/1-2022年度-党建经费-绩效目标申报表.csv",
        f"{project}/2-2022年度-党建经费-绩效运行监控表{marks}.csv",
        f"{project}/3-2022年度-党建经费-绩效自评表.csv",
        f"{project}/盖章扫描件/绩效自评表-2023-03-01.pdf",
        f"{project}/佐证材料/一季度/台账.pdf",
        f"{project}/佐证材料/一季度/台账-2.PDF",
    ]
    assert read.files[f"{project}/盖章扫描件/绩效自评表-2023-03-01.pdf"] == SCAN
    assert "压减差旅费。" in read.files["2022年度-信访局-评价结果应用情况表.csv"].decode()
    assert f"{project}/4-2022年度-党建经费-绩效自评报告.docx" in read.files
    assert read.files[f"{project}/佐证材料/一季度/台账.pdf"] == LEDGER
    assert read.files[f"{project}/佐证材料/一季度/台账-2.PDF"] == PHOTO
    told = [
        (row["内容"], row["绩效目标"], row["填报期"], row["状态"], row["说明"])
        for row in read.lines
        if not (row["文件"] or "").endswith(".docx")
    ]
    assert told == [
        ("绩效自评结果汇总表", None, None, None, None),
        ("评价结果应用情况表", None, None, None, None),
        ("绩效目标表", "部门整体", None, "已通过", None),
        ("绩效运行监控表", "部门整体", None, None, "没有已提交的填报"),
        ("绩效自评表", "部门整体", None, None, "还没有开始自评"),
        ("绩效自评报告", "部门整体", None, None, "还没有开始自评"),
        ("绩效目标表", "党建经费", None, "已通过", None),
        ("绩效运行监控表", "党建经费", "1—12月", "已通过", None),
        ("绩效自评表", "党建经费", None, "已签署", None),
        ("盖章扫描件", "党建经费", None, None, "绩效自评表，2023-03-01 签字盖章"),
        ("佐证材料", "党建经费", "一季度", "已通过", None),
        ("佐证材料", "党建经费", "一季度", "已通过", None),
        (
            "佐证材料",
            "党建经费",
            "二季度",
            "已通过",
            f"又一份.pdf：内容相同，见 {project}/佐证材料/一季度/台账.pdf",
        ),
    ]
    last = read.lines[-1]
    assert (last["指标"], last["上传人"], last["上传时间"]) == (
        "受理案件数",
        "阿依古丽",
        "2023-03-01 17:00",
    )
    page = read.files["目录.html"].decode()
    assert page.count("<tr>") == len(read.lines) + 1
    row = session.get(Archive, archive.id)
    assert (
        row.files_done
        == row.files_total
        == count_steps(session, Asked(2022, year.unit.id, ("csv", "docx")))
    )
    assert row.size == archive_path(tmp_path, archive.id).stat().st_size
    actions = session.scalars(
        select(LedgerEntry.action).where(LedgerEntry.subject == "archive").order_by(LedgerEntry.id)
    )
    assert list(actions) == ["ask_for_archive", "finish_archive"]


def test_one_of_all_units_has_a_folder_for_each(session, year, tmp_path):
    other = make_unit(session, "民政局", "035")
    make_plan(session, other, name="救助")
    with pytest.raises(NotPermitted):
        ask(session, year.staff.actor, None)
    read = made(session, tmp_path, ask(session, year.finance.actor, None))
    folders = {name.split("/")[0] for name in read.files if "/" in name}
    assert folders == {"024-信访局", "035-民政局"}
    draft = next(row for row in read.lines if row["单位"] == "民政局" and row["大小（字节）"])
    assert draft["状态"] == "草稿"


def test_what_is_lost_or_damaged_on_the_disk_is_said_in_the_index(session, year, tmp_path):
    kept = (hashlib.sha256(each).hexdigest() for each in (LEDGER, PHOTO))
    first, second = (path_of(tmp_path, one) for one in kept)
    first.unlink()
    second.write_bytes(b"damaged")
    read = made(session, tmp_path, ask(session, year.staff.actor, year.unit))
    notes = {row["说明"] for row in read.lines if row["内容"] == "佐证材料"}
    assert any("已不在服务器上" in (note or "") for note in notes)
    assert any("可能已损坏" in (note or "") for note in notes)


def test_the_public_one_shows_nobody_and_no_working_and_can_be_masked(session, year, tmp_path):
    places = places_to_check(session, 2022, year.unit.id)
    told = [
        (one.plan, one.form, one.found.label, [text for text, kind in one.found.parts() if kind])
        for one in places
    ]
    assert told == [
        ("党建经费", "绩效目标表", "年度总体目标", ["王小明", "13912345678"]),
        ("党建经费", "绩效自评表", "年度总体目标", ["王小明", "13912345678"]),
        ("党建经费", "绩效自评表", "总体目标完成情况", ["赵六"]),
    ]
    plain = made(session, tmp_path, ask(session, year.staff.actor, year.unit, is_public=True))
    covered = made(
        session,
        tmp_path,
        ask(session, year.staff.actor, year.unit, is_public=True, is_masked=True),
    )
    assert (
        list(plain.files)
        == list(covered.files)
        == [
            "01-部门整体/1-2022年度-信访局-部门整体绩效目标表.csv",
            "02-党建经费/1-2022年度-党建经费-绩效目标申报表.csv",
            "02-党建经费/3-2022年度-党建经费-绩效自评表.csv",
            "目录.xlsx",
            "目录.html",
        ]
    )
    evaluation = plain.files["02-党建经费/3-2022年度-党建经费-绩效自评表.csv"].decode()
    assert "13912345678" in evaluation
    assert "得分计算说明" not in evaluation
    assert "阿依古丽" not in evaluation
    assert "审核人：王小明" not in evaluation
    masked = "".join(content.decode("utf-8", "ignore") for content in covered.files.values())
    for name in ("王小明", "阿依古丽", "赵六", "13912345678"):
        assert name not in masked
    assert "由王＊＊同志负责，电话＊＊＊＊＊＊＊＊＊＊＊，完成2,109,100.00元" in masked
    assert {row["说明"] for row in plain.lines if row["说明"]} == {
        "还有 1 项自评没有签署，不公开",
        "还没有开始自评",
    }


def test_the_public_summary_waits_for_no_project_that_ended(session, year, tmp_path):
    people = year.staff, year.supervisor
    plan = make_plan(session, year.unit, status=Status.APPROVED, people=people)
    plan.ended_on, plan.owed_until = date(2022, 7, 1), 6
    ending = PlanEnding(
        unit_id=year.unit.id,
        plan_id=plan.id,
        kind=EndingKind.CANCELLED,
        document="文号",
        dated_on=date(2022, 7, 1),
        holds_from=date(2022, 7, 1),
        reason="政策调整。",
        updated_at=clock.now(),
    )
    mark(ending, Status.APPROVED, *people)
    session.add(ending)
    session.flush()
    read = made(session, tmp_path, ask(session, year.staff.actor, year.unit, is_public=True))
    assert "还有 1 项自评没有签署，不公开" in {row["说明"] for row in read.lines}


def test_what_was_not_approved_is_not_made_public(session, year, tmp_path):
    year.department.status = Status.RETURNED
    evaluation = session.scalars(select(SelfEvaluation)).one()
    evaluation.status = Status.REOPENED
    session.flush()
    read = made(session, tmp_path, ask(session, year.staff.actor, year.unit, is_public=True))
    assert [name for name in read.files if name.endswith(".csv")] == [
        "02-党建经费/1-2022年度-党建经费-绩效目标申报表.csv"
    ]
    assert {one.form for one in places_to_check(session, 2022, year.unit.id)} == {"绩效目标表"}


def test_cancelling_stops_within_one_file_and_leaves_nothing(session, year, tmp_path, caplog):
    caplog.set_level("INFO")
    archive = ask(session, year.staff.actor, year.unit)
    waiting = ask(session, year.staff.actor, year.unit, formats=["csv", "docx"])
    session.commit()
    evidence = quarters_of(session, year.signed)[0].evidence[0]
    pipe = path_of(tmp_path, evidence.sha256)
    pipe.unlink()
    os.mkfifo(pipe)
    key, actor, engine = archive.id, year.staff.actor, session.get_bind()
    session.rollback()

    def cancel() -> None:
        # The pipe opens when the making has come to this file.
        with pipe.open("wb"), Session(engine) as other:
            begin_writing(other)
            service.cancel_archive(other, actor, archive_visible_to(other, actor, key))
            service.cancel_archive(other, actor, archive_visible_to(other, actor, waiting_key))
            other.commit()

    waiting_key = waiting.id
    canceller = threading.Thread(target=cancel, daemon=True)
    canceller.start()
    assert make(session, tmp_path) == 1
    canceller.join(timeout=60)
    assert states(session) == [ArchiveState.CANCELLED] * 2
    assert "was given up" in caplog.text
    assert list((tmp_path / "archives").iterdir()) == []
    with pytest.raises(Conflict):
        service.cancel_archive(session, actor, session.get(Archive, key))


def test_a_making_that_died_is_interrupted_and_can_be_repeated(session, year, tmp_path):
    archive = ask(session, year.staff.actor, year.unit)
    session.flush()
    assert service.take_archive(session, year.staff.actor, "dead").id == archive.id
    assert service.take_archive(session, year.staff.actor, "second") is None
    with pytest.raises(Conflict, match="已在生成"):
        ask(session, year.staff.actor, year.unit)
    session.commit()
    (tmp_path / "archives").mkdir()
    (tmp_path / "archives" / f"{archive.id}.zip.dead.part").write_bytes(b"half")
    later = MARCH + service.SILENCE + timedelta(seconds=1)
    with clock.set_to(later):
        assert service.standing(archive, later) is ArchiveState.INTERRUPTED
        assert archive.state is ArchiveState.RUNNING
        waiting = ask(session, year.staff.actor, year.unit)
        assert make(session, tmp_path) == 1
        assert states(session) == [ArchiveState.INTERRUPTED, ArchiveState.DONE]
        names = sorted(path.name for path in (tmp_path / "archives").iterdir())
        assert names == [f"{waiting.id}.zip"]
        service.repeat_archive(session, year.staff.actor, archive)
        assert make(session, tmp_path) == 1
        assert states(session) == [ArchiveState.DONE] * 2
        with pytest.raises(Conflict):
            service.repeat_archive(session, year.staff.actor, archive)
    first, second = session.scalars(select(Archive))
    first.state = second.state = ArchiveState.RUNNING
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()
    # The dead one's word counts no more.
    assert not service.note_progress(session, archive.id, "dead", done=1, total=2)


def test_one_that_waits_for_nobody_can_be_started_again(session, year):
    archive = ask(session, year.staff.actor, year.unit)
    later = MARCH + service.SILENCE + timedelta(seconds=1)
    assert service.standing(archive, later) is ArchiveState.WAITING
    assert service.standing(archive, later, is_anything_made=False) is ArchiveState.INTERRUPTED


def test_where_the_disk_refuses_the_archive_fails_with_a_sentence(session, year, tmp_path):
    (tmp_path / "archives").write_bytes(b"no folder")
    archive = ask(session, year.staff.actor, year.unit)
    assert make(session, tmp_path) == 1
    session.refresh(archive)
    assert archive.state is ArchiveState.FAILED
    assert "写不进磁盘" in archive.error


def test_whoever_lost_sight_gets_nothing_made(session, year, tmp_path):
    archive = ask(session, year.staff.actor, year.unit)
    year.staff.archived_at = clock.now()
    make(session, tmp_path)
    session.refresh(archive)
    assert (archive.state, "已不能查看" in archive.error) == (ArchiveState.FAILED, True)


def test_sight_and_ownership_hold_for_archives(session, year):
    archive = ask(session, year.staff.actor, year.unit)
    session.flush()
    stranger = make_user(session, Role.STAFF, make_unit(session)).actor
    for actor, count in [(year.supervisor.actor, 1), (year.finance.actor, 1), (stranger, 0)]:
        assert archives_page(session, actor).total == count
    with pytest.raises(NotFound):
        archive_visible_to(session, stranger, archive.id)
    with pytest.raises(NotPermitted):
        service.cancel_archive(session, year.supervisor.actor, archive)
    with pytest.raises(NotFound):
        ask(session, stranger, year.unit)
    with pytest.raises(InvalidInput):
        ask(session, year.finance.actor, None, is_public=True)
    with pytest.raises(Conflict, match="没有绩效目标"):
        ask(session, year.staff.actor, year.unit, year=2021)
    service.remove_archive(session, year.staff.actor, archive)
    session.flush()
    assert archives_page(session, year.finance.actor).total == 0


def test_an_old_one_goes_when_the_next_is_asked_for(session, year, tmp_path):
    archive = ask(session, year.staff.actor, year.unit)
    made(session, tmp_path, archive)
    for days, left in [(29, 1), (31, 0)]:
        with clock.set_to(MARCH + timedelta(days=days)):
            service.remove_expired(session, year.staff.actor)
            session.flush()
        assert len(states(session)) == left


def test_more_plans_of_a_batch_take_no_more_queries(session, year, tmp_path):
    def sent() -> int:
        session.commit()
        engine = session.get_bind()
        with Session(engine) as own, count_queries(engine) as queries:
            list(contents(own, year.staff.actor, Asked(2022, year.unit.id, ("csv",)), tmp_path))
        return len(queries)

    before = sent()
    for _ in range(3):
        make_plan(session, year.unit)
    assert sent() == before


def test_a_large_year_takes_no_more_memory_than_a_small_one(session, year, tmp_path):
    content = b"%PDF-" + bytes(8 << 20)
    for quarter in quarters_of(session, year.signed):
        file_evidence(
            session, tmp_path, quarter, year.staff, "大.pdf", content + bytes([quarter.id])
        )
    asked = Asked(2022, year.unit.id, ("csv",))
    session.commit()
    with Session(session.get_bind()) as own:
        items = list(contents(own, year.staff.actor, asked, tmp_path))
    tracemalloc.start()
    packed = write_zip(tmp_path / "a.zip", "题", "", items, lambda _done: True)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert packed.size > 32 << 20
    assert peak < 6 << 20


def test_equal_contents_give_equal_files(tmp_path):
    items = [Item("说明", path="a.txt", content=lambda: b"text"), Item("没有", note="=1+1")]
    digests = {
        write_zip(tmp_path / f"{n}.zip", "题", "", items, lambda _done: True).sha256
        for n in range(2)
    }
    assert len(digests) == 1
    with pytest.raises(GivenUp):
        write_zip(tmp_path / "x.zip", "题", "", items, lambda done: done < 1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0.zip", "1.zip"]


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("a/b:c?.pdf", "a_b_c_.pdf"),
        ("台账.pdf", "台账.pdf"),
        ("..", "未命名"),
        ("无后缀", "无后缀"),
        ("很长" * 100 + ".xlsx", "很长" * 25 + ".xlsx"),
    ],
)
def test_names_are_safe_and_keep_their_ending(name, safe):
    assert file_name(name) == safe


def test_equal_names_are_told_apart_though_their_case_differs():
    names = Names()
    paths = ["x/a.pdf", "x/A.PDF", "y/a.pdf", "x/a.pdf", "无", "无"]
    assert [names.told_apart(path) for path in paths] == [
        "x/a.pdf",
        "x/A-2.PDF",
        "y/a.pdf",
        "x/a-3.pdf",
        "无",
        "无-2",
    ]
