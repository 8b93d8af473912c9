"""Quantities and formulas, check lists, revised targets, decided points and local rule packs."""

from collections.abc import Mapping

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

KINDS = ("cumulative", "latest", "average", "worst")
ONE_VALUE = (
    "(tier IS NULL) = (rate IS NULL) AND"
    " (CASE WHEN value IS NULL THEN 0 ELSE 1 END"
    " + CASE WHEN value_on IS NULL THEN 0 ELSE 1 END"
    " + CASE WHEN tier IS NULL THEN 0 ELSE 1 END) <= 1"
)
ONE_VALUE_OR_ANSWERS = (
    "(tier IS NULL) = (rate IS NULL) AND (numerator IS NULL) = (denominator IS NULL)"
    " AND (numerator IS NULL OR value IS NOT NULL) AND"
    " (CASE WHEN value IS NULL THEN 0 ELSE 1 END"
    " + CASE WHEN value_on IS NULL THEN 0 ELSE 1 END"
    " + CASE WHEN checked IS NULL THEN 0 ELSE 1 END"
    " + CASE WHEN tier IS NULL THEN 0 ELSE 1 END) <= 1"
)
NO_VALUE = "(value IS NULL AND value_on IS NULL AND tier IS NULL"
Checks = Mapping[str, str | None]


def one_of(column: str, values: tuple[str, ...]) -> str:
    listed = ", ".join(f"'{value}'" for value in values)
    return f"{column} IN ({listed})"


# Each table's check constraints before and after; None is none.
BEFORE: dict[str, Checks] = {
    "indicator": {
        "ck_indicator_kind": one_of("kind", KINDS),
        "ck_indicator_recordsource": None,
        "ck_indicator_ratio_is_computed": None,
        "ck_indicator_check_list_is_typed": None,
    },
    "actual": {
        "ck_actual_one_value": ONE_VALUE,
        "ck_actual_no_data_has_no_value": f"NOT is_no_data OR {NO_VALUE})",
        "ck_actual_zero_over_zero": None,
    },
    "score": {
        "ck_score_one_value": ONE_VALUE,
        "ck_score_not_applicable_has_no_points": (
            f"NOT is_not_applicable OR {NO_VALUE} AND points IS NULL)"
        ),
        "ck_score_decision_is_complete": None,
    },
    "budget_execution": {},
}
AFTER: dict[str, Checks] = {
    "indicator": {
        "ck_indicator_kind": one_of("kind", (*KINDS, "ratio")),
        "ck_indicator_recordsource": one_of("source", ("monitoring", "self_evaluation")),
        "ck_indicator_ratio_is_computed": (
            "(kind = 'ratio') = (formula <> '' OR source IS NOT NULL)"
        ),
        "ck_indicator_check_list_is_typed": (
            "NOT is_check_list OR (formula = '' AND source IS NULL)"
        ),
    },
    "actual": {
        "ck_actual_one_value": ONE_VALUE_OR_ANSWERS,
        "ck_actual_no_data_has_no_value": f"NOT is_no_data OR {NO_VALUE} AND checked IS NULL)",
        "ck_actual_zero_over_zero": "NOT is_zero_over_zero OR value IS NULL",
    },
    "score": {
        "ck_score_one_value": ONE_VALUE_OR_ANSWERS,
        "ck_score_not_applicable_has_no_points": (
            f"NOT is_not_applicable OR {NO_VALUE} AND checked IS NULL AND points IS NULL)"
        ),
        "ck_score_decision_is_complete": (
            "decided_points IS NULL OR (decided_points >= 0 AND points IS NOT NULL"
            " AND decided_reason <> '' AND decided_by_id IS NOT NULL AND decided_at IS NOT NULL)"
        ),
    },
    "budget_execution": {},
}


def new_columns(table: str) -> list[sa.Column]:
    """What each of the old tables gets."""
    value = [
        sa.Column("numerator", sa.String(length=80)),
        sa.Column("denominator", sa.String(length=80)),
        sa.Column("checked", sa.String(length=64)),
    ]
    basis = sa.Column("basis", sa.String(length=500), nullable=False, server_default="")
    return {
        "indicator": [
            sa.Column("formula", sa.String(length=500), nullable=False, server_default=""),
            sa.Column("source", sa.String(length=24)),
            sa.Column("is_check_list", sa.Boolean(), nullable=False, server_default=sa.false()),
            sa.Column("initial_target", sa.JSON()),
        ],
        "actual": [
            *value,
            sa.Column("is_zero_over_zero", sa.Boolean(), nullable=False, server_default=sa.false()),
            basis,
        ],
        "score": [
            *value,
            sa.Column("initial_points", sa.BigInteger()),
            sa.Column("decided_points", sa.BigInteger()),
            sa.Column("decided_reason", sa.Text(), nullable=False, server_default=""),
            sa.Column("decided_by_id", sa.Integer()),
            sa.Column("decided_at", sa.DateTime(timezone=True)),
        ],
        "budget_execution": [basis],
    }[table]


def rebuild(table: str, old: Checks, new: Checks, *, is_upgrade: bool) -> None:
    """Give a table its new columns, or take them away, and exchange its check constraints."""
    with op.batch_alter_table(table) as batch:
        for name, condition in old.items():
            if condition:
                batch.drop_constraint(op.f(name), type_="check")
        for column in new_columns(table):
            if is_upgrade:
                batch.add_column(column)
            else:
                batch.drop_column(column.name)
        for name, condition in new.items():
            if condition:
                batch.create_check_constraint(op.f(name), condition)
        if is_upgrade and table == "score":
            batch.create_foreign_key(
                op.f("fk_score_decided_by_id"), "user_account", ["decided_by_id"], ["id"]
            )
    if is_upgrade:
        # The default only served the rows that were there.
        with op.batch_alter_table(table) as batch:
            for column in new_columns(table):
                if column.server_default is not None:
                    batch.alter_column(column.name, server_default=None)


def upgrade() -> None:
    op.add_column("plan", sa.Column("pack_reason", sa.String(length=500)))
    for table, old in BEFORE.items():
        rebuild(table, old, AFTER[table], is_upgrade=True)
    op.create_table(
        "quantity",
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "flow",
                "stock",
                name="quantitykind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_quantity_plan_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_quantity_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quantity")),
        sa.UniqueConstraint("plan_id", "name", name=op.f("uq_quantity_plan_id_name")),
    )
    op.create_table(
        "quantity_value",
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("quantity_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.BigInteger()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_quantity_value_submission_id")
        ),
        sa.ForeignKeyConstraint(
            ["quantity_id"], ["quantity.id"], name=op.f("fk_quantity_value_quantity_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_quantity_value_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quantity_value")),
        sa.UniqueConstraint(
            "submission_id",
            "quantity_id",
            name=op.f("uq_quantity_value_submission_id_quantity_id"),
        ),
    )
    op.create_index(op.f("ix_quantity_value_quantity_id"), "quantity_value", ["quantity_id"])
    op.create_table(
        "local_pack",
        sa.Column("pack_id", sa.String(length=64), nullable=False),
        sa.Column("pack_version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("based_on", sa.String(length=500), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer()),
        sa.Column("published_at", sa.DateTime(timezone=True)),
        sa.Column("published_by_id", sa.Integer()),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(published_at IS NULL) = (published_by_id IS NULL)",
            name=op.f("ck_local_pack_publication_is_complete"),
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["user_account.id"], name=op.f("fk_local_pack_created_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["published_by_id"], ["user_account.id"], name=op.f("fk_local_pack_published_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_local_pack")),
        sa.UniqueConstraint(
            "pack_id", "pack_version", name=op.f("uq_local_pack_pack_id_pack_version")
        ),
    )


def downgrade() -> None:
    with op.batch_alter_table("plan") as batch:
        batch.drop_column("pack_reason")
    op.drop_table("local_pack")
    op.drop_table("quantity_value")
    op.drop_table("quantity")
    # What was computed stays as a figure of its own; a list's answers have no place there.
    op.execute("UPDATE indicator SET kind = 'latest' WHERE kind = 'ratio'")
    for table, old in BEFORE.items():
        rebuild(table, AFTER[table], old, is_upgrade=False)
