"""Archives of a year, made in the background."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

STATES = ("waiting", "running", "done", "failed", "cancelled", "interrupted")
RUNNING = sa.text("state = 'running'")


def upgrade() -> None:
    op.create_table(
        "archive",
        sa.Column("unit_id", sa.Integer()),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("is_masked", sa.Boolean(), nullable=False),
        sa.Column("formats", sa.String(length=64), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                *STATES, name="archivestate", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("worker", sa.String(length=64)),
        sa.Column("beat_at", sa.DateTime(timezone=True)),
        sa.Column("files_done", sa.Integer(), nullable=False),
        sa.Column("files_total", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64)),
        sa.Column("size", sa.BigInteger()),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.Column("error", sa.String(length=500), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "NOT is_masked OR is_public", name=op.f("ck_archive_only_public_is_masked")
        ),
        sa.CheckConstraint(
            "state <> 'done' OR (sha256 IS NOT NULL AND size IS NOT NULL"
            " AND finished_at IS NOT NULL)",
            name=op.f("ck_archive_done_is_complete"),
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_archive_unit_id")),
        sa.ForeignKeyConstraint(["year"], ["fiscal_year.id"], name=op.f("fk_archive_year")),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["user_account.id"], name=op.f("fk_archive_asked_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_archive")),
    )
    op.create_index(op.f("ix_archive_asked_by_id"), "archive", ["asked_by_id"])
    op.create_index("ix_archive_unit_id_id", "archive", ["unit_id", "id"])
    op.create_index(
        "uq_archive_running",
        "archive",
        ["state"],
        unique=True,
        sqlite_where=RUNNING,
        postgresql_where=RUNNING,
    )


def downgrade() -> None:
    op.drop_table("archive")
