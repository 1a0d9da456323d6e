"""Decoding bytes that nobody trusts: in a child with little memory, little time, no files and no rights."""

import math
import os
import select
import signal
import subprocess
import sys
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from screening.imaging.decode_child import EXIT_CODES, LONGEST_JPEG_SIDE, SIZE

_ROOT = Path(__file__).resolve().parents[2]
# Isolated mode keeps the environment and the working folder out of the import path, so the one folder that is needed is named.
_START = f"""
import sys
sys.path.insert(0, {str(_ROOT)!r})
from screening.imaging.decode_child import main
main(sys.argv[1], *map(int, sys.argv[2:]))
"""
# 100 megapixels of 16-bit RGBA PNG or tiled HEIC, with one copy in another mode, fit (measured in tests).
MEMORY_MB = 1536
# A busy machine is not the photo's fault: the limit is the child's own time, the wall clock only ends what hangs.
WALL_PER_CPU = 3
VIEW_BYTES = 256 * 1024 * 1024


class Undecodable(Exception):
    """The photo cannot be turned into pixels. `reason`: corrupt, too_slow, too_big_in_memory or unsupported."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ChildBroken(Exception):
    """The child could not start or gave nonsense: our fault, not the photo's."""


def decode_in_child(photo: bytes, longest: int, *, timeout_s: float = 20, memory_mb: int = MEMORY_MB) -> NDArray[np.uint8]:
    """Upright RGB of shape (height, width, 3), neither side over `longest` pixels. Raises Undecodable, ChildBroken.

    `timeout_s` is processor time in seconds, and a third of the longest wait.
    """
    answer = _ask_child(photo, "pixels", longest, SIZE.size + 3 * longest * longest, timeout_s, memory_mb)
    if len(answer) < SIZE.size:
        raise ChildBroken("no answer")
    width, height = SIZE.unpack_from(answer)
    if max(width, height) > longest or len(answer) != SIZE.size + 3 * width * height:
        raise ChildBroken("the answer is not the picture it announces")
    return np.frombuffer(answer, np.uint8, offset=SIZE.size).reshape(height, width, 3)


def full_view_in_child(photo: bytes, *, timeout_s: float = 30, memory_mb: int = MEMORY_MB) -> bytes:
    """The whole photo as an upright JPEG without metadata, for a clinician. Raises Undecodable, ChildBroken."""
    return bytes(_ask_child(photo, "view", LONGEST_JPEG_SIDE, VIEW_BYTES, timeout_s, memory_mb))


def _ask_child(photo: bytes, purpose: str, longest: int, answer_bytes: int, timeout_s: float, memory_mb: int) -> bytearray:
    with _memory_file(photo) as question, _memory_file(b"") as answer:
        arguments = [purpose, longest, math.ceil(timeout_s), memory_mb * 1024 * 1024, answer_bytes]
        with subprocess.Popen(
            [sys.executable, "-I", "-B", "-W", "ignore", "-c", _START, *map(str, arguments)],
            stdin=question,
            stdout=answer,
            stderr=subprocess.DEVNULL,
            # One heap for all of libheif's threads: each further one would take 64 MB of the child's allowance.
            env={"MALLOC_ARENA_MAX": "1"},
            cwd="/",
            start_new_session=True,
        ) as child:
            in_time = _ended_within(child.pid, timeout_s * WALL_PER_CPU)
            if not in_time:
                child.kill()
        if not in_time or child.returncode == -signal.SIGXCPU:
            raise Undecodable("too_slow")
        if child.returncode:
            raise _failure(child.returncode)
        return _content(answer)


def _ended_within(pid: int, seconds: float) -> bool:
    # Popen.wait(timeout) polls, which costs up to 50 ms a photo; the kernel tells at once.
    watch = os.pidfd_open(pid)
    try:
        poll = select.poll()
        poll.register(watch, select.POLLIN)
        return bool(poll.poll(seconds * 1000))
    finally:
        os.close(watch)


def _failure(returncode: int) -> Exception:
    for reason, code in EXIT_CODES.items():
        if returncode == code:
            return Undecodable(reason)
    if returncode == -signal.SIGKILL:
        # Not ours: the kernel's, for memory.
        return Undecodable("too_big_in_memory")
    if returncode < 0:
        return Undecodable("corrupt")
    return ChildBroken(f"exit code {returncode}")


def _memory_file(content: bytes) -> IO[bytes]:
    file = open(os.memfd_create("photo", os.MFD_CLOEXEC), "w+b", buffering=0)  # noqa: SIM115
    rest = memoryview(content)
    while rest:
        rest = rest[file.write(rest) :]
    file.seek(0)
    return file


def _content(file: IO[bytes]) -> bytearray:
    content = bytearray(os.fstat(file.fileno()).st_size)
    file.seek(0)
    view = memoryview(content)
    while view:
        view = view[file.readinto(view) :]  # type: ignore[attr-defined]
    return content
