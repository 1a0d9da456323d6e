"""The platform's memory: one SQLite file, so that a restart keeps phones, credits and inbox."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_TABLES = """
CREATE TABLE IF NOT EXISTS phone (openid TEXT PRIMARY KEY, patient_ref TEXT UNIQUE NOT NULL);
CREATE TABLE IF NOT EXISTS js_code (code TEXT PRIMARY KEY, openid TEXT NOT NULL, made_at REAL NOT NULL, used INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS tap (tap TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS credit (openid TEXT, template TEXT, amount INTEGER NOT NULL CHECK (amount >= 0), PRIMARY KEY (openid, template));
CREATE TABLE IF NOT EXISTS token (value TEXT PRIMARY KEY, made_at REAL NOT NULL, revoked INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS message (
  id INTEGER PRIMARY KEY, at REAL NOT NULL, openid TEXT NOT NULL, template TEXT NOT NULL, page TEXT NOT NULL, fields TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS code (id INTEGER PRIMARY KEY, at REAL NOT NULL, phone_last4 TEXT NOT NULL, code TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS fault (mode TEXT NOT NULL);
"""


class Store:
    """Serialised access to the file: every `transaction` is alone, and is on disk or undone when it ends."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        self._connection.executescript(_TABLES)
        self._lock = threading.Lock()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """The connection inside one write transaction."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def close(self) -> None:
        self._connection.close()
