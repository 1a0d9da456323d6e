"""Where settings come from: the environment first, then var/run/env.json of the stack that `make run` started, then secret files.

Production sets environment variables and mounts a secrets folder; on a developer's machine `manage.py` finds a running stack by itself.
"""

import json
import os
from functools import cache
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent


@cache
def _running_stack() -> dict[str, str]:
    path = BASE_DIR / "var" / "run" / "env.json"
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return {str(name): str(value) for name, value in found.items()}


def setting(name: str, default: str = "") -> str:
    """The value of `name` from the environment, else from the running local stack, else `default`."""
    return os.environ.get(name) or _running_stack().get(name) or default


def secret(name: str, default: str = "") -> str:
    """A secret from the environment variable NAME (upper case) or the file SECRETS_DIR/name."""
    value = os.environ.get(name.upper())
    if value:
        return value
    path = Path(setting("SECRETS_DIR", str(BASE_DIR / "var" / "secrets"))) / name
    try:
        return path.read_text().strip()
    except OSError:
        return default
