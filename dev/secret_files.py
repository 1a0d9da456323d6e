"""Secrets of a local stack: made once, kept in files that only their owner reads."""

import base64
import os
import secrets

from dev.layout import Layout, write_private

PASSWORDS = ("django_secret", "redis_password", "pg_postgres", "pg_app_owner", "pg_app", "pg_gateway")
KEYS = ("field_key_1", "blob_key_1", "index_key")


def ensure_secrets(layout: Layout) -> None:
    """Make what is missing; never change what is there, since data was encrypted with it.

    The marker DEMO makes the app refuse these secrets in production mode.
    """
    for name in PASSWORDS:
        _make_once(layout, name, secrets.token_urlsafe(32))
    for name in KEYS:
        _make_once(layout, name, base64.b64encode(os.urandom(32)).decode())
    _make_once(layout, "DEMO", "made by make setup")


def read_secret(layout: Layout, name: str) -> str:
    """The secret kept under `name`."""
    return (layout.secrets / name).read_text().strip()


def _make_once(layout: Layout, name: str, value: str) -> None:
    path = layout.secrets / name
    if not path.exists() or not path.stat().st_size:
        write_private(path, value)
