"""Who refers to a body is found at once when it is deleted: PostgreSQL looks for them, row by row."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_INDEXES = (
    ("requests_by_body", "requests", "body_ref"),
    ("attempts_by_request_body", "attempts", "request_ref"),
    ("attempts_by_response_body", "attempts", "response_ref"),
)


def upgrade() -> None:
    """Index the references that there are: most rows have none."""
    for name, table, column in _INDEXES:
        there = sa.text(f"{column} IS NOT NULL")
        op.create_index(name, table, [column], unique=False, sqlite_where=there, postgresql_where=there)
