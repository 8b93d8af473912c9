"""Flask extensions, not yet bound to an application."""

from typing import Any

from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from flask_wtf import CSRFProtect
from sqlalchemy import Connection, Engine

from perf.models import Base


class ReboundSession(Session):
    """A session that reads the engine given in its `info`, if one is: the copy of a past day."""

    def get_bind(self, *arguments: Any, **named: Any) -> Engine | Connection:
        """The engine that was given, or the database of the settings."""
        return self.info.get("engine") or super().get_bind(*arguments, **named)


db = SQLAlchemy(metadata=Base.metadata, session_options={"class_": ReboundSession})
migrate = Migrate()
login_manager = LoginManager()
csrf = CSRFProtect()
limiter = Limiter(get_remote_address)
