"""What the commands say to the person at the terminal: short lines, and one sentence for what went wrong."""

import sys
from collections.abc import Callable

from dev.build import CommandFailed
from dev.ports import PortBusy
from dev.postgres import AlreadyRunning
from dev.stack import StackRunning
from dev.supervisor import ChildFailed

EXPECTED = (AlreadyRunning, ChildFailed, CommandFailed, PortBusy, StackRunning)


def narrate(line: str) -> None:
    """One line, at once."""
    print(line, flush=True)


def explained(command: Callable[[], int]) -> int:
    """The exit status of `command`; what is known to go wrong on people's machines is told in its sentence, with status 1."""
    try:
        return command()
    except EXPECTED as error:
        print(error, file=sys.stderr, flush=True)
        return 1
