"""Databases of a real PostgreSQL server, each for one test. Where there is no server, its tests are skipped by name."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from uuid import uuid4

import psycopg
import pytest

from gateway.store.place import PostgresServer

SERVER = os.environ.get("GATEWAY_TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432")
"""As a user who may create databases."""


@contextmanager
def a_database() -> Iterator[str]:
    """The URL of an empty database, which is dropped at the end, whoever is still connected to it."""
    why = _unreachable()
    if why:
        pytest.skip(f"PostgreSQL: {why} (GATEWAY_TEST_POSTGRESQL says where it is)")
    name = f"gateway_test_{uuid4().hex[:12]}"
    with _server() as server:
        server.execute(f"CREATE DATABASE {name}".encode())
        try:
            yield f"{SERVER}/{name}"
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@contextmanager
def closed(place: PostgresServer) -> Iterator[None]:
    """Nobody is let into the database, and whoever was there is thrown out, while the block lasts."""
    name = place.parameters["dbname"]
    with _server() as server:
        server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false".encode())
        thrown_out(place)
        yield
        server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true".encode())


def thrown_out(place: PostgresServer) -> None:
    """Every connection to the database ends."""
    with _server() as server:
        ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
        server.execute(ended, [place.parameters["dbname"]])


def _server() -> psycopg.Connection:
    return psycopg.connect(f"{SERVER}/postgres", autocommit=True, connect_timeout=3)


@cache
def _unreachable() -> str:
    try:
        _server().close()
    except psycopg.OperationalError as error:
        return str(error).partition("\n")[0]
    return ""
