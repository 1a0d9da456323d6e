"""A worker's own look at its table every 15 seconds, beside the bell: a consumer can go deaf after its broker came back."""

import threading
from collections.abc import Callable, Mapping

import structlog
from django.db import close_old_connections, connection

log = structlog.get_logger("watch")
SECONDS = 15.0
_looks: dict[str, Callable[[], object]] = {}


def register(queue: str, look: Callable[[], object]) -> None:
    """Name what the workers of a queue look at; called by apps when they are ready."""
    _looks[queue] = look


def start_watching(queue: str, looks: Mapping[str, Callable[[], object]] = _looks) -> threading.Thread | None:
    """Start the look of one worker process, for as long as it lives; None for a queue without one."""
    look = looks.get(queue)
    if look is None:
        return None
    thread = threading.Thread(target=_watch, args=(look, threading.Event()), name=f"watch-{queue}", daemon=True)
    thread.start()
    return thread


def _watch(look: Callable[[], object], stop: threading.Event) -> None:
    while not stop.wait(SECONDS):
        close_old_connections()
        try:
            look()
        except Exception as error:
            # The next look comes in 15 seconds; a dead database must not end the watch.
            log.warning("look_failed", error=type(error).__name__)
        finally:
            connection.close()
