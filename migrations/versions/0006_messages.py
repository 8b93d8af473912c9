"""Messages, where they go as e-mail, and the address of each user's calendar."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

UNREAD = sa.text("read_at IS NULL")


def upgrade() -> None:
    with op.batch_alter_table("user_account") as batch:
        batch.add_column(
            sa.Column("email", sa.String(length=254), nullable=False, server_default="")
        )
        batch.add_column(
            sa.Column("wants_email", sa.Boolean(), nullable=False, server_default=sa.true())
        )
        batch.add_column(sa.Column("calendar_hash", sa.String(length=64)))
        batch.create_unique_constraint(op.f("uq_user_account_calendar_hash"), ["calendar_hash"])
    # The defaults only served the rows that were there.
    with op.batch_alter_table("user_account") as batch:
        batch.alter_column("email", server_default=None)
        batch.alter_column("wants_email", server_default=None)
    op.create_table(
        "message",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gathered_at", sa.DateTime(timezone=True)),
        sa.Column("read_at", sa.DateTime(timezone=True)),
        sa.Column("mail_tried_at", sa.DateTime(timezone=True)),
        sa.Column("mail_error", sa.String(length=500), nullable=False),
        sa.Column("mailed_at", sa.DateTime(timezone=True)),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "mailed_at IS NULL OR (mail_tried_at IS NOT NULL AND mail_error = '')",
            name=op.f("ck_message_mailed_was_tried"),
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_message_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("user_id", "day", name=op.f("uq_message_user_id_day")),
    )
    op.create_index("ix_message_day", "message", ["day"])
    op.create_index(
        "ix_message_unread",
        "message",
        ["user_id"],
        sqlite_where=UNREAD,
        postgresql_where=UNREAD,
    )


def downgrade() -> None:
    op.drop_table("message")
    with op.batch_alter_table("user_account") as batch:
        batch.drop_constraint(op.f("uq_user_account_calendar_hash"), type_="unique")
        batch.drop_column("calendar_hash")
        batch.drop_column("wants_email")
        batch.drop_column("email")
