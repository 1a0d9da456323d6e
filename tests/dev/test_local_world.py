"""Ports, secrets and locks of a local stack outlive crashes and never meet those of another."""

import os
import socket
import stat
import subprocess
from pathlib import Path

import pytest

from dev.identity import NOBODY, server_identity
from dev.layout import Layout, write_private
from dev.ports import LOOPBACK, PortBusy, choose_ports, open_door
from dev.postgres import AlreadyRunning, remove_stale_lock
from dev.secret_files import KEYS, ensure_secrets, read_secret

NAMES = ("postgres", "redis")


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    folders = Layout(tmp_path / "var")
    folders.make()
    return folders


def test_ports_stay_the_same_from_run_to_run(tmp_path: Path) -> None:
    memory = tmp_path / "ports.json"
    with open_door(memory, wanted=None, host=LOOPBACK) as door:
        first = {**choose_ports(memory, NAMES), "web": door.getsockname()[1]}
    with open_door(memory, wanted=None, host=LOOPBACK) as door:
        assert {**choose_ports(memory, NAMES), "web": door.getsockname()[1]} == first


def test_a_port_that_another_program_took_is_given_up(tmp_path: Path) -> None:
    first = choose_ports(tmp_path / "ports.json", NAMES)
    with socket.create_server((LOOPBACK, first["postgres"])):
        assert choose_ports(tmp_path / "ports.json", NAMES)["postgres"] != first["postgres"]


def test_two_stacks_started_at_once_get_a_page_each(tmp_path: Path) -> None:
    with (
        open_door(tmp_path / "one.json", wanted=None, host=LOOPBACK) as one,
        open_door(tmp_path / "two.json", wanted=None, host=LOOPBACK) as two,
    ):
        assert one.getsockname() != two.getsockname()


def test_a_busy_port_that_was_asked_for_is_told_in_one_sentence(tmp_path: Path) -> None:
    with socket.create_server((LOOPBACK, 0)) as other, pytest.raises(PortBusy, match=r"^Port \d+ is used by another program: .*\.$"):
        open_door(tmp_path / "ports.json", wanted=other.getsockname()[1], host=LOOPBACK)


def test_a_torn_memory_of_ports_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "ports.json").write_text('{"postgres": 54')
    assert set(choose_ports(tmp_path / "ports.json", NAMES)) == set(NAMES)


def test_secrets_are_made_once_and_are_for_their_owner_only(layout: Layout) -> None:
    ensure_secrets(layout)
    before = {name: read_secret(layout, name) for name in KEYS}
    ensure_secrets(layout)
    assert {name: read_secret(layout, name) for name in KEYS} == before
    assert {stat.S_IMODE(path.stat().st_mode) for path in layout.secrets.iterdir()} == {0o600}
    assert stat.S_IMODE(layout.secrets.stat().st_mode) == 0o700


def test_a_private_file_is_never_half_written(tmp_path: Path) -> None:
    write_private(tmp_path / "kept", "old")
    write_private(tmp_path / "kept", "new")
    assert (tmp_path / "kept").read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def test_the_lock_of_a_killed_postgresql_whose_number_a_stranger_has_is_removed(tmp_path: Path) -> None:
    (tmp_path / "postmaster.pid").write_text(f"{os.getpid()}\n{tmp_path}\n")
    remove_stale_lock(tmp_path)
    assert not (tmp_path / "postmaster.pid").exists()


def test_the_lock_of_a_postgresql_that_really_serves_is_respected(tmp_path: Path) -> None:
    with subprocess.Popen(("sleep", "60"), cwd=tmp_path) as serving:
        (tmp_path / "postmaster.pid").write_text(f"{serving.pid}\n{tmp_path}\n")
        with pytest.raises(AlreadyRunning, match="stop it first"):
            remove_stale_lock(tmp_path)
        serving.kill()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has somebody else to become")
def test_root_never_runs_a_server_as_itself(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o700)
    (tmp_path / "closed" / "deep").mkdir()
    hidden = server_identity(tmp_path / "closed" / "deep")
    assert hidden.uid is None
    assert "unshare" in hidden.prefix
    assert server_identity(Path("/usr/bin/env")).uid == NOBODY
