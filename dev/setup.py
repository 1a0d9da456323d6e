"""`make setup`: everything that a first start needs, and nothing left running."""

import sys

from dev.layout import VAR_DIR
from dev.narration import explained, narrate
from dev.stack import Stack


def set_up() -> int:
    """Set up this clone; a second time it only looks."""
    stack = Stack(VAR_DIR, fsync=True, world=True, say=narrate)
    try:
        stack.start(apps=False)
    finally:
        stack.stop()
    narrate("Ready. Start the service with `make run`.")
    return 0


if __name__ == "__main__":
    sys.exit(explained(set_up))
