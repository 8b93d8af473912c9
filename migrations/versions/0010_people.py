"""Offices, who stands in for whom, and work that was handed over."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

OFFICE = ["office.unit_id", "office.id"]
REVIEWED = ("plan", "target_revision", "submission", "self_evaluation")
KINDS = (
    "plan",
    "revision",
    "ending",
    "quarter",
    "self_evaluation",
    "rectification",
    "office",
    "message",
)


def owned(*columns: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in (*columns, "unit_id", "id")]


def keys(table: str, **targets: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))
        for column, target in {**targets, "unit_id": "unit"}.items()
    ]


def upgrade() -> None:
    op.create_table(
        "office",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True)),
        *owned(),
        *keys("office"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office")),
        sa.UniqueConstraint("unit_id", "name", name=op.f("uq_office_unit_id_name")),
        sa.UniqueConstraint("unit_id", "id", name=op.f("uq_office_unit_id_id")),
    )
    op.create_table(
        "internal_due",
        sa.Column("due_on", sa.Date(), nullable=False),
        *owned("period_id"),
        *keys("internal_due", period_id="period"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_internal_due")),
        sa.UniqueConstraint("unit_id", "period_id", name=op.f("uq_internal_due_unit_id_period_id")),
    )
    op.create_table(
        "hand_in",
        sa.Column("handed_in_at", sa.DateTime(timezone=True)),
        sa.Column("handed_in_by_id", sa.Integer()),
        *owned("submission_id", "office_id"),
        sa.CheckConstraint(
            "(handed_in_at IS NULL) = (handed_in_by_id IS NULL)",
            name=op.f("ck_hand_in_handing_in_is_complete"),
        ),
        *keys("hand_in", submission_id="submission", handed_in_by_id="user_account"),
        sa.ForeignKeyConstraint(
            ["unit_id", "office_id"], OFFICE, name=op.f("fk_hand_in_unit_id_office_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_in")),
        sa.UniqueConstraint(
            "submission_id", "office_id", name=op.f("uq_hand_in_submission_id_office_id")
        ),
    )
    op.create_table(
        "delegation",
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("ended_by_id", sa.Integer()),
        *owned("delegator_id", "delegate_id"),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_delegation_starts_before_end")),
        sa.CheckConstraint(
            "delegator_id <> delegate_id", name=op.f("ck_delegation_delegate_is_another")
        ),
        *keys(
            "delegation",
            delegator_id="user_account",
            delegate_id="user_account",
            ended_by_id="user_account",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegation")),
    )
    op.create_index("ix_delegation_unit_id_ends_on", "delegation", ["unit_id", "ends_on"])
    op.create_index("ix_delegation_delegator_id", "delegation", ["delegator_id"])
    op.create_index("ix_delegation_delegate_id_ends_on", "delegation", ["delegate_id", "ends_on"])
    op.create_table(
        "handover",
        sa.Column("handed_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Integer()),
        *owned("giver_id", "taker_id"),
        sa.CheckConstraint("giver_id <> taker_id", name=op.f("ck_handover_taker_is_another")),
        *keys(
            "handover", giver_id="user_account", taker_id="user_account", made_by_id="user_account"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
    )
    op.create_index("ix_handover_unit_id_handed_on", "handover", ["unit_id", "handed_on"])
    op.create_index("ix_handover_giver_id_made_at", "handover", ["giver_id", "made_at"])
    op.create_index("ix_handover_taker_id_made_at", "handover", ["taker_id", "made_at"])
    op.create_table(
        "handed_over",
        sa.Column(
            "kind",
            sa.Enum(*KINDS, name="workkind", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=500), nullable=False),
        *owned("handover_id", "subject_id"),
        *keys("handed_over", handover_id="handover"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handed_over")),
    )
    op.create_index("ix_handed_over_handover_id", "handed_over", ["handover_id"])
    for table in ("user_account", "indicator"):
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("office_id", sa.Integer()))
            batch.create_foreign_key(
                op.f(f"fk_{table}_unit_id_office_id"),
                "office",
                ["unit_id", "office_id"],
                ["unit_id", "id"],
            )
    with op.batch_alter_table("user_account") as batch:
        batch.create_index("ix_user_account_office_id", ["office_id"])
        batch.create_check_constraint(
            op.f("ck_user_account_office_has_unit"), "office_id IS NULL OR unit_id IS NOT NULL"
        )
    for table in REVIEWED:
        with op.batch_alter_table(table) as batch:
            batch.add_column(
                sa.Column("decided_for", sa.String(length=64), nullable=False, server_default="")
            )
        # The default only served the rows that were there.
        with op.batch_alter_table(table) as batch:
            batch.alter_column("decided_for", server_default=None)


def downgrade() -> None:
    for table in REVIEWED:
        with op.batch_alter_table(table) as batch:
            batch.drop_column("decided_for")
    with op.batch_alter_table("user_account") as batch:
        batch.drop_constraint(op.f("ck_user_account_office_has_unit"), type_="check")
        batch.drop_index("ix_user_account_office_id")
    for table in ("indicator", "user_account"):
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(op.f(f"fk_{table}_unit_id_office_id"), type_="foreignkey")
            batch.drop_column("office_id")
    for table in ("handed_over", "handover", "delegation", "hand_in", "internal_due", "office"):
        op.drop_table(table)
