"""What was made of an evaluation, and signed copies."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=24)


def keys(table: str, columns: dict[str, str]) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))
        for column, other in columns.items()
    ]


def upgrade() -> None:
    op.create_table(
        "recommendation",
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("self_evaluation_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            one_of("recommendationkind", "budget", "policy", "management", "targets", "other"),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("consequence", one_of("budgetconsequence", "raise", "keep", "cut", "cancel")),
        sa.Column("amount", sa.BigInteger()),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
        sa.Column("withdrawn_reason", sa.Text(), nullable=False),
        sa.Column("adoption", one_of("adoption", "adopted", "partly", "not_adopted")),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("measure_on", sa.Date()),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.Column("answered_by_id", sa.Integer()),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("outcome_on", sa.Date()),
        sa.Column("outcome_at", sa.DateTime(timezone=True)),
        sa.Column("outcome_by_id", sa.Integer()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'budget') = (consequence IS NOT NULL)"
            " AND (amount IS NULL OR (kind = 'budget' AND amount >= 0))",
            name=op.f("ck_recommendation_budget_has_consequence"),
        ),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_reason = '')",
            name=op.f("ck_recommendation_withdrawal_is_complete"),
        ),
        sa.CheckConstraint(
            "(adoption IS NULL) = (answered_at IS NULL) AND (adoption IS NULL"
            " OR (withdrawn_at IS NULL AND answered_by_id IS NOT NULL"
            " AND answered_by_id <> made_by_id AND (adoption = 'adopted' OR reason <> '')))",
            name=op.f("ck_recommendation_answer_is_complete"),
        ),
        sa.CheckConstraint(
            "(outcome_at IS NULL) = (outcome = '') AND (outcome_at IS NULL"
            " OR (adoption IS NOT NULL AND adoption <> 'not_adopted' AND outcome_on IS NOT NULL"
            " AND outcome_by_id IS NOT NULL))",
            name=op.f("ck_recommendation_outcome_is_complete"),
        ),
        *keys(
            "recommendation",
            {
                "plan_id": "plan",
                "self_evaluation_id": "self_evaluation",
                "made_by_id": "user_account",
                "answered_by_id": "user_account",
                "outcome_by_id": "user_account",
                "unit_id": "unit",
            },
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recommendation")),
    )
    op.create_index("ix_recommendation_plan_id", "recommendation", ["plan_id"])
    op.create_index(
        "ix_recommendation_unit_id_adoption_due_on",
        "recommendation",
        ["unit_id", "adoption", "due_on"],
    )
    op.create_table(
        "signed_copy",
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("media_type", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer()),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        *keys(
            "signed_copy",
            {
                "plan_id": "plan",
                "snapshot_id": "snapshot",
                "created_by_id": "user_account",
                "unit_id": "unit",
            },
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signed_copy")),
    )
    op.create_index("ix_signed_copy_plan_id", "signed_copy", ["plan_id"])
    op.create_index("ix_signed_copy_snapshot_id", "signed_copy", ["snapshot_id"])
    op.create_index("ix_signed_copy_unit_id_plan_id", "signed_copy", ["unit_id", "plan_id"])


def downgrade() -> None:
    op.drop_table("signed_copy")
    op.drop_table("recommendation")
