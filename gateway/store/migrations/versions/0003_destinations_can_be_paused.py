"""Destinations can be paused, and a replay knows how far it came."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An earlier program goes on: it pauses nothing, and replays nothing."""
    op.create_table(
        "pauses",
        sa.Column("destination", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("destination"),
    )
    for name in ("at", "position"):
        op.add_column("replays", sa.Column(name, sa.BigInteger(), server_default=sa.text("0"), nullable=False))
