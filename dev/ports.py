"""Free ports on this machine, kept from run to run as long as nobody else took them."""

import json
import socket
from pathlib import Path

from dev.layout import read_json, write_private

WEB_DEFAULT = 8000
WEB_LAST = 8099


class PortBusy(Exception):
    """The port that was asked for is taken."""


def choose_ports(memory: Path, names: tuple[str, ...], *, web: int | None, host: str) -> dict[str, int]:
    """A port for each name: last time's where it is still free, else a new one. `web` insists on one for the page.

    Raises PortBusy where `web` is taken.
    """
    remembered = read_json(memory)
    ports: dict[str, int] = {}
    for name in names:
        last = remembered.get(name)
        if name == "web":
            ports[name] = _web_port(web, last, host)
        elif isinstance(last, int) and is_free(last, "127.0.0.1"):
            ports[name] = last
        else:
            ports[name] = free_port()
    write_private(memory, json.dumps({**remembered, **ports}))
    return ports


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
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _web_port(wanted: int | None, last: object, host: str) -> int:
    if wanted is not None:
        if not is_free(wanted, host):
            raise PortBusy(f"Port {wanted} is used by another program: stop that, or choose another with `make run PORT=...`.")
        return wanted
    remembered = [last] if isinstance(last, int) else []
    for port in (*remembered, *range(WEB_DEFAULT, WEB_LAST + 1)):
        if is_free(port, host):
            return port
    return free_port()
