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

    To one table: on PostgreSQL a second one is waited for with the first in hand, and calls and claims take them in
    opposite orders.
    """
    ${upgrades if upgrades else "pass"}
