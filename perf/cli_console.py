"""Who acts at the console, and how a command ends that is refused."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy.exc import OperationalError, ProgrammingError

from perf.core.errors import InvalidInput, PerfError
from perf.core.permissions import Actor, system_actor
from perf.extensions import db


def console_actor() -> Actor:
    """The system, named after whoever is at the console."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        # A container may run under a number that has no name.
        name = "unknown"
    return system_actor(name)


@contextmanager
def refusals() -> Iterator[None]:
    """Roll back and end with 1 and the reason on standard error where something is refused."""
    try:
        yield
    except PerfError as error:
        db.session.rollback()
        told = error.fields.values() if isinstance(error, InvalidInput) else ()
        click.echo("\n".join(told) or str(error), err=True)
        raise SystemExit(1) from error
    except (OperationalError, ProgrammingError) as error:
        db.session.rollback()
        click.echo("数据库没有建立或无法访问。请先运行 flask --app app perf init。", err=True)
        raise SystemExit(1) from error
