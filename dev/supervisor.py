"""Keeps the children of a stack alive: starts them in order, starts a dead one again, stops them in reverse."""

import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from dev.children import Child, ask_to_stop, end, kill_group, last_lines, spawn
from dev.layout import Layout

POLL_S = 0.1
HEALTHY_AFTER_S = 30.0
LONGEST_PAUSE_S = 10.0


class ChildFailed(Exception):
    """A child ended, or never became ready, while the stack was starting."""


@dataclass
class _Running:
    child: Child
    process: subprocess.Popen[bytes]
    layer: int
    started: float
    failures: int = 0
    next_try: float = 0.0
    revive: bool = True


class Supervisor:
    """Children of one stack. Start and stop it from a thread that lives on: children end with the thread that started them."""

    def __init__(self, layout: Layout, say: Callable[[str], None]) -> None:
        self._layout = layout
        self._say = say
        self._running: dict[str, _Running] = {}
        self._lock = threading.RLock()
        self._stopping = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="supervisor", daemon=True)

    def start(self, *children: Child, patience_s: float = 120) -> None:
        """Start `children` side by side and wait until each is ready. Raises ChildFailed with the end of its log."""
        layer = 1 + max((running.layer for running in self._running.values()), default=0)
        for child in children:
            with self._lock:
                self._running[child.name] = _Running(child, spawn(child, self._layout), layer, time.monotonic())
        for child in children:
            self.wait_ready(child.name, patience_s)

    def watch(self) -> None:
        """From now on a child that dies is started again."""
        self._watcher.start()

    def wait_ready(self, name: str, patience_s: float = 120) -> None:
        """Wait until the child serves. Raises ChildFailed when it does not in `patience_s` seconds."""
        deadline = time.monotonic() + patience_s
        running = self._running[name]
        while not (running.process.poll() is None and running.child.ready()):
            died = running.process.poll() is not None and not self._watcher.is_alive()
            if died or time.monotonic() > deadline:
                what = "ended" if died else f"was not ready after {patience_s:.0f} s"
                raise ChildFailed(f"{name} {what}. The end of its log:\n{last_lines(name, self._layout)}")
            time.sleep(POLL_S / 2)

    def kill(self, name: str, *, revive: bool = True) -> None:
        """kill -9 the child and all it started. With `revive` off it stays dead until `revive(name)`."""
        with self._lock:
            running = self._running[name]
            running.revive = revive
            kill_group(running.process.pid)
            running.process.wait()

    def revive(self, name: str) -> None:
        """Start a dead child at once and wait until it serves."""
        with self._lock:
            running = self._running[name]
            running.revive = True
            if running.process.poll() is not None:
                self._restart(running)
        self.wait_ready(name)

    def stop(self, patience_s: float = 10) -> None:
        """Stop all children, the last started first, so that databases outlive those who write to them."""
        with self._lock:
            self._stopping.set()
            for layer in sorted({running.layer for running in self._running.values()}, reverse=True):
                ending = [running for running in self._running.values() if running.layer == layer]
                for running in ending:
                    ask_to_stop(running.process, running.child.stop_signal)
                for running in ending:
                    end(running.process, patience_s)
                    (self._layout.run / f"{running.child.name}.pid").unlink(missing_ok=True)
            self._running.clear()
        # Children end with the thread that started them, so the watcher must outlive those it started again.
        if self._watcher.is_alive():
            self._watcher.join()

    def _watch(self) -> None:
        while not self._stopping.wait(POLL_S):
            with self._lock:
                for running in self._running.values():
                    self._look_after(running)

    def _look_after(self, running: _Running) -> None:
        now = time.monotonic()
        if running.process.poll() is None:
            if running.failures and now - running.started > HEALTHY_AFTER_S:
                running.failures = 0
            return
        if not running.revive:
            return
        if not running.next_try:
            pause = min(LONGEST_PAUSE_S, 0.1 * 2**running.failures)
            running.next_try = now + pause
            running.failures += 1
            self._say(f"{running.child.name} ended ({_how(running.process.returncode)}); starting it again in {pause:.1f} s.")
            if running.process.returncode > 0:
                self._say(last_lines(running.child.name, self._layout))
        elif now >= running.next_try:
            self._restart(running)

    def _restart(self, running: _Running) -> None:
        kill_group(running.process.pid)
        running.process = spawn(running.child, self._layout)
        running.started = time.monotonic()
        running.next_try = 0.0


def _how(returncode: int) -> str:
    return f"signal {-returncode}" if returncode < 0 else f"exit {returncode}"
