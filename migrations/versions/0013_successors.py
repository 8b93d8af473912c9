"""Plans begun from the year before."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    with op.batch_alter_table("plan") as batch:
        batch.add_column(sa.Column("begun_from_id", sa.Integer()))
        # A key of its own, so that the plan referred to can be held to the same unit.
        batch.create_unique_constraint(op.f("uq_plan_unit_id_id"), ["unit_id", "id"])
        batch.create_index("ix_plan_unit_id_begun_from_id", ["unit_id", "begun_from_id"])
    with op.batch_alter_table("plan") as batch:
        batch.create_foreign_key(
            op.f("fk_plan_unit_id_begun_from_id"),
            "plan",
            ["unit_id", "begun_from_id"],
            ["unit_id", "id"],
        )


def downgrade() -> None:
    with op.batch_alter_table("plan") as batch:
        batch.drop_constraint(op.f("fk_plan_unit_id_begun_from_id"), type_="foreignkey")
    with op.batch_alter_table("plan") as batch:
        batch.drop_index("ix_plan_unit_id_begun_from_id")
        batch.drop_constraint(op.f("uq_plan_unit_id_id"), type_="unique")
        batch.drop_column("begun_from_id")
