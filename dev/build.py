"""What a clone needs beside its packages, made once and again only when its sources change: messages, engine files, static files."""

import fcntl
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from dev.layout import BASE_DIR, VAR_DIR, read_json, write_private
from dev.messages import compile_messages

APPS = ("core", "accounts", "screening", "followup", "partners", "dev")


def build(say: Callable[[str], None]) -> None:
    """Bring everything made from the sources up to date. Safe to call from several processes at once."""
    VAR_DIR.mkdir(exist_ok=True)
    with (VAR_DIR / "build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = Stamps(VAR_DIR / "built.json")
        made.unless_same("messages", fingerprint(files("locale/**/*.po")), compile_messages)
        weights = files("*/weights/*")
        if weights:
            sources = fingerprint([*weights, *files("*/classifiers/*.py")])
            made.unless_same("engines", sources, lambda: _tell(say, "Building the engine files ...", "build_engines"))
        sources = fingerprint(files(*(f"{app}/static/**/*" for app in APPS), "requirements.lock"))
        made.unless_same("static", sources, lambda: _tell(say, "Collecting static files ...", "collectstatic", "--noinput", "-v0"))


class Stamps:
    """Remembers, in one file, from which sources each thing was made."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def unless_same(self, name: str, sources: str, make: Callable[[], None]) -> None:
        """Call `make` unless it succeeded before with the same `sources`."""
        known = dict(read_json(self._path))
        if known.get(name) != sources:
            make()
            write_private(self._path, json.dumps({**known, name: sources}))


def files(*patterns: str) -> list[Path]:
    """The files of the clone that match, in a stable order."""
    return sorted({path for pattern in patterns for path in BASE_DIR.glob(pattern) if path.is_file() and path.suffix != ".pyc"})


def fingerprint(paths: Iterable[Path]) -> str:
    """A hash over names and contents."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(f"{path.relative_to(BASE_DIR)}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def has_command(name: str, app: str) -> bool:
    """Whether the app brings this management command."""
    return (BASE_DIR / app / "management" / "commands" / f"{name}.py").exists()


class CommandFailed(Exception):
    """A management command ended with an error; its output stands in the message."""


def manage(*arguments: str, env: Mapping[str, str] | None = None) -> str:
    """Run `manage.py` in a process of its own and return what it printed. Raises CommandFailed."""
    done = subprocess.run(
        (sys.executable, "manage.py", *arguments),
        cwd=BASE_DIR,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CommandFailed(f"manage.py {arguments[0]} failed:\n{done.stdout[-4000:]}{done.stderr[-4000:]}")
    return done.stdout


def _tell(say: Callable[[str], None], line: str, *arguments: str) -> None:
    say(line)
    # What a clone shares is built for the clone, whatever stack or test run asks for it.
    manage(*arguments, env={"VAR_DIR": str(VAR_DIR), "MODE": "demo"})
