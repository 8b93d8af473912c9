"""Projects that begin or end within their year."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

STATUSES = ("draft", "submitted", "returned", "approved", "reopened")
KEPT = sa.text("cancelled_at IS NULL")
# Both tables belong to exactly one of what is reviewed; an ending is one kind more.
REVIEWED = ("snapshot", "remark")
SUBJECTS = (
    "submission_id",
    "self_evaluation_id",
    "target_revision_id",
    "plan_ending_id",
    "plan_id",
)
APPROVAL = (
    "status <> 'approved' OR (submitted_by_id IS NOT NULL AND submitted_at IS NOT NULL"
    " AND decided_by_id IS NOT NULL AND decided_at IS NOT NULL"
    " AND decided_by_id <> submitted_by_id)"
)
MONEY = "(returned IS NULL OR returned >= 0) AND (moved IS NULL OR moved >= 0)"
ADDITION = "(begins_on IS NULL) = (added_on IS NULL) AND (begins_on IS NULL) = (added_by = '')"
OWED = "owed_until BETWEEN 0 AND 12 AND (ended_on IS NOT NULL OR owed_until = 12)"


def one_of(columns: tuple[str, ...]) -> str:
    counted = " + ".join(f"CASE WHEN {column} IS NULL THEN 0 ELSE 1 END" for column in columns)
    return f"({counted}) = 1"


def upgrade() -> None:
    with op.batch_alter_table("plan") as batch:
        batch.add_column(sa.Column("begins_on", sa.Date()))
        batch.add_column(sa.Column("added_by", sa.String(500), nullable=False, server_default=""))
        batch.add_column(sa.Column("added_on", sa.Date()))
        batch.add_column(sa.Column("ended_on", sa.Date()))
        batch.add_column(sa.Column("owed_until", sa.Integer(), nullable=False, server_default="12"))
        batch.create_check_constraint(op.f("ck_plan_addition_has_document"), ADDITION)
        batch.create_check_constraint(op.f("ck_plan_owed_until_its_end"), OWED)
    # The defaults only served the rows that were there.
    with op.batch_alter_table("plan") as batch:
        batch.alter_column("added_by", server_default=None)
        batch.alter_column("owed_until", server_default=None)
    op.create_table(
        "plan_ending",
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "cancelled",
                "merged",
                name="endingkind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("merged_into_id", sa.Integer()),
        sa.Column("document", sa.String(length=500), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=False),
        sa.Column("holds_from", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("money_note", sa.Text(), nullable=False),
        sa.Column("returned", sa.BigInteger()),
        sa.Column("moved", sa.BigInteger()),
        sa.Column("cancelled_at", sa.DateTime(timezone=True)),
        sa.Column(
            "status",
            sa.Enum(*STATUSES, name="status", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True)),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("decided_for", sa.String(length=64), nullable=False),
        sa.Column("submitted_by_id", sa.Integer()),
        sa.Column("decided_by_id", sa.Integer()),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(APPROVAL, name=op.f("ck_plan_ending_approval_is_complete")),
        sa.CheckConstraint(
            "cancelled_at IS NULL OR status IN ('draft', 'returned')",
            name=op.f("ck_plan_ending_cancelled_is_unsettled"),
        ),
        sa.CheckConstraint(
            "(kind = 'merged') = (merged_into_id IS NOT NULL)",
            name=op.f("ck_plan_ending_merged_has_plan"),
        ),
        sa.CheckConstraint(
            "merged_into_id <> plan_id", name=op.f("ck_plan_ending_merged_into_another")
        ),
        sa.CheckConstraint(
            "moved IS NULL OR kind = 'merged'", name=op.f("ck_plan_ending_moved_is_merged")
        ),
        sa.CheckConstraint(MONEY, name=op.f("ck_plan_ending_money_not_negative")),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_plan_ending_{column}")
            )
            for column, table in (
                ("plan_id", "plan"),
                ("merged_into_id", "plan"),
                ("submitted_by_id", "user_account"),
                ("decided_by_id", "user_account"),
                ("unit_id", "unit"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_ending")),
    )
    op.create_index("ix_plan_ending_plan_id", "plan_ending", ["plan_id"])
    op.create_index("ix_plan_ending_merged_into_id", "plan_ending", ["merged_into_id"])
    op.create_index("ix_plan_ending_status", "plan_ending", ["status"])
    op.create_index("ix_plan_ending_unit_id_status", "plan_ending", ["unit_id", "status"])
    op.create_index(
        "uq_plan_ending_kept",
        "plan_ending",
        ["plan_id"],
        unique=True,
        sqlite_where=KEPT,
        postgresql_where=KEPT,
    )
    for table in REVIEWED:
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("plan_ending_id", sa.Integer()))
            batch.create_foreign_key(
                op.f(f"fk_{table}_plan_ending_id"), "plan_ending", ["plan_ending_id"], ["id"]
            )
            batch.drop_constraint(op.f(f"ck_{table}_one_subject"), type_="check")
            batch.create_check_constraint(op.f(f"ck_{table}_one_subject"), one_of(SUBJECTS))
            batch.create_index(f"ix_{table}_plan_ending_id", ["plan_ending_id"])


def downgrade() -> None:
    # What was kept of endings goes with them; for that the snapshots' guard is taken away, which
    # every run of migrations puts back at its end.
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER IF EXISTS snapshot_no_delete")
    else:
        op.execute("DROP TRIGGER IF EXISTS snapshot_append_only ON snapshot")
    # Nothing points at a remark's entries once it is gone.
    remarks = sa.table("remark", sa.column("id"), sa.column("plan_ending_id"))
    entries = sa.table("remark_entry", sa.column("remark_id"))
    gone = sa.select(remarks.c.id).where(remarks.c.plan_ending_id.is_not(None))
    op.execute(entries.delete().where(entries.c.remark_id.in_(gone)))
    before = tuple(column for column in SUBJECTS if column != "plan_ending_id")
    for table in REVIEWED:
        rows = sa.table(table, sa.column("plan_ending_id"))
        op.execute(rows.delete().where(rows.c.plan_ending_id.is_not(None)))
        with op.batch_alter_table(table) as batch:
            batch.drop_index(f"ix_{table}_plan_ending_id")
            batch.drop_constraint(op.f(f"ck_{table}_one_subject"), type_="check")
            batch.drop_constraint(op.f(f"fk_{table}_plan_ending_id"), type_="foreignkey")
            batch.drop_column("plan_ending_id")
            batch.create_check_constraint(op.f(f"ck_{table}_one_subject"), one_of(before))
    op.drop_table("plan_ending")
    with op.batch_alter_table("plan") as batch:
        batch.drop_constraint(op.f("ck_plan_addition_has_document"), type_="check")
        batch.drop_constraint(op.f("ck_plan_owed_until_its_end"), type_="check")
        for column in ("begins_on", "added_by", "added_on", "ended_on", "owed_until"):
            batch.drop_column(column)
