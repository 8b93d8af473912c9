"""E-mail over SMTP: plain texts in UTF-8, one connection for many."""

import smtplib
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Any

from perf import clock
from perf.core.email_address import is_email_address
from perf.core.errors import InvalidInput

TIMEOUT = 20
PORTS = {"starttls": 587, "ssl": 465, "none": 25}
Send = Callable[[str, str, str], None]


class MailUnreachable(Exception):
    """The mail server could not be reached or let nobody in: no e-mail can go out now."""


class MailRefused(Exception):
    """The mail server does not take this one e-mail."""


@dataclass(frozen=True, slots=True)
class MailSettings:
    """How e-mail goes out; `security` is `starttls`, `ssl` or `none`."""

    host: str
    port: int
    security: str
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)


def mail_settings(config: Mapping[str, Any]) -> MailSettings | None:
    """The settings out of the application's; None where no mail server is named.

    Raises InvalidInput with the setting to put right.
    """
    host, security = config["SMTP_HOST"], config["SMTP_SECURITY"]
    if not host:
        return None
    if security not in PORTS:
        raise InvalidInput("PERF_SMTP_SECURITY 只能是 starttls、ssl 或 none，请更正后再运行。")
    if not is_email_address(config["SMTP_FROM"]):
        raise InvalidInput("请在 PERF_SMTP_FROM 中写明发件邮箱，例如 perf@example.gov.cn。")
    port = config["SMTP_PORT"] or str(PORTS[security])
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise InvalidInput("PERF_SMTP_PORT 不是端口号，请更正后再运行。")
    return MailSettings(
        host,
        int(port),
        security,
        config["SMTP_FROM"],
        config["SMTP_USER"],
        config["SMTP_PASSWORD"],
    )


@contextmanager
def open_mail(settings: MailSettings) -> Iterator[Send]:
    """A connection that sends: `send(address, subject, text)`.

    Raises MailUnreachable, here or while sending; `send` raises MailRefused for one e-mail.
    """
    with _unreachable(settings):
        server = _connected(settings)

    def send(address: str, subject: str, text: str) -> None:
        message = _message(settings, address, subject, text)
        with _unreachable(settings):
            try:
                server.send_message(message, settings.sender, [address])
            except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as error:
                raise MailRefused(f"邮件服务器不收这封邮件（{_reply(error)}）") from error

    try:
        yield send
    finally:
        try:
            server.quit()
        except (smtplib.SMTPException, OSError):
            # It is gone already, and everything it took is recorded.
            server.close()


def _connected(settings: MailSettings) -> smtplib.SMTP:
    where, context = (settings.host, settings.port), ssl.create_default_context()
    server: smtplib.SMTP
    if settings.security == "ssl":
        server = smtplib.SMTP_SSL(*where, timeout=TIMEOUT, context=context)
    else:
        server = smtplib.SMTP(*where, timeout=TIMEOUT)
    try:
        if settings.security == "starttls":
            server.starttls(context=context)
        if settings.user:
            server.login(settings.user, settings.password)
    except BaseException:
        server.close()
        raise
    return server


def _message(settings: MailSettings, address: str, subject: str, text: str) -> EmailMessage:
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = settings.sender
    message["To"] = address
    message["Subject"] = subject
    message["Date"] = format_datetime(clock.local(clock.now()))
    message["Message-ID"] = make_msgid(domain=settings.sender.partition("@")[2])
    # Tells absence notes and the like not to answer.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text, cte="base64")
    return message


@contextmanager
def _unreachable(settings: MailSettings) -> Iterator[None]:
    try:
        yield
    except smtplib.SMTPAuthenticationError as error:
        raise MailUnreachable(
            "邮件服务器不接受用户名或密码，请核对 PERF_SMTP_USER 和 PERF_SMTP_PASSWORD"
            f"（{_reply(error)}）"
        ) from error
    except (smtplib.SMTPException, OSError) as error:
        raise MailUnreachable(
            f"连不上邮件服务器 {settings.host}:{settings.port}，请核对地址、端口和加密方式"
            f"（{_reply(error)}）"
        ) from error


def _reply(error: Exception) -> str:
    """What the server answered, or what went wrong on the way, in one short line."""
    said: bytes | str
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, said = next(iter(error.recipients.values()))
    elif isinstance(error, smtplib.SMTPResponseException):
        code, said = error.smtp_code, error.smtp_error
    else:
        return f"{type(error).__name__}: {error}"[:200]
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return " ".join(f"{code} {words}".split())[:200]
