"""Free ports on this machine, kept from run to run as long as nobody else took them."""

import json
import socket
from pathlib import Path

from dev.layout import read_json, write_private

LOOPBACK = "127.0.0.1"
WEB_DEFAULT = 8000
WEB_LAST = 8099
BACKLOG = 512


class PortBusy(Exception):
    """The port that was asked for is taken."""


def choose_ports(memory: Path, names: tuple[str, ...]) -> dict[str, int]:
    """A port for each name on the loopback: last time's where it is still free, else a new one."""
    remembered = read_json(memory)
    ports: dict[str, int] = {}
    for name in names:
        last = remembered.get(name)
        ports[name] = last if isinstance(last, int) and is_free(last, LOOPBACK) else free_port()
    write_private(memory, json.dumps({**remembered, **ports}))
    return ports


def open_door(memory: Path, *, wanted: int | None, host: str) -> socket.socket:
    """The listening socket of the page: port `wanted`, else last time's, else the first free one from 8000 on.

    It is opened here and handed to the web server, so that nobody takes the port meanwhile, and so that visitors wait instead of
    being refused while a killed web server starts again. Raises PortBusy where `wanted` is taken.
    """
    remembered = read_json(memory)
    last = remembered.get("web")
    candidates = [wanted] if wanted else [*([last] if isinstance(last, int) else []), *range(WEB_DEFAULT, WEB_LAST + 1), 0]
    for port in candidates:
        door = socket.socket()
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((host, port))
            door.listen(BACKLOG)
        except OSError:
            door.close()
            continue
        write_private(memory, json.dumps({**remembered, "web": door.getsockname()[1]}))
        return door
    raise PortBusy(f"Port {wanted} is used by another program: stop that, or choose another with `make run PORT=...`.")


def is_free(port: int, host: str) -> bool:
    """Whether a server could listen on `port` of `host` now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port that the system says is free."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
    return port
