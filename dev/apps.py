"""The product's own processes as children of a stack: the WeChat stand-in, web, a worker for each queue, beat."""

import os
import socket
import sys
from collections.abc import Mapping
from functools import cache, partial
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from celery import Celery
from celery.exceptions import CeleryError
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from dev.children import Child
from dev.layout import BASE_DIR
from dev.postgres import GATEWAY
from screening.classifiers import registry
from screening.rules.programmes import PROGRAMMES

CELERY = (sys.executable, "-m", "celery", "-A", "config")
QUIET = ("--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "WARNING")


def app_children(env: Mapping[str, str], *, door: socket.socket, wechat_port: int, run: Path) -> list[Child]:
    """Every process of the product, in the order of starting. `READERS` sets how many photos are read at once."""
    readers = os.environ.get("READERS") or str(max(1, (os.cpu_count() or 1) - 1))
    children = [
        Child(
            name="web",
            command=(
                *(sys.executable, "-m", "gunicorn", "config.wsgi:application", "--bind", f"fd://{door.fileno()}"),
                *("--worker-class", "gthread", "--workers", "2", "--threads", "4", "--timeout", "120"),
                *("--graceful-timeout", "3", "--no-control-socket", "--log-level", "warning"),
            ),
            ready=partial(_answers, door.getsockname()[1]),
            environment={**env, "CONN_MAX_AGE": "60"},
            inherits=(door.fileno(),),
        ),
        _worker("read", readers, env),
        _worker("deliver", "1", env),
        *([_worker("shadow", "1", env)] if any(registry.shadows(programme) for programme in PROGRAMMES) else []),
        # Partners' questions are answered by a process whose role in the database cannot read patients.
        _worker("gateway", "1", {**env, "PGUSER": GATEWAY, "PGPASSWORD": ""}),
        Child(
            name="beat",
            command=(*CELERY, "beat", "-s", str(run / "beat-schedule"), "--pidfile=", "-l", "WARNING"),
            ready=lambda: True,
            environment=env,
        ),
    ]
    if (BASE_DIR / "dev" / "wechat").exists() or (BASE_DIR / "dev" / "wechat.py").exists():
        listening = partial(_accepts, wechat_port)
        children.insert(0, Child(name="wechat", command=(sys.executable, "-m", "dev.wechat"), ready=listening, environment=env))
    return children


def _worker(queue: str, count: str, env: Mapping[str, str]) -> Child:
    return Child(
        name=queue,
        command=(*CELERY, "worker", "-Q", queue, "-n", f"{queue}@localhost", "-c", count, *QUIET),
        ready=partial(_listens, queue, env["REDIS_URL"]),
        # One photo, one core: engines that take all cores slow each other down.
        environment={**env, "OMP_NUM_THREADS": "1"},
    )


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _answers(port: int) -> bool:
    """Whether the application itself answers: the door accepts connections before anybody stands behind it."""
    connection = HTTPConnection("127.0.0.1", port, timeout=3)
    try:
        connection.request("GET", "/healthz")
        connection.getresponse()
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
    return True


def _listens(queue: str, broker: str) -> bool:
    try:
        return bool(_control(broker).ping(destination=[f"{queue}@localhost"], timeout=0.5, limit=1))
    except (CeleryError, KombuError, RedisError, OSError):
        return False


@cache
def _control(broker: str):  # type: ignore[no-untyped-def]
    return Celery(broker=broker, broker_transport_options={"socket_timeout": 1, "socket_connect_timeout": 1}).control
