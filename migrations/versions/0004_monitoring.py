"""Paces of indicators, lights of their actuals, and what is done where one is not green."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

CURVES = ("even", "own", "once", "level")
LIGHTS = ("green", "yellow", "red")
STATES = ("open", "reported", "closed")
UNFINISHED = sa.text("state <> 'closed'")


def one_of(column: str, values: tuple[str, ...]) -> str:
    listed = ", ".join(f"'{value}'" for value in values)
    return f"{column} IN ({listed})"


def upgrade() -> None:
    with op.batch_alter_table("indicator") as batch:
        batch.add_column(sa.Column("curve", sa.String(length=24)))
        batch.add_column(sa.Column("pace", sa.String(length=64), nullable=False, server_default=""))
        batch.create_check_constraint(op.f("ck_indicator_curve"), one_of("curve", CURVES))
        batch.create_check_constraint(
            op.f("ck_indicator_pace_has_curve"),
            "(pace <> '') = (curve IS NOT NULL AND curve IN ('own', 'once'))",
        )
    # The default only served the rows that were there.
    with op.batch_alter_table("indicator") as batch:
        batch.alter_column("pace", server_default=None)
    with op.batch_alter_table("actual") as batch:
        batch.add_column(sa.Column("light", sa.String(length=24)))
        batch.create_check_constraint(op.f("ck_actual_light"), one_of("light", LIGHTS))
    op.create_table(
        "rectification",
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("indicator_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column(
            "light",
            sa.Enum(*LIGHTS, name="light", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("cause", sa.String(length=500), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("return_reason", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                *STATES,
                name="rectificationstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True)),
        sa.Column("reported_by_id", sa.Integer()),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.Column("closed_by_id", sa.Integer()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state = 'open' OR (reported_at IS NOT NULL AND reported_by_id IS NOT NULL"
            " AND measure <> '' AND outcome <> '')",
            name=op.f("ck_rectification_report_is_complete"),
        ),
        sa.CheckConstraint(
            "(state = 'closed') = (closed_at IS NOT NULL) AND (state <> 'closed' OR"
            " (closed_by_id IS NOT NULL AND closed_by_id <> reported_by_id))",
            name=op.f("ck_rectification_closing_is_complete"),
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_rectification_{column}")
            )
            for column, table in (
                ("plan_id", "plan"),
                ("indicator_id", "indicator"),
                ("submission_id", "submission"),
                ("owner_id", "user_account"),
                ("reported_by_id", "user_account"),
                ("closed_by_id", "user_account"),
                ("unit_id", "unit"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rectification")),
    )
    op.create_index("ix_rectification_plan_id", "rectification", ["plan_id"])
    op.create_index(
        "ix_rectification_unit_id_state_due_on", "rectification", ["unit_id", "state", "due_on"]
    )
    op.create_index(
        "uq_rectification_unfinished",
        "rectification",
        ["indicator_id"],
        unique=True,
        sqlite_where=UNFINISHED,
        postgresql_where=UNFINISHED,
    )


def downgrade() -> None:
    op.drop_table("rectification")
    with op.batch_alter_table("actual") as batch:
        batch.drop_constraint(op.f("ck_actual_light"), type_="check")
        batch.drop_column("light")
    with op.batch_alter_table("indicator") as batch:
        batch.drop_constraint(op.f("ck_indicator_curve"), type_="check")
        batch.drop_constraint(op.f("ck_indicator_pace_has_curve"), type_="check")
        batch.drop_column("curve")
        batch.drop_column("pace")
