"""Attempts whose request and response are kept are found by their age."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An earlier program keeps none."""
    op.create_index(
        "attempts_kept",
        "attempts",
        ["started_at"],
        unique=False,
        sqlite_where=sa.text("request_ref IS NOT NULL"),
        postgresql_where=sa.text("request_ref IS NOT NULL"),
    )
