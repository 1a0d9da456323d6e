"""A whole service on one machine, with data and ports of its own: what `make run` starts, and what fault and journey tests kill."""

import fcntl
import json
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path

from dev import postgres, redis_server
from dev.apps import app_children
from dev.build import APPS, Stamps, build, files, fingerprint, has_command, manage
from dev.children import end_leftovers, turn_over_logs
from dev.layout import VAR_DIR, Layout, write_private
from dev.ports import LOOPBACK, choose_ports, open_door
from dev.secret_files import ensure_secrets, read_secret
from dev.supervisor import Supervisor


class StackRunning(Exception):
    """Another command already runs a stack in this folder."""


class Stack:
    """Start, stop and hurt one stack. Use it from one thread; `env` overrides the environment of its processes."""

    def __init__(
        self,
        var_dir: Path,
        *,
        fsync: bool = False,
        world: bool = False,
        env: Mapping[str, str] | None = None,
        port: int | None = None,
        bind: str = LOOPBACK,
        public_host: str = LOOPBACK,
        say: Callable[[str], None] = lambda line: None,
    ) -> None:
        self.layout = Layout(var_dir.resolve())
        self.env: dict[str, str] = {}
        self.url = ""
        self._fsync = fsync
        self._world = world
        self._extra = dict(env or {})
        self._port = port
        self._bind = bind
        self._public_host = public_host
        self._say = say
        self._supervisor = Supervisor(self.layout, say)
        self._lock: TextIOWrapper | None = None
        self._door: socket.socket | None = None
        self._ports: dict[str, int] = {}

    def start(self, *, apps: bool = True) -> None:
        """Set up what is missing and start everything; `apps` off leaves it at the databases.

        Raises StackRunning, ports.PortBusy, supervisor.ChildFailed, build.CommandFailed.
        """
        self._take_lock()
        end_leftovers(self.layout)
        turn_over_logs(self.layout)
        build(self._say)
        self._share_static_files()
        ensure_secrets(self.layout)
        memory = self.layout.run / "ports.json"
        self._door = open_door(memory, wanted=self._port, host=self._bind)
        self._ports = choose_ports(memory, ("postgres", "redis", "wechat"))
        self.url = f"http://{self._public_host}:{self._door.getsockname()[1]}/"
        self.env = self._environment()
        self._say("Starting PostgreSQL and Redis ...")
        identity = postgres.initialise(self.layout)
        self._supervisor.start(
            postgres.server(self.layout, self._ports["postgres"], identity, fsync=self._fsync),
            redis_server.server(self.layout, self._ports["redis"]),
        )
        self._set_up_database()
        if apps:
            self._say("Starting web, workers and beat ...")
            self._supervisor.start(*app_children(self.env, door=self._door, wechat_port=self._ports["wechat"], run=self.layout.run))
            self._supervisor.watch()
            self._note_address()

    def stop(self) -> None:
        """Stop everything, the databases last."""
        self._supervisor.stop()
        if self._door:
            self._door.close()
        if self._lock:
            (self.layout.run / "env.json").unlink(missing_ok=True)
            self._lock.close()
            self._lock = None

    def kill(self, name: str, *, revive: bool = True) -> None:
        """kill -9 one of `postgres redis wechat web read deliver beat`. It comes back by itself unless `revive` is off."""
        self._supervisor.kill(name, revive=revive)

    def revive(self, name: str) -> None:
        """Start a killed one again and wait until it serves."""
        self._supervisor.revive(name)

    def wait_ready(self, name: str) -> None:
        """Wait until one serves (again)."""
        self._supervisor.wait_ready(name)

    def manage(self, *arguments: str) -> str:
        """Run a management command against this stack and return what it printed. Raises build.CommandFailed."""
        return manage(*arguments, env=self.env)

    @property
    def demo_logins(self) -> str:
        """What `demo_people` said about the people that it made."""
        with suppress(FileNotFoundError):
            return (self.layout.run / "demo_logins.txt").read_text()
        return ""

    def _take_lock(self) -> None:
        self.layout.make()
        lock = (self.layout.run / "lock").open("a+")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            where = lock.read().strip() or "an address that it will print"
            lock.close()
            raise StackRunning(f"This clone already runs the service: {where}") from None
        lock.truncate(0)
        self._lock = lock

    def _note_address(self) -> None:
        if self._lock:
            self._lock.write(self.url)
            self._lock.flush()
        write_private(self.layout.run / "env.json", json.dumps(self.env))

    def _share_static_files(self) -> None:
        link = self.layout.var / "static"
        if self.layout.var != VAR_DIR and not link.exists():
            link.unlink(missing_ok=True)
            link.symlink_to(VAR_DIR / "static")

    def _environment(self) -> dict[str, str]:
        hosts = {"127.0.0.1", "localhost", "[::1]", "testserver", self._public_host}
        return {
            "PGHOST": "127.0.0.1",
            "PGPORT": str(self._ports["postgres"]),
            "PGDATABASE": postgres.DATABASE,
            "PGUSER": postgres.APP,
            "PGPASSWORD": read_secret(self.layout, "pg_app"),
            "REDIS_URL": redis_server.url(self.layout, self._ports["redis"]),
            "SECRETS_DIR": str(self.layout.secrets),
            "VAR_DIR": str(self.layout.var),
            "BLOB_DIR": str(self.layout.var / "blobs"),
            "MODE": "demo",
            "PUBLIC_URL": self.url.rstrip("/"),
            "ALLOWED_HOSTS": ",".join(sorted(hosts)),
            # Never on the local network: whoever reads the inbox can sign in as anybody.
            "WECHAT_URL": f"http://127.0.0.1:{self._ports['wechat']}",
            "WECHAT_PORT": str(self._ports["wechat"]),
            "PYTHONUNBUFFERED": "1",
            **self._extra,
        }

    def _set_up_database(self) -> None:
        """Roles, tables and demo people. Skipped step by step where the same was done to this very database before."""
        port = self._ports["postgres"]
        born = (self.layout.postgres / "PG_VERSION").stat()
        database = f"{born.st_ino} {born.st_mtime_ns} "
        done = Stamps(self.layout.run / "database.json")

        def migrate() -> None:
            self._say("Bringing the tables up to date ...")
            owner = {"PGUSER": postgres.OWNER, "PGPASSWORD": read_secret(self.layout, "pg_app_owner")}
            manage("migrate", "--noinput", "-v0", env={**self.env, **owner})
            postgres.guard_append_only(self.layout, port)
            postgres.let_gateway_count(self.layout, port)

        def make_people() -> None:
            self._say("Making the demo people ...")
            write_private(self.layout.run / "demo_logins.txt", self.manage("demo_people"))

        def play_world() -> None:
            self._say("Playing the demo's past: a family, a store's day, a clinic's queue, a partner's questions ...")
            self.manage("add_synthetic_persons")
            self.manage("demo_world")

        postgres.provision(self.layout, port)
        sources = fingerprint(files("*/migrations/*.py", "requirements.lock"))
        done.unless_same("migrations", database + sources, migrate)
        if self.env["MODE"] == "demo" and any(has_command("demo_people", app) for app in APPS):
            sources += fingerprint(files("*/management/commands/demo_people.py"))
            done.unless_same("people", database + sources, make_people)
            if self._world:
                done.unless_same("world", database, play_world)
