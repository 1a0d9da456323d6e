"""A pytest plugin that gives each process a PostgreSQL and a Redis of its own, so that tests side by side never meet.

Not even in one cluster: transaction numbers are the cluster's, so a writer in one database would hold back the audit's seal in another.
The cluster is made once (var/test/template), copied for a process, and thrown away with it.
"""

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from dev import postgres, redis_server, secret_files
from dev.build import fingerprint
from dev.layout import VAR_DIR, Layout
from dev.messages import compile_messages
from dev.ports import free_port
from dev.secret_files import ensure_secrets, read_secret
from dev.supervisor import Supervisor

FOLDER = VAR_DIR / "test"
_servers: list[tuple[Supervisor, Path]] = []


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    """Before pytest-django reads the settings: start the servers and point the environment at them."""
    if not early_config.known_args_namespace.help:
        _start()
    yield


def pytest_unconfigure() -> None:
    """Stop the servers and forget their data."""
    while _servers:
        supervisor, folder = _servers.pop()
        supervisor.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _start() -> None:
    template = _template()
    run = Layout(FOLDER / f"run-{os.getpid()}")
    run.make()
    # Whitenoise warns of a missing folder, and warnings are errors here.
    (run.var / "static").mkdir()
    subprocess.run(("cp", "-a", "--reflink=auto", str(template.postgres), str(template.secrets), str(run.var)), check=True)
    postgres_port, redis_port = free_port(), free_port()
    supervisor = Supervisor(run, print)
    _servers.append((supervisor, run.var))
    identity = postgres.initialise(run)
    supervisor.start(postgres.server(run, postgres_port, identity, fsync=False), redis_server.server(run, redis_port))
    compile_messages()
    os.environ.update(
        {
            "MODE": "test",
            "PGHOST": "127.0.0.1",
            "PGPORT": str(postgres_port),
            "PGDATABASE": postgres.DATABASE,
            # Tests make their databases, so they connect as the owner; what `app` may not do is tested with SET ROLE.
            "PGUSER": postgres.OWNER,
            "PGPASSWORD": read_secret(run, f"pg_{postgres.OWNER}"),
            "REDIS_URL": redis_server.url(run, redis_port),
            "SECRETS_DIR": str(run.secrets),
            "VAR_DIR": str(run.var),
            "BLOB_DIR": str(run.var / "blobs"),
            "PUBLIC_URL": "http://testserver",
            "WECHAT_URL": "http://127.0.0.1:9",
        }
    )
    os.environ.pop("ALLOWED_HOSTS", None)


def _template() -> Layout:
    """The cluster that runs are copied from; made anew when it was left unfinished, or when what makes it has changed."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    template = Layout(FOLDER / "template")
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _forget_dead_runs()
        complete = template.var / "complete"
        made_by = fingerprint([Path(postgres.__file__), Path(secret_files.__file__)])
        if not complete.exists() or complete.read_text() != made_by:
            shutil.rmtree(template.var, ignore_errors=True)
            template.make()
            ensure_secrets(template)
            identity = postgres.initialise(template)
            supervisor = Supervisor(template, print)
            port = free_port()
            supervisor.start(postgres.server(template, port, identity, fsync=False))
            postgres.provision(template, port, for_tests=True)
            supervisor.stop()
            complete.write_text(made_by)
    return template


def _forget_dead_runs() -> None:
    for folder in FOLDER.glob("run-*"):
        if not Path("/proc", folder.name.removeprefix("run-")).exists():
            shutil.rmtree(folder, ignore_errors=True)
