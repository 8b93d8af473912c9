"""The process that makes archives: `python -m perf.archives.worker`, started by the server."""

import contextlib
import logging
import os

from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from perf.archives.making import make_archives
from perf.config import settings
from perf.database import prepare_engine

_LOW_PRIORITY = 10


def main() -> None:
    """Make what waits, after everybody else's work; it knows neither pages nor secrets."""
    with contextlib.suppress(AttributeError, OSError):
        # Windows has no such call.
        os.nice(_LOW_PRIORITY)
    logging.basicConfig(level=logging.INFO)
    config = settings()
    engine = create_engine(config["SQLALCHEMY_DATABASE_URI"])
    prepare_engine(engine)
    with Session(engine) as session:
        make_archives(session, config["DATA_DIR"])
    engine.dispose()


if __name__ == "__main__":
    main()
