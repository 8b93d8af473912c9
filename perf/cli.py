"""Commands: `flask --app app perf …`."""

import json
import os
import sys

import click
from flask import Flask
from flask.cli import AppGroup
from flask_migrate import upgrade

from perf.cli_archive import archive_command
from perf.cli_console import console_actor, refusals
from perf.cli_demo import seed_demo_command
from perf.cli_export import export_command
from perf.cli_import import import_command
from perf.cli_recheck import recheck_command
from perf.cli_remind import remind_command
from perf.cli_rescore import rescore_command
from perf.core.errors import InvalidInput
from perf.core.terms import Role
from perf.database import begin_writing
from perf.extensions import db
from perf.queries.organisation import unit_called
from perf.services import accounts

group = AppGroup("perf", help="绩效目标跟踪系统的命令。")


@group.command("init", help="建立数据库，或升级到最新版本。")
def init() -> None:
    """Create or upgrade the database."""
    upgrade()


@group.command(
    "create-user", help="建立用户；密码取自 PERF_PASSWORD，或当场输入，或生成并显示一次。"
)
@click.argument("username")
@click.option("--name", required=True, help="姓名。")
@click.option(
    "--role",
    required=True,
    type=click.Choice([role.value for role in Role]),
    help="、".join(f"{role.value} {role.label}" for role in Role) + "。",
)
@click.option("--unit", "unit_text", default="", help="单位的编码或全称；填报人和审核人须给出。")
@click.option("--json", "as_json", is_flag=True, help="只输出一份 JSON。")
def create_user(username: str, name: str, role: str, unit_text: str, as_json: bool) -> None:
    """Make a user; a generated password is printed once and must be changed at sign-in."""
    with refusals():
        given = _given_password()
        password = given or accounts.generate_password()
        hashed = accounts.hash_password(password)
        begin_writing(db.session())
        unit = unit_called(db.session(), unit_text) if unit_text else None
        if unit_text and unit is None:
            raise InvalidInput(f"没有编码或名称为“{unit_text}”的单位。")
        user = accounts.create_user(
            db.session(),
            console_actor(),
            username=username,
            display_name=name,
            role=next(one for one in Role if one.value == role),
            unit=unit,
            password_hash=hashed,
            must_change_password=not given,
        )
        db.session.commit()
    shown = None if given else password
    if as_json:
        click.echo(json.dumps({"username": user.username, "role": role, "password": shown}))
    else:
        click.echo(f"已建立用户 {user.username}。")
        if shown:
            click.echo(f"初始密码（只显示这一次，首次登录时须更改）：{shown}")


def _given_password() -> str:
    """The password from the environment or the keyboard; blank where one is to be generated."""
    if "PERF_PASSWORD" in os.environ:
        return os.environ["PERF_PASSWORD"]
    if not sys.stdin.isatty():
        return ""
    return str(
        click.prompt(
            "密码（直接回车则自动生成）",
            default="",
            show_default=False,
            hide_input=True,
            confirmation_prompt="再输一次",
            err=True,
        )
    )


group.add_command(import_command)
group.add_command(recheck_command)
group.add_command(export_command)
group.add_command(archive_command)
group.add_command(remind_command)
group.add_command(rescore_command)
group.add_command(seed_demo_command)


def init_app(app: Flask) -> None:
    """Register the commands."""
    app.cli.add_command(group)
