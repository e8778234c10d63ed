"""Where the database is: what the setting `database` may say."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.errors import ConfigError
from gateway.store.place import PostgresServer, SqliteFile, place_named

HERE, DATA = Path("/etc/gateway"), Path("/var/lib/gateway")


@pytest.mark.parametrize(
    ("url", "file", "lock"),
    [
        ("", DATA / "gateway.db", DATA / "gateway.lock"),
        ("sqlite:///var/gateway.db", HERE / "var/gateway.db", HERE / "var/gateway.lock"),
        ("sqlite:////srv/calls.sqlite3", Path("/srv/calls.sqlite3"), Path("/srv/calls.lock")),
    ],
)
def test_a_place_is_in_the_data_folder_or_where_the_url_says(url: str, file: Path, lock: Path) -> None:
    assert SqliteFile(file, lock) == place_named(url, HERE, DATA)


@pytest.mark.parametrize("url", ["sqlite:///", "sqlite://", "gateway.db", "mysql:///x", "postgresql://db:x/calls"])
def test_what_is_no_place_is_a_configuration_error(url: str) -> None:
    with pytest.raises(ConfigError) as told:
        place_named(url, HERE, DATA)
    assert ("database", True) == (told.value.path, "postgresql://USER@HOST/NAME" in told.value.hint)


@pytest.mark.parametrize("scheme", ["postgresql", "postgres"])
def test_a_server_is_told_by_its_url(scheme: str) -> None:
    place = place_named(f"{scheme}://gateway@db:5433/calls?sslmode=verify-full", HERE, DATA)
    assert isinstance(place, PostgresServer)
    assert "postgresql://gateway@db:5433/calls?sslmode=verify-full" == str(place)


def test_several_servers_are_told_as_libpq_reads_them() -> None:
    place = place_named("postgresql://gateway@db1:5433,db2:5434/calls?target_session_attrs=read-write", HERE, DATA)
    assert isinstance(place, PostgresServer)
    assert ("db1,db2", "5433,5434") == (place.parameters["host"], place.parameters["port"])


@pytest.mark.parametrize("url", ["postgresql://gateway:word@db/calls", "postgresql://gateway@db/calls?password=word"])
def test_a_password_does_not_belong_there(url: str) -> None:
    with pytest.raises(ConfigError, match="holds a password") as told:
        place_named(url, HERE, DATA)
    assert "PGPASSWORD" in told.value.hint
    assert "word@" not in str(told.value)
