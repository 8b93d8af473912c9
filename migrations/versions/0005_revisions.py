"""Target revisions, and what an indicator keeps of them."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

STATUSES = ("draft", "submitted", "returned", "approved", "reopened")
OPEN = sa.text("is_open")
# Both tables belong to exactly one of what is reviewed; a revision is one kind more.
REVIEWED = ("snapshot", "remark")
SUBJECTS = ("submission_id", "self_evaluation_id", "target_revision_id", "plan_id")
APPROVAL = (
    "status <> 'approved' OR (submitted_by_id IS NOT NULL AND submitted_at IS NOT NULL"
    " AND decided_by_id IS NOT NULL AND decided_at IS NOT NULL"
    " AND decided_by_id <> submitted_by_id)"
)


def one_of(columns: tuple[str, ...]) -> str:
    counted = " + ".join(f"CASE WHEN {column} IS NULL THEN 0 ELSE 1 END" for column in columns)
    return f"({counted}) = 1"


def upgrade() -> None:
    with op.batch_alter_table("indicator") as batch:
        batch.add_column(sa.Column("third_quarter_target", sa.JSON()))
        batch.add_column(
            sa.Column("revision_document", sa.String(500), nullable=False, server_default="")
        )
    # The default only served the rows that were there.
    with op.batch_alter_table("indicator") as batch:
        batch.alter_column("revision_document", server_default=None)
    op.create_table(
        "target_revision",
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("document", sa.String(length=500), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
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
        sa.Column("submitted_by_id", sa.Integer()),
        sa.Column("decided_by_id", sa.Integer()),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(APPROVAL, name=op.f("ck_target_revision_approval_is_complete")),
        sa.CheckConstraint(
            "cancelled_at IS NULL OR status IN ('draft', 'returned')",
            name=op.f("ck_target_revision_cancelled_is_unsettled"),
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_target_revision_{column}")
            )
            for column, table in (
                ("plan_id", "plan"),
                ("submitted_by_id", "user_account"),
                ("decided_by_id", "user_account"),
                ("unit_id", "unit"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target_revision")),
    )
    op.create_index("ix_target_revision_plan_id", "target_revision", ["plan_id"])
    op.create_index("ix_target_revision_status", "target_revision", ["status"])
    op.create_index("ix_target_revision_unit_id_status", "target_revision", ["unit_id", "status"])
    op.create_table(
        "revised_target",
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("indicator_id", sa.Integer(), nullable=False),
        sa.Column("old_target", sa.JSON(), nullable=False),
        sa.Column("new_target", sa.JSON(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_revised_target_{column}")
            )
            for column, table in (
                ("revision_id", "target_revision"),
                ("indicator_id", "indicator"),
                ("unit_id", "unit"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revised_target")),
        sa.UniqueConstraint(
            "revision_id", "indicator_id", name=op.f("uq_revised_target_revision_id_indicator_id")
        ),
    )
    op.create_index("ix_revised_target_indicator_id", "revised_target", ["indicator_id"])
    op.create_index(
        "uq_revised_target_open",
        "revised_target",
        ["indicator_id"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    for table in REVIEWED:
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("target_revision_id", sa.Integer()))
            batch.create_foreign_key(
                op.f(f"fk_{table}_target_revision_id"),
                "target_revision",
                ["target_revision_id"],
                ["id"],
            )
            batch.drop_constraint(op.f(f"ck_{table}_one_subject"), type_="check")
            batch.create_check_constraint(op.f(f"ck_{table}_one_subject"), one_of(SUBJECTS))
            batch.create_index(f"ix_{table}_target_revision_id", ["target_revision_id"])


def downgrade() -> None:
    # What was kept of revisions goes with them; for that the snapshots' guard is taken away, which
    # every run of migrations puts back at its end.
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER IF EXISTS snapshot_no_delete")
    else:
        op.execute("DROP TRIGGER IF EXISTS snapshot_append_only ON snapshot")
    before = tuple(column for column in SUBJECTS if column != "target_revision_id")
    for table in REVIEWED:
        rows = sa.table(table, sa.column("target_revision_id"))
        op.execute(rows.delete().where(rows.c.target_revision_id.is_not(None)))
        with op.batch_alter_table(table) as batch:
            batch.drop_index(f"ix_{table}_target_revision_id")
            batch.drop_constraint(op.f(f"ck_{table}_one_subject"), type_="check")
            batch.drop_constraint(op.f(f"fk_{table}_target_revision_id"), type_="foreignkey")
            batch.drop_column("target_revision_id")
            batch.create_check_constraint(op.f(f"ck_{table}_one_subject"), one_of(before))
    op.drop_table("revised_target")
    op.drop_table("target_revision")
    with op.batch_alter_table("indicator") as batch:
        batch.drop_column("revision_document")
        batch.drop_column("third_quarter_target")
