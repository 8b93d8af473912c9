"""查看往日: every page as it stood at a past day's end, for whoever may read the ledger."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from sqlalchemy import select, update

from perf import clock
from perf.core.terms import Role, Status
from perf.extensions import db
from perf.models import Evidence, Indicator, Period, Project, Submission, Unit
from perf.past import copies
from perf.services import organisation
from perf.services.evidence_files import path_of
from tests.factories import PASSWORD_HASH, SYSTEM, make_plan, make_unit, make_user, make_year
from tests.reported import make_approved_quarter

pytestmark = pytest.mark.slow
JANUARY, APRIL, JULY = (datetime(2022, month, 11, 2, tzinfo=UTC) for month in (1, 4, 7))
MAY = "2022-05-20"
FIGURES = {"受理案件数": "20", "及时受理率": "95", "群众满意度": "90"}


@pytest.fixture
def world(app):
    """A plan approved in January and reported in April; in July names and targets change."""
    with app.app_context():
        session = db.session
        with clock.set_to(JANUARY):
            make_year(session)
            unit, other = make_unit(session, "信访局"), make_unit(session, "别的局")
            staff = make_user(session, Role.STAFF, unit, "staff")
            chief = make_user(session, Role.SUPERVISOR, unit, "chief")
            for role in (Role.FINANCE, Role.ADMIN, Role.AUDITOR):
                make_user(session, role, None, role.value)
            people = staff, chief
            plan = make_plan(session, unit, name="信访值班", status=Status.APPROVED, people=people)
            strange = make_plan(session, other, name="别家的项目")
            session.commit()
        with clock.set_to(APRIL):
            make_approved_quarter(session, plan, people, 1, FIGURES, "10000")
            session.commit()
        with clock.set_to(JULY):
            # Through a mapped object, by one statement for many rows, and gone altogether.
            db.session.get_one(Project, plan.project_id).name = "改名的项目"
            session.execute(update(Indicator).values(name=Indicator.name + "（新）"))
            quarter = session.scalars(select(Submission)).one()
            file = b"%PDF-1.4 test"
            evidence = Evidence(
                unit_id=unit.id,
                submission_id=quarter.id,
                sha256="a" * 64,
                name="台账.pdf",
                media_type="application/pdf",
                size=len(file),
                created_at=clock.now(),
            )
            session.add(evidence)
            organisation.lock_period(
                session(), SYSTEM, session.scalars(select(Period).where(Period.months == 3)).one()
            )
            session.commit()
            path = path_of(app.config["DATA_DIR"], evidence.sha256)
            path.parent.mkdir(parents=True)
            path.write_bytes(file)
        return SimpleNamespace(
            plan=plan.id, strange=strange.id, quarter=quarter.id, evidence=evidence.id
        )


def look_at(client, day=MAY, unit=""):
    client.post("/past", {"day": day, "unit": unit})
    return client


def test_every_page_shows_the_day_and_says_so(browse, world) -> None:
    auditor = look_at(browse("auditor"))
    plan = auditor.get(f"/plans/{world.plan}").text
    assert "信访值班" in plan
    assert "改名的项目" not in plan
    assert "受理案件数" in plan
    assert "（新）" not in plan
    assert "正在查看 2022 年 5 月 20 日 的数据（只读）" in plan
    home = auditor.get("/").text
    # Due and overdue are that day's.
    assert "还有 56 天" in home
    for path in ("/plans", "/units", "/rectifications", "/self-evaluations", "/units/1"):
        assert "正在查看 2022 年 5 月 20 日" in auditor.get(path).text
    told = auditor.get("/ledger").text
    assert "锁定" not in told
    auditor.post("/past/leave")
    now = auditor.get(f"/plans/{world.plan}").text
    assert "改名的项目" in now
    assert "正在查看" not in now


def test_a_day_before_the_report_has_none(browse, world) -> None:
    early = look_at(browse("auditor"), "2022-03-31").get(f"/plans/{world.plan}").text
    assert "未开始" in early
    assert "已通过" in look_at(browse("auditor")).get(f"/plans/{world.plan}").text
    look_at(browse("auditor"), "2022-03-31").get(f"/reports/{world.quarter}", status=404)


def test_nothing_is_written_on_a_past_day(app, browse, world) -> None:
    chief = look_at(browse("chief"))
    page = chief.post(f"/plans/{world.plan}/steps", {"version": "1"}, status=409)
    assert "回到今天" in page.text
    chief.post("/past/leave")
    admin = look_at(browse("admin"))
    admin.post("/admin/units", {"name": "新单位"}, status=409)
    with app.app_context():
        assert db.session.scalar(select(Unit.id).where(Unit.name == "新单位")) is None


def test_a_supervisor_sees_the_own_unit_alone(browse, world) -> None:
    chief = look_at(browse("chief"), unit="别的局")
    text = chief.get("/plans").text
    assert "信访值班" in text
    assert "别家的项目" not in text
    chief.get(f"/plans/{world.strange}", status=404)


def test_of_one_unit_the_others_are_not_there(browse, world) -> None:
    auditor = look_at(browse("auditor"), unit="别的局")
    assert "别家的项目" in auditor.get("/plans").text
    auditor.get(f"/plans/{world.plan}", status=404)


def test_the_remembered_entry_page_is_never_another_days(app, browse, world) -> None:
    with app.app_context():
        db.session.scalars(select(Project).order_by(Project.id)).first().name = "后来的项目"
        db.session.commit()
    chief = browse("chief")
    # Remembered of the very day, and no entry of the ledger tells the two apart.
    with clock.set_to(JULY):
        assert "后来的项目" in chief.get("/").text
    home = look_at(chief, "2022-07-11").get("/").text
    assert "改名的项目" in home
    assert "后来的项目" not in home


@pytest.mark.parametrize(
    ("day", "unit", "words"),
    [
        ("", "", "请选择日期"),
        ("2099-01-01", "", "今天还没有过完"),
        ("2022-01-10", "", "从 2022-01-11 起"),
        (MAY, "没有的局", "没有这个名称"),
    ],
)
def test_what_cannot_be_shown_is_refused_where_it_was_typed(browse, world, day, unit, words):
    page = browse("finance").post("/past", {"day": day, "unit": unit}, status=422)
    assert words in page.text


def test_files_carry_the_day_and_evidence_opens(browse, world) -> None:
    auditor = look_at(browse("auditor"), "2022-07-11")
    form = auditor.get(f"/plans/{world.plan}/target-form?format=csv").response
    assert "%EF%BC%882022-07-11%EF%BC%89.csv" in form.headers["Content-Disposition"]
    opened = auditor.get(f"/evidence/{world.evidence}").response
    assert opened.data == b"%PDF-1.4 test"
    assert "2022-07-11" not in opened.headers.get("Content-Disposition", "")
    opened.close()
    look_at(auditor).get(f"/evidence/{world.evidence}", status=404)


def test_a_later_reader_of_the_same_browser_is_not_in_the_past(app, browse, world) -> None:
    client = look_at(browse("auditor"))
    with client.client.session_transaction() as cookie, app.app_context():
        kept = dict(cookie)
    other = browse("staff")
    with other.client.session_transaction() as cookie:
        cookie["past"] = kept["past"]
    assert "正在查看" not in other.get("/").text


def test_a_day_is_copied_once_readable_by_nobody_else_and_few_are_kept(
    app, browse, world, monkeypatch
) -> None:
    monkeypatch.setattr(copies, "KEPT_FILES", 2)
    auditor = browse("auditor")
    for day in ("2022-03-01", "2022-03-02", "2022-03-03"):
        look_at(auditor, day)
    files = sorted((app.config["DATA_DIR"] / "past").iterdir())
    assert [file.name[:10] for file in files] == ["2022-03-02", "2022-03-03"]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    made = files[1].stat().st_ino
    auditor.get("/plans")
    assert sorted((app.config["DATA_DIR"] / "past").iterdir())[1].stat().st_ino == made
    assert PASSWORD_HASH.encode() not in files[1].read_bytes()
