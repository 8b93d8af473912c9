"""Archives from the pages: asked for, made by a process of their own, downloaded piece by piece."""

import hashlib
import os
import signal
import subprocess
from contextlib import contextmanager, suppress
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from perf import clock
from perf.archives import process
from perf.archives.making import archive_path
from perf.core.terms import ArchiveState, Role
from perf.extensions import db
from perf.models import Archive, Indicator, LedgerEntry, Unit
from perf.services.archives import SILENCE
from perf.services.evidence_files import path_of
from tests.archived import ask, make, make_archived_year, quarters_of, read_zip, states
from tests.factories import make_unit, make_user
from tests.queries import count_queries

pytestmark = pytest.mark.slow


@pytest.fixture
def year(app):
    with app.app_context():
        found = make_archived_year(db.session, app.config["DATA_DIR"])
        stranger = make_user(db.session, Role.STAFF, make_unit(db.session))
        told = {
            "unit": found.unit.id,
            "staff": found.staff.username,
            "supervisor": found.supervisor.username,
            "finance": found.finance.username,
            "stranger": stranger.username,
            "pipe": path_of(
                app.config["DATA_DIR"],
                quarters_of(db.session, found.signed)[0].evidence[0].sha256,
            ),
            "plan": found.signed.id,
        }
        db.session.commit()
    return told


def wait_for_process():
    """The server's own process has ended."""
    assert process._started[-1].wait(timeout=120) == 0


@contextmanager
def reached(pipe, started):
    """While the block runs, the process stands at this file, which is a pipe."""
    end = None
    while end is None:
        assert started.poll() is None, "it ended before it came to the file"
        try:
            end = os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            # Nobody reads from the pipe yet.
            with suppress(subprocess.TimeoutExpired):
                started.wait(timeout=0.05)
    try:
        yield
    finally:
        os.close(end)


def only(app):
    with app.app_context():
        return db.session.scalars(select(Archive)).one()


def test_one_whose_process_is_killed_is_made_again_and_its_download_resumed(app, browse, year):
    staff = browse(year["staff"])
    assert "还没有生成过资料包" in staff.get("/archives").text
    year["pipe"].unlink()
    os.mkfifo(year["pipe"])
    form = {"kind": "full", "unit": year["unit"], "year": "2022", "format": ["csv"]}
    assert "已开始生成" in staff.post("/archives", form, follow=True).text
    started = process._started[-1]
    with reached(year["pipe"], started):
        page = staff.get("/archives")
        assert "正在生成" in page.text
        assert 'http-equiv="refresh"' in page.html
        staff.post("/archives", form, status=409)
        started.send_signal(signal.SIGKILL)
        started.wait(timeout=60)
    row = only(app)
    staff.get(f"/archives/{row.id}/file", status=409)
    with clock.set_to(clock.now() + SILENCE + timedelta(seconds=1)):
        page = staff.get("/archives")
        assert "已中断" in page.text
        assert 'http-equiv="refresh"' not in page.html
    year["pipe"].unlink()
    with app.app_context():
        # So long ago was the dead process heard of last.
        db.session.execute(update(Archive).values(beat_at=clock.now() - 2 * SILENCE))
        db.session.commit()
    staff.post(f"/archives/{row.id}/repeat")
    wait_for_process()
    assert "已生成" in staff.get("/archives").text
    names = [path.name for path in (app.config["DATA_DIR"] / "archives").iterdir()]
    assert names == [f"{row.id}.zip"]

    row = only(app)
    url = f"/archives/{row.id}/file"
    whole, mark = fetched(staff, url)
    assert (hashlib.sha256(whole).hexdigest(), mark) == (row.sha256, f'"{row.sha256}"')
    half = len(whole) // 2
    first, _ = fetched(staff, url, 206, Range=f"bytes=0-{half - 1}")
    rest = {"Range": f"bytes={half}-"}
    second, _ = fetched(staff, url, 206, **rest, **{"If-Range": mark})
    assert first + second == whole
    # What is to be resumed is another file by now: it comes whole.
    assert fetched(staff, url, 200, **rest, **{"If-Range": '"another"'})[0] == whole

    fetched(browse(year["supervisor"]), url)
    fetched(browse(year["finance"]), url)
    stranger = browse(year["stranger"])
    stranger.get(url, status=404)
    assert "信访局" not in stranger.get("/archives").text
    stranger.post(f"/archives/{row.id}/remove", status=404)
    browse(year["supervisor"]).post(f"/archives/{row.id}/remove", status=403)
    staff.post(f"/archives/{row.id}/remove", follow=True)
    assert list((app.config["DATA_DIR"] / "archives").iterdir()) == []
    staff.get(url, status=404)


def fetched(client, url, status=200, **headers):
    """The bytes of a download and its mark."""
    with client.client.get(url, headers=headers) as answer:
        assert answer.status_code == status
        return answer.data, answer.headers["ETag"]


def test_before_publishing_each_place_is_shown_and_what_was_ticked_is_what_was_seen(
    app, browse, year
):
    staff = browse(year["staff"])
    page = staff.get("/archives/disclosure?year=2022&format=csv")
    marked = [mark.text for mark in page.tree.iter("mark")]
    assert marked == ["王小明", "13912345678"] * 2 + ["赵六"]
    assert f'href="/plans/{year["plan"]}"' in page.html
    fields = {each.get("name"): each.get("value") for each in page.tree.iter("input")}
    form = {"kind": "public", "unit": year["unit"], "year": "2022", "format": ["csv"]}
    assert (
        "请选择已经核对"
        in staff.post("/archives", {**form, "seen": fields["seen"]}, status=422).text
    )
    with app.app_context():
        indicator = db.session.scalars(
            select(Indicator).where(Indicator.plan_id == year["plan"])
        ).first()
        indicator.note = "联系人：李四"
        db.session.commit()
    stale = {**form, "seen": fields["seen"], "way": "checked"}
    page = staff.post("/archives", stale, status=409)
    assert "李四" in [mark.text for mark in page.tree.iter("mark")]
    fields = {each.get("name"): each.get("value") for each in page.tree.iter("input")}
    staff.post("/archives", {**stale, "seen": fields["seen"], "way": "masked"})
    wait_for_process()
    row = only(app)
    assert (row.state, row.is_public, row.is_masked) == (ArchiveState.DONE, True, True)
    files = read_zip(archive_path(app.config["DATA_DIR"], row.id)).files
    assert "联系人：李＊" in "".join(text.decode("utf-8", "ignore") for text in files.values())


def test_what_cannot_be_asked_for_is_refused_with_a_sentence(app, browse, year):
    staff, finance = browse(year["staff"]), browse(year["finance"])
    page = staff.post("/archives", {"kind": "full", "year": "2022"}, status=422)
    assert "请至少选择一种文件格式" in page.text
    assert "请选择年度" in staff.post("/archives", {"format": ["csv"]}, status=422).text
    assert "全部单位" in finance.get("/archives/new").text
    finance.get("/archives/disclosure", status=422)
    staff.get("/archives/disclosure?year=2022", status=422)
    with app.app_context():
        other = db.session.scalar(select(Unit.id).where(Unit.id != year["unit"]))
    staff.get(f"/archives/new?unit={other}", status=404)
    with app.app_context():
        assert states(db.session) == []


def test_the_list_takes_no_more_queries_for_more_archives(app, browse, year):
    staff = browse(year["staff"])

    def sent() -> int:
        with app.app_context():
            engine = db.engine
        with count_queries(engine) as queries:
            staff.get("/archives")
        return len(queries)

    with app.app_context():
        actor = db.session.scalars(select(Unit).where(Unit.id == year["unit"])).one()
        user = make_archive_of(actor)
        make(db.session, app.config["DATA_DIR"])
    before = sent()
    with app.app_context():
        unit = db.session.get(Unit, year["unit"])
        for formats in (["docx"], ["csv", "docx"], ["xlsx"]):
            ask(db.session, user, unit, formats=formats)
        db.session.commit()
        told = db.session.scalars(
            select(LedgerEntry.subject_name).where(LedgerEntry.action == "ask_for_archive")
        )
        assert set(told) == {"2022年度-信访局-年度资料包"}
    assert sent() == before


def make_archive_of(unit):
    """One archive of a new finance user; gives who asked."""
    actor = make_user(db.session, Role.FINANCE).actor
    ask(db.session, actor, unit)
    return actor
