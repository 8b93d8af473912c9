"""Where in its file a piece of evidence stands, and files found by their content in all units."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    with op.batch_alter_table("evidence") as batch:
        batch.add_column(sa.Column("pages", sa.String(500), nullable=False, server_default=""))
        batch.create_index("ix_evidence_sha256", ["sha256"])
    # The default only served the rows that were there.
    with op.batch_alter_table("evidence") as batch:
        batch.alter_column("pages", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("evidence") as batch:
        batch.drop_index("ix_evidence_sha256")
        batch.drop_column("pages")
