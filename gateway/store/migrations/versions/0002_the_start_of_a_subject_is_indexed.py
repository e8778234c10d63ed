"""The start of a subject is indexed, not all of it: databases bound what an index can hold."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An earlier program finds events by subject without it, only more slowly."""
    op.drop_index("events_by_subject", table_name="events")
    op.create_index("events_by_subject_start", "events", [sa.text("substr(subject, 1, 200)"), "id"], unique=False)
