"""`perf remind`: the day's messages for all units, and as e-mail for whoever wants it."""

import json
from collections import deque
from dataclasses import dataclass, field
from datetime import date, datetime

import click
from flask import current_app
from flask.cli import with_appcontext

from perf import clock
from perf.cli_console import refusals
from perf.core.errors import InvalidInput
from perf.core.reminders import mail_subject, mail_text
from perf.database import begin_writing
from perf.extensions import db
from perf.mail import MailRefused, MailSettings, MailUnreachable, Send, mail_settings, open_mail
from perf.queries.messages import mail_to_send, shown_lines
from perf.queries.reminders import units_after
from perf.services.mailing import (
    GIVEN_UP_AFTER,
    record_mailed,
    record_not_mailed,
    record_unreachable,
    take_to_mail,
)
from perf.services.reminders import gather_messages

# Each batch is one transaction: others wait for it a fraction of a second, as for any save.
UNITS_AT_ONCE = 200


@dataclass(slots=True)
class Mailed:
    """What went out: how many e-mails, how many are left for the next run, and what failed."""

    sent: int = 0
    left: int = 0
    errors: list[str] = field(default_factory=list)


@click.command(
    "remind",
    short_help="生成当天的消息（即将到期、逾期、退回、待审核），需要的发邮件。",
    help="给每位填报人和审核人生成当天的一条消息：即将到期、已逾期、被退回和待审核的事项；设置了邮件服务器的，"
    "再给愿意接收的人各发一封邮件。同一天可以运行多次：已生成的不再生成，已发出的不再发，没有发出的再试一次。",
)
@click.option(
    "--date",
    "day",
    type=click.DateTime(formats=["%Y-%m-%d"]),
    help="按哪一天生成，例如 2022-04-10；不写是今天。",
)
@click.option("--json", "as_json", is_flag=True, help="只输出一份 JSON。")
@with_appcontext
def remind_command(day: datetime | None, *, as_json: bool) -> None:
    """Make the day's messages and send them; exits 1 where an e-mail could not go out."""
    on = clock.today() if day is None else day.date()
    with refusals():
        if on > clock.today():
            raise InvalidInput("不能按以后的日期生成消息，请写今天或以前的日期。")
        made = make_messages(on)
        settings = mail_settings(current_app.config)
        mailed = Mailed() if settings is None else send_mail(on, settings)
    if as_json:
        told = {
            "date": on.isoformat(),
            "messages": made,
            "mailed": mailed.sent,
            "left": mailed.left,
            "errors": mailed.errors,
            "has_mail_server": settings is not None,
        }
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        click.echo(f"{on.isoformat()}：新生成 {made} 条消息，发出 {mailed.sent} 封邮件。")
        if settings is None:
            click.echo("没有设置邮件服务器（PERF_SMTP_HOST），只生成系统内的消息。")
    for error in mailed.errors:
        click.echo(f"没有发出：{error}", err=True)
    if mailed.left:
        click.echo(f"还有 {mailed.left} 封邮件没有发出，消息都在系统里；下次运行再发。", err=True)
        raise SystemExit(1)


def make_messages(day: date) -> int:
    """Make the day's messages unit by unit, each batch committed; how many."""
    session, after, made = db.session(), 0, 0
    while True:
        begin_writing(session)
        units = units_after(session, after, UNITS_AT_ONCE)
        if not units:
            session.rollback()
            return made
        after = units[-1]
        made += gather_messages(session, units, day)
        db.session.commit()


def send_mail(day: date, settings: MailSettings) -> Mailed:
    """Send what is still to go out; each outcome is kept before the next e-mail begins."""
    session = db.session()
    ids = mail_to_send(session, day, clock.now() - GIVEN_UP_AFTER)
    # Nobody should wait for the mail server with a transaction open.
    session.rollback()
    done, left = Mailed(), deque(ids)
    if not left:
        return done
    try:
        with open_mail(settings) as send:
            while left:
                _send_one(left[0], send, done)
                left.popleft()
    except MailUnreachable as error:
        begin_writing(session)
        done.left += record_unreachable(session, list(left), str(error))
        db.session.commit()
        done.errors.append(f"{error}。")
    return done


def _send_one(message_id: int, send: Send, done: Mailed) -> None:
    session = db.session()
    begin_writing(session)
    message = take_to_mail(session, message_id)
    if message is None:
        # Another run has it.
        session.rollback()
        return
    user, day = message.user, message.day
    name, address = user.display_name, user.email
    shown = shown_lines(session, user.actor, [message])[message_id]
    lines = [one.line for one in shown if not one.is_done]
    if not lines:
        # All of it is done meanwhile, and nobody wants to read of it.
        session.rollback()
        return
    db.session.commit()
    text = mail_text(name, day, lines, current_app.config["PUBLIC_URL"])
    try:
        send(address, mail_subject(day, len(lines)), text)
    except MailRefused as error:
        begin_writing(session)
        record_not_mailed(session, message_id, str(error))
        db.session.commit()
        done.left += 1
        done.errors.append(f"{name}：{error}。")
    except MailUnreachable as error:
        begin_writing(session)
        record_not_mailed(session, message_id, str(error))
        db.session.commit()
        raise
    else:
        begin_writing(session)
        record_mailed(session, message_id)
        db.session.commit()
        done.sent += 1
