"""Where one local stack keeps its files: everything lies under one `var` folder, so that stacks never share anything."""

import importlib.util
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"


@dataclass(frozen=True)
class Layout:
    """The folders of the stack whose root is `var`."""

    var: Path

    @property
    def secrets(self) -> Path:
        return self.var / "secrets"

    @property
    def run(self) -> Path:
        return self.var / "run"

    @property
    def log(self) -> Path:
        return self.var / "log"

    @property
    def postgres(self) -> Path:
        return self.var / "postgres"

    @property
    def redis(self) -> Path:
        return self.var / "redis"

    def make(self) -> None:
        """Make the folders that every process may find."""
        for folder in (self.var, self.secrets, self.run, self.log):
            folder.mkdir(parents=True, exist_ok=True)
        self.secrets.chmod(0o700)


def installed_folder(package: str) -> Path:
    """The folder of an installed package, found without importing it: these packages run code (and warn) on import."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError(f"{package} is not installed: run `make setup`")
    return Path(spec.submodule_search_locations[0])


def write_private(path: Path, text: str) -> None:
    """Write `text` so that only the owner reads it, and nobody ever sees half of it."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(text)
    draft.replace(path)


def read_json(path: Path) -> Mapping[str, object]:
    """The object kept in `path`; empty where it is missing or was torn by a crash."""
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
