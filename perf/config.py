"""Settings, read from the environment once when the application is made."""

import os
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
MAX_UPLOAD_BYTES = 50 * 1024 * 1024
MAX_FORM_BYTES = 4 * 1024 * 1024


def settings() -> dict[str, Any]:
    """The settings as Flask takes them.

    `PERF_DATA_DIR` (default `instance/`) holds the SQLite database and the evidence;
    `PERF_DATABASE_URL` names another database; `PERF_SECRET_KEY` signs the sessions;
    those of SMTP say how e-mail goes out, and `PERF_PUBLIC_URL` where the pages are.
    """
    data_dir = Path(os.environ.get("PERF_DATA_DIR") or ROOT / "instance").resolve()
    url = os.environ.get("PERF_DATABASE_URL") or f"sqlite:///{data_dir / 'perf.sqlite3'}"
    return {
        "DATA_DIR": data_dir,
        "SECRET_KEY": os.environ.get("PERF_SECRET_KEY"),
        "SQLALCHEMY_DATABASE_URI": url.replace("postgresql://", "postgresql+psycopg://", 1),
        "MAX_CONTENT_LENGTH": MAX_UPLOAD_BYTES,
        "MAX_FORM_MEMORY_SIZE": MAX_FORM_BYTES,
        "MAX_FORM_PARTS": 20_000,
        "SMTP_HOST": os.environ.get("PERF_SMTP_HOST", ""),
        "SMTP_PORT": os.environ.get("PERF_SMTP_PORT", ""),
        "SMTP_SECURITY": os.environ.get("PERF_SMTP_SECURITY") or "starttls",
        "SMTP_USER": os.environ.get("PERF_SMTP_USER", ""),
        "SMTP_PASSWORD": os.environ.get("PERF_SMTP_PASSWORD", ""),
        "SMTP_FROM": os.environ.get("PERF_SMTP_FROM", ""),
        "PUBLIC_URL": os.environ.get("PERF_PUBLIC_URL", "").rstrip("/"),
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": os.environ.get("PERF_HTTPS") == "1",
        "PERMANENT_SESSION_LIFETIME": 12 * 3600,
        # Only what changes the session sends it: the late answer to one of the grid's live readings
        # would put back the session of before a save (its message lost) or of before a sign-out.
        "SESSION_REFRESH_EACH_REQUEST": False,
        "WTF_CSRF_TIME_LIMIT": None,
        "RATELIMIT_STORAGE_URI": "memory://",
        "SEND_FILE_MAX_AGE_DEFAULT": 3600,
    }
