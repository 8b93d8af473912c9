"""What rows said before they were changed."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "row_history",
        sa.Column("table_name", sa.String(64), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("was", sa.JSON(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_row_history")),
    )
    op.create_index("ix_row_history_unit_id_until", "row_history", ["unit_id", "until"])
    # What stood there before is known from now on only; this entry says since when.
    now = datetime.now(UTC)
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    op.get_bind().execute(
        sa.text(
            "INSERT INTO row_history (table_name, row_id, until)"
            " SELECT '', 0, :now WHERE EXISTS (SELECT 1 FROM unit)"
        ).bindparams(sa.bindparam("now", type_=sa.DateTime(timezone=True))),
        {"now": now.replace(tzinfo=None) if is_sqlite else now},
    )


def downgrade() -> None:
    op.drop_index("ix_row_history_unit_id_until", table_name="row_history")
    op.drop_table("row_history")
