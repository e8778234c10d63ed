"""Erasures, the keys of one join in their order, and the repeats of a request."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """An earlier program erases nothing, and keeps these indexes without knowing of them."""
    op.create_table(
        "erasures",
        sa.Column("id", _ROW_ID, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("counts", sa.Text, nullable=False),
        sa.Column("done", sa.Integer, nullable=False, server_default=sa.text("0")),
        sqlite_autoincrement=True,
    )
    op.create_index("joins_by_name", "joins", ["name", "id"])
    repeat = sa.text("state = 'duplicate'")
    op.create_index(
        "requests_repeated",
        "requests",
        [sa.text("substr(event_ids, 1, 39)")],
        sqlite_where=repeat,
        postgresql_where=repeat,
    )
