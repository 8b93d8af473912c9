"""Commands: `flask --app app perf …`."""

from flask import Flask
from flask.cli import AppGroup
from flask_migrate import upgrade

group = AppGroup("perf", help="绩效目标跟踪系统的命令。")


@group.command("init", help="建立数据库，或升级到最新版本。")
def init() -> None:
    """Create or upgrade the database."""
    upgrade()


def init_app(app: Flask) -> None:
    """Register the commands."""
    app.cli.add_command(group)
