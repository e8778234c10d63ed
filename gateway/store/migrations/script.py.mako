"""${message}."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply. The previous program goes on beside it and under load, so that it may only add.

    Tables are changed in the order in which a call is recorded (requests, events, deliveries, attempts): in another,
    PostgreSQL finds a deadlock between the two, and whoever is calling is refused.
    """
    ${upgrades if upgrades else "pass"}
