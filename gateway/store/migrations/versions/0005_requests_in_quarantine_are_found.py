"""What waits in quarantine is found and counted without looking at every request."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An earlier program puts nothing into quarantine."""
    where = sa.text("state = 'quarantined'")
    op.create_index(
        "requests_in_quarantine", "requests", ["source", "id"], sqlite_where=where, postgresql_where=where
    )
