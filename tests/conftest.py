"""What every test stands on. PostgreSQL and Redis come from the plugin dev.pytest_servers."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.utils import translation

from dev.postgres import APP, APPEND_ONLY, gateway_grants


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The test database guards the audit, and patients from the gateway, as the real one does."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for table in set(APPEND_ONLY) & set(connection.introspection.table_names()):
            cursor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {APP}")
        for statement in gateway_grants():
            cursor.execute(statement)


@pytest.fixture(autouse=True)
def default_language() -> Iterator[None]:
    """A request leaves its language in the thread; no test may inherit the reader of another."""
    translation.deactivate()
    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def empty_cache() -> Iterator[None]:
    """Throttles and other cached counts never leak from test to test."""
    yield
    cache.clear()
