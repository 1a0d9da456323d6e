"""One child process: started so that it never outlives us, found again after a crash, stopped with its own signal."""

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from dev.identity import Identity
from dev.layout import BASE_DIR, Layout

_LIBC = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1
LONGEST_LOG = 5_000_000


@dataclass(frozen=True)
class Child:
    """What to start under `name`, and how to tell that it is ready to serve."""

    name: str
    command: tuple[str, ...]
    ready: Callable[[], bool]
    environment: Mapping[str, str] = field(default_factory=dict)
    identity: Identity | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    before: Callable[[], None] | None = None
    folder: Path = BASE_DIR
    inherits: tuple[int, ...] = ()


def spawn(child: Child, layout: Layout) -> subprocess.Popen[bytes]:
    """Start `child` in a session of its own, its output in var/log/NAME.log.

    A terminal's Ctrl-C then reaches only us, who stop things in order; and a child whose parent thread dies is told to stop.
    """
    if child.before:
        child.before()
    identity = child.identity or Identity(owner=os.geteuid())
    stop_signal = child.stop_signal

    def die_with_parent() -> None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, stop_signal)

    with (layout.log / f"{child.name}.log").open("ab") as log:
        process = subprocess.Popen(
            (*identity.prefix, *child.command),
            cwd=child.folder,
            env={**os.environ, **child.environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            pass_fds=child.inherits,
            user=identity.uid,
            group=identity.uid,
            extra_groups=[] if identity.uid is not None else None,
            preexec_fn=die_with_parent,
        )
    (layout.run / f"{child.name}.pid").write_text(f"{process.pid} {_start_time(process.pid)} {int(stop_signal)}")
    return process


def ask_to_stop(process: subprocess.Popen[bytes], stop_signal: signal.Signals) -> None:
    """Send the child its own way of being asked to stop; nothing happens when it is gone already."""
    with suppress(ProcessLookupError):
        process.send_signal(stop_signal)


def end(process: subprocess.Popen[bytes], patience_s: float) -> None:
    """Wait for a child that was asked to stop; after `patience_s` seconds end it. Its group never survives it."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(patience_s)
    kill_group(process.pid)
    process.wait()


def kill_group(pid: int) -> None:
    """kill -9 for a child and what it started."""
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def end_leftovers(layout: Layout, patience_s: float = 10) -> None:
    """End what a killed supervisor left behind in this stack, so that its ports and locks are free.

    The start time recorded beside the pid tells a child from a stranger who was given the same number.
    """
    left: dict[int, str] = {}
    for note in layout.run.glob("*.pid"):
        with suppress(ValueError, ProcessLookupError):
            number, started, stop_signal = note.read_text().split()
            if _start_time(int(number)) == started:
                left[int(number)] = started
                os.kill(int(number), int(stop_signal))
        note.unlink()
    deadline = time.monotonic() + patience_s
    for pid, started in left.items():
        while _start_time(pid) == started and time.monotonic() < deadline:
            time.sleep(0.05)
        if _start_time(pid) == started:
            kill_group(pid)


def turn_over_logs(layout: Layout) -> None:
    """A log that grew long gives way to a new one and is kept beside it."""
    for path in layout.log.glob("*.log"):
        if path.stat().st_size > LONGEST_LOG:
            path.replace(path.with_suffix(".log.1"))


def last_lines(child_name: str, layout: Layout, count: int = 12) -> str:
    """The end of a child's log, for a person who must see why it failed."""
    try:
        lines = (layout.log / f"{child_name}.log").read_text(errors="replace").splitlines()
    except OSError:
        return ""
    return "\n".join(f"    {line}" for line in lines[-count:])


def _start_time(pid: int) -> str:
    """When the kernel started this process (field 22 of its stat line); empty when it is gone or dead."""
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if after_name[0] == "Z" else after_name[19]
