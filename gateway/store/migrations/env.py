"""What Alembic runs: migrations in the transaction, and with the turn, that `gateway.store.migrate` already holds."""

from __future__ import annotations

from alembic import context

from gateway.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=False)
context.run_migrations()
