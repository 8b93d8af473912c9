"""Threads of remarks and due days of reviews."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

STEPS = ("answer", "reply", "resolve", "raise")


def upgrade() -> None:
    with op.batch_alter_table("remark") as batch:
        batch.add_column(sa.Column("answered_at", sa.DateTime(timezone=True)))
        batch.add_column(sa.Column("resolved_by_id", sa.Integer()))
        batch.create_foreign_key(
            op.f("fk_remark_resolved_by_id"), "user_account", ["resolved_by_id"], ["id"]
        )
        batch.create_check_constraint(
            op.f("ck_remark_resolver_has_time"),
            "resolved_by_id IS NULL OR resolved_at IS NOT NULL",
        )
    op.create_table(
        "remark_entry",
        sa.Column("remark_id", sa.Integer(), nullable=False),
        sa.Column(
            "step",
            sa.Enum(
                *STEPS, name="threadstep", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer()),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["remark_id"], ["remark.id"], name=op.f("fk_remark_entry_remark_id")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["user_account.id"], name=op.f("fk_remark_entry_created_by_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_remark_entry_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remark_entry")),
    )
    op.create_index("ix_remark_entry_remark_id", "remark_entry", ["remark_id"])
    with op.batch_alter_table("fiscal_year") as batch:
        batch.add_column(sa.Column("review_days", sa.Integer(), nullable=False, server_default="5"))
        batch.create_check_constraint(
            op.f("ck_fiscal_year_review_days"), "review_days BETWEEN 1 AND 60"
        )
    # The default only served the rows that were there.
    with op.batch_alter_table("fiscal_year") as batch:
        batch.alter_column("review_days", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("fiscal_year") as batch:
        batch.drop_constraint(op.f("ck_fiscal_year_review_days"), type_="check")
        batch.drop_column("review_days")
    op.drop_table("remark_entry")
    with op.batch_alter_table("remark") as batch:
        batch.drop_constraint(op.f("ck_remark_resolver_has_time"), type_="check")
        batch.drop_constraint(op.f("fk_remark_resolved_by_id"), type_="foreignkey")
        batch.drop_column("resolved_by_id")
        batch.drop_column("answered_at")
