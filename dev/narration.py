"""What the commands say to the person at the terminal: short lines, and one sentence for what went wrong."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from dev.build import CommandFailed
from dev.ports import PortBusy
from dev.postgres import AlreadyRunning
from dev.stack import StackRunning
from dev.supervisor import ChildFailed

EXPECTED = (AlreadyRunning, ChildFailed, CommandFailed, PortBusy, StackRunning)


def narrate(line: str) -> None:
    """One line, at once."""
    print(line, flush=True)


@contextmanager
def explained() -> Iterator[None]:
    """Turn what is known to go wrong on people's machines into its sentence; the caller then ends with status 1."""
    try:
        yield
    except EXPECTED as error:
        print(error, file=sys.stderr, flush=True)
