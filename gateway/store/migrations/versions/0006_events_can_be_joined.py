"""Joins: the keys that gather events, and which event belongs where."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """An earlier program joins nothing."""
    op.create_table(
        "joins",
        sa.Column("id", _ROW_ID, primary_key=True),
        sa.Column("name", sa.Integer, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("opened_at", sa.BigInteger, nullable=False),
        sa.Column("due_at", sa.BigInteger),
        sa.Column("ended", sa.SmallInteger, nullable=False),
        sa.Column("gathered", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("emitted_at", sa.BigInteger),
        sqlite_autoincrement=True,
    )
    op.create_index("joins_by_key", "joins", ["name", "key"], unique=True)
    due = sa.text("due_at IS NOT NULL")
    op.create_index("joins_due", "joins", ["name", "due_at"], sqlite_where=due, postgresql_where=due)
    op.create_table(
        "joined",
        sa.Column("in_join", sa.BigInteger, nullable=False),
        sa.Column("event", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("in_join", "event"),
        sqlite_with_rowid=False,
    )
    op.create_index("joined_by_event", "joined", ["event"])
