"""`make test` and `make check`: linters and types, then the tests – in parallel first, then those that hurt or show a whole stack."""

import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections import Counter
from pathlib import Path

from dev.build import build
from dev.layout import BASE_DIR, VAR_DIR
from dev.narration import explained, narrate

PYTHON = sys.executable
BIN = Path(PYTHON).parent
LINTERS = {
    "ruff": (str(BIN / "ruff"), "check", "--quiet", "."),
    "ruff format": (str(BIN / "ruff"), "format", "--quiet", "--check", "."),
    "import contracts": (str(BIN / "lint-imports"), "--no-logo"),
    "mypy": (str(BIN / "mypy"), "--no-error-summary"),
}
WHOLE_STACK = ("tests/faults", "tests/journeys")
NO_TESTS_FOUND = 5


def check() -> int:
    """Linters and types. Everything is run even when something fails, so that one run tells all."""
    return _verdict(_linters())


def suite() -> int:
    """Linters, types, and every test."""
    build(narrate)
    return _verdict([*_linters(), *_tests()])


def _verdict(failed: list[str]) -> int:
    if failed:
        narrate(f"Failed: {', '.join(failed)}")
    return 1 if failed else 0


def _linters() -> list[str]:
    return [name for name, command in LINTERS.items() if not _passes(name, command)]


def _passes(name: str, command: tuple[str, ...]) -> bool:
    narrate(f"- {name}")
    done = subprocess.run(command, cwd=BASE_DIR, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        narrate(f"{done.stdout}{done.stderr}")
    return done.returncode == 0


def _tests() -> list[str]:
    """Both parts of the suite, then one closing line over both."""
    in_parallel = ("-n", os.environ.get("TEST_PROCESSES", "2"), *(f"--ignore={folder}" for folder in WHOLE_STACK), "tests")
    parts = {"tests": in_parallel}
    serially = [folder for folder in WHOLE_STACK if (BASE_DIR / folder).exists()]
    if serially:
        parts["whole stacks"] = ("-p", "no:randomly", *serially)
        if not browser():
            narrate("NO BROWSER: the journeys are skipped. CI installs chromium-headless-shell; so can you, by apt.")
    failed, counts = [], Counter[str]()
    for name, arguments in parts.items():
        narrate(f"- {name}")
        report = VAR_DIR / "test" / f"{name.replace(' ', '-')}.xml"
        report.unlink(missing_ok=True)
        command = (PYTHON, "-m", "pytest", "-q", f"--junitxml={report}", *arguments)
        status = subprocess.run(command, cwd=BASE_DIR, stdin=subprocess.DEVNULL, check=False).returncode
        counts += _counts(report)
        if status not in (0, NO_TESTS_FOUND):
            failed.append(name)
    narrate(f"\n{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped")
    return failed if counts["passed"] else [*failed, "no test ran"]


def browser() -> str | None:
    """The headless browser of this machine."""
    return shutil.which("chromium-headless-shell")


def _counts(report: Path) -> Counter[str]:
    try:
        suites = ElementTree.parse(report).getroot().iter("testsuite")  # noqa: S314 - written by our own pytest
    except OSError:
        return Counter()
    counts = Counter[str]()
    for suite in suites:
        failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        skipped = int(suite.get("skipped", 0))
        counts.update(passed=int(suite.get("tests", 0)) - failed - skipped, failed=failed, skipped=skipped)
    return counts


if __name__ == "__main__":
    sys.exit(explained(check if "--linters" in sys.argv else suite))
