"""`perf remind`: messages for all units, and one e-mail a person and day over a real socket."""

import json
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from perf import cli_remind, clock
from perf.core.terms import Role, Status
from perf.extensions import db
from perf.models import Message, Period, User
from perf.services.reminders import remind_of_period
from tests.factories import make_plan, make_unit, make_user, make_year
from tests.smtp_server import CERTIFICATE, smtp_server

pytestmark = pytest.mark.slow
DAY = datetime(2022, 4, 12, 1, 30, tzinfo=UTC)


@pytest.fixture
def world(app, monkeypatch):
    """Three units whose first quarter is due; the recorders of two want their messages by mail."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    with app.app_context(), clock.set_to(DAY):
        session = db.session()
        make_year(session)
        for name in ("a", "b", "c"):
            unit = make_unit(session)
            people = (
                make_user(session, Role.STAFF, unit, username=name),
                make_user(session, Role.SUPERVISOR, unit),
            )
            people[0].email = f"{name}@example.cn"
            people[0].wants_email = name != "c"
            make_plan(session, unit, status=Status.APPROVED, people=people, name=f"项目{name}")
        session.commit()
    return SimpleNamespace(app=app)


@pytest.fixture
def mailbox(world):
    with smtp_server() as box:
        point_to(world.app, box.port)
        yield box


def point_to(app, port: int, **more: str) -> None:
    app.config.update(
        SMTP_HOST="localhost",
        SMTP_PORT=str(port),
        SMTP_SECURITY="starttls",
        SMTP_USER="perf",
        SMTP_PASSWORD="secret",
        SMTP_FROM="perf@example.cn",
        PUBLIC_URL="https://perf.example.cn",
    )
    app.config.update(more)


def remind(app, *arguments: str, at: datetime = DAY):
    with clock.set_to(at):
        return app.test_cli_runner().invoke(args=["perf", "remind", "--json", *arguments])


def messages(app) -> list[Message]:
    with app.app_context():
        query = select(Message).join(User).order_by(Message.day, User.username)
        return list(db.session.scalars(query))


def test_each_person_gets_one_message_and_one_mail_a_day(world, mailbox, monkeypatch):
    monkeypatch.setattr(cli_remind, "UNITS_AT_ONCE", 2)
    done = remind(world.app)
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["date"], told["messages"], told["mailed"]) == ("2022-04-12", 3, 2)
    assert [to for to, _ in mailbox.letters] == ["a@example.cn", "b@example.cn"]
    _, letter = mailbox.letters[0]
    assert letter["Subject"] == "绩效目标跟踪：1 项待办（2022-04-12）"
    assert letter["Auto-Submitted"] == "auto-generated"
    body = letter.get_content()
    assert "2022 年 项目a 一季度填报" in body
    assert "项目b" not in body
    assert "https://perf.example.cn/messages" in body
    # A second run makes nothing, and a reminder of that day sends no second mail.
    with world.app.app_context(), clock.set_to(DAY):
        session = db.session()
        period = session.scalars(select(Period).where(Period.code == "2022-Q1")).one()
        assert remind_of_period(session, make_user(session, Role.FINANCE).actor, period, "").things
        session.commit()
    again = json.loads(remind(world.app, at=DAY.replace(hour=3)).stdout)
    assert (again["messages"], again["mailed"]) == (0, 0)
    assert len(mailbox.letters) == 2
    tomorrow = json.loads(remind(world.app, at=DAY.replace(day=13)).stdout)
    assert (tomorrow["messages"], tomorrow["mailed"]) == (3, 2)


def test_a_server_that_is_down_loses_nothing_and_the_next_run_sends(world):
    with smtp_server() as box:
        port = box.port
    point_to(world.app, port)
    done = remind(world.app)
    assert done.exit_code == 1
    assert "连不上邮件服务器" in done.stderr
    assert "还有 2 封邮件没有发出" in done.stderr
    kept = messages(world.app)
    assert [bool(message.mail_error) for message in kept] == [True, True, False]
    assert not any(message.mailed_at for message in kept)
    with smtp_server(port) as box:
        assert json.loads(remind(world.app).stdout)["mailed"] == 2
        assert len(box.letters) == 2
    assert [message.mail_error for message in messages(world.app)] == ["", "", ""]


def test_a_line_that_breaks_keeps_what_went_out_and_what_did_not(world, mailbox):
    mailbox.hangs_up = True
    done = remind(world.app)
    assert (done.exit_code, json.loads(done.stdout)["left"]) == (1, 2)
    mailbox.hangs_up = False
    assert json.loads(remind(world.app).stdout)["mailed"] == 2


def test_one_refused_address_holds_up_nobody_else(world, mailbox):
    mailbox.refused.add("a@example.cn")
    done = remind(world.app)
    told = json.loads(done.stdout)
    assert (done.exit_code, told["mailed"], told["left"]) == (1, 1, 1)
    assert "550 no such user" in told["errors"][0]
    assert [to for to, _ in mailbox.letters] == ["b@example.cn"]
    mailbox.refused.clear()
    assert json.loads(remind(world.app).stdout)["mailed"] == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"SMTP_PASSWORD": "wrong"}, "不接受用户名或密码"),
        ({"SMTP_FROM": ""}, "PERF_SMTP_FROM"),
        ({"SMTP_SECURITY": "tls"}, "PERF_SMTP_SECURITY"),
        ({"SMTP_PORT": "0"}, "PERF_SMTP_PORT"),
    ],
)
def test_a_wrong_setting_is_named(world, mailbox, changes, said):
    point_to(world.app, mailbox.port, **changes)
    done = remind(world.app)
    assert done.exit_code == 1
    assert said in done.stderr
    assert len(messages(world.app)) == 3


def test_a_certificate_that_nobody_trusts_gets_no_password(world, mailbox, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")
    done = remind(world.app)
    assert done.exit_code == 1
    assert "certificate" in done.stderr.lower()
    assert mailbox.letters == []


def test_a_day_to_come_is_refused_and_a_past_one_is_made(world):
    assert "不能按以后的日期" in remind(world.app, "--date", "2022-04-13").stderr
    told = json.loads(remind(world.app, "--date", "2022-04-11").stdout)
    assert (told["date"], told["messages"], told["has_mail_server"]) == ("2022-04-11", 3, False)
