"""The rhythm in which a year is reported."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

RHYTHMS = ("quarters", "july", "months")
PERIOD = sa.table("period", sa.column("code"), sa.column("months"))


def upgrade() -> None:
    # The defaults only serve the rows that are there, which are quarters and self-evaluations.
    with op.batch_alter_table("fiscal_year") as batch:
        batch.add_column(
            sa.Column("rhythm", sa.String(24), nullable=False, server_default="quarters")
        )
        listed = ", ".join(f"'{one}'" for one in RHYTHMS)
        batch.create_check_constraint(op.f("ck_fiscal_year_rhythm"), f"rhythm IN ({listed})")
    with op.batch_alter_table("fiscal_year") as batch:
        batch.alter_column("rhythm", server_default=None)
    with op.batch_alter_table("period") as batch:
        batch.add_column(sa.Column("months", sa.Integer(), nullable=False, server_default="12"))
        batch.create_check_constraint(op.f("ck_period_months_of_a_year"), "months BETWEEN 1 AND 12")
    for quarter in (1, 2, 3):
        is_it = PERIOD.c.code.like(f"%-Q{quarter}")
        op.execute(PERIOD.update().where(is_it).values(months=3 * quarter))
    with op.batch_alter_table("period") as batch:
        batch.alter_column("months", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("period") as batch:
        batch.drop_constraint(op.f("ck_period_months_of_a_year"), type_="check")
        batch.drop_column("months")
    with op.batch_alter_table("fiscal_year") as batch:
        batch.drop_constraint(op.f("ck_fiscal_year_rhythm"), type_="check")
        batch.drop_column("rhythm")
