"""A stack heals by itself, stops whole, and never mistakes a stranger for its own child."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dev.children import Child, end_leftovers
from dev.layout import Layout
from dev.supervisor import ChildFailed, Supervisor


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    folders = Layout(tmp_path / "var")
    folders.make()
    return folders


@pytest.fixture
def supervisor(layout: Layout) -> Iterator[Supervisor]:
    running = Supervisor(layout, lambda line: None)
    yield running
    running.stop()


def sleeper(name: str = "sleeper") -> Child:
    return Child(name=name, command=("sleep", "60"), ready=lambda: True)


def pid_of(layout: Layout, name: str = "sleeper") -> int:
    return int((layout.run / f"{name}.pid").read_text().split()[0])


def within(seconds: float, holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_killed_child_comes_back_by_itself(supervisor: Supervisor, layout: Layout) -> None:
    supervisor.start(sleeper())
    supervisor.watch()
    first = pid_of(layout)
    supervisor.kill("sleeper")
    assert within(5, lambda: pid_of(layout) != first and runs(pid_of(layout)))


def test_a_child_held_down_stays_down_until_it_is_revived(supervisor: Supervisor, layout: Layout) -> None:
    supervisor.start(sleeper())
    supervisor.watch()
    first = pid_of(layout)
    supervisor.kill("sleeper", revive=False)
    assert not within(0.5, lambda: pid_of(layout) != first)
    supervisor.revive("sleeper")
    assert runs(pid_of(layout))


def test_stopping_leaves_nothing_running(supervisor: Supervisor, layout: Layout) -> None:
    supervisor.start(sleeper("one"), sleeper("two"))
    pids = [pid_of(layout, "one"), pid_of(layout, "two")]
    supervisor.stop()
    assert not any(runs(pid) for pid in pids)
    assert not list(layout.run.glob("*.pid"))


def test_a_child_that_cannot_start_is_told_with_the_end_of_its_log(supervisor: Supervisor) -> None:
    broken = Child(name="broken", command=("sh", "-c", "echo the disk is full; exit 3"), ready=lambda: False)
    with pytest.raises(ChildFailed, match=r"(?s)^broken ended.*the disk is full"):
        supervisor.start(broken)


def test_children_end_when_their_supervisor_is_killed(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from dev.children import Child; from dev.layout import Layout;"
        "from dev.supervisor import Supervisor; layout = Layout(Path(sys.argv[1])); layout.make();"
        "Supervisor(layout, print).start(Child(name='sleeper', command=('sleep', '60'), ready=lambda: True));"
        "print('up', flush=True); time.sleep(60)"
    )
    layout = Layout(tmp_path / "var")
    with subprocess.Popen((sys.executable, "-c", script, str(layout.var)), stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        assert parent.stdout.readline() == b"up\n"
        parent.kill()
    child = pid_of(layout)
    assert within(5, lambda: not runs(child))


def test_what_a_killed_supervisor_left_is_ended_but_a_stranger_with_its_number_is_not(layout: Layout) -> None:
    with subprocess.Popen(("sleep", "60"), start_new_session=True) as ours, subprocess.Popen(("sleep", "60"), start_new_session=True) as stranger:
        started = Path(f"/proc/{ours.pid}/stat").read_text().rpartition(")")[2].split()[19]
        (layout.run / "ours.pid").write_text(f"{ours.pid} {started} {int(signal.SIGTERM)}")
        (layout.run / "stranger.pid").write_text(f"{stranger.pid} 1 {int(signal.SIGTERM)}")
        (layout.run / "torn.pid").write_text("")
        end_leftovers(layout)
        assert ours.wait(5) == -signal.SIGTERM
        assert stranger.poll() is None
        os.killpg(stranger.pid, signal.SIGKILL)
    assert not list(layout.run.glob("*.pid"))
