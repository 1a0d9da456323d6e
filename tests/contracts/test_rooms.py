"""Which room may look into which, where import-linter has no words for it (DESIGN.md sections 2 and 3)."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from dev.layout import BASE_DIR

APPS = ("accounts", "screening", "followup", "partners")
FACES = ("api", "pages", "tasks")


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_no_app_reaches_into_the_faces_of_another() -> None:
    faces = {f"{app}.{face}": app for app in APPS for face in FACES}
    trespasses = [
        f"{path.relative_to(BASE_DIR)} imports {name}"
        for app in APPS
        for path in (BASE_DIR / app).rglob("*.py")
        for name in imports(path)
        if faces.get(".".join(name.split(".")[:2]), app) != app
    ]
    assert not trespasses


def test_rules_know_only_the_standard_library_and_each_other() -> None:
    allowed = set(sys.stdlib_module_names) - {"time", "random", "socket", "subprocess"}
    strangers = [
        f"{path.relative_to(BASE_DIR)} imports {name}"
        for path in (*BASE_DIR.glob("*/rules/**/*.py"), *BASE_DIR.glob("core/pure/**/*.py"))
        for name in imports(path)
        if name.split(".")[0] not in allowed and not re.match(r"core\.pure|\w+\.rules", name)
    ]
    assert not strangers
