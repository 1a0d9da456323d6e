"""What may stand in the repository at all."""

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

from dev.layout import BASE_DIR

TEXT = {".py", ".toml", ".md", ".sh", ".html", ".css", ".js", ".csv", ".po", ".txt", ".lock", ".yml", ".yaml", ".json", ".cfg", ".ini", ""}
LONGEST_FILE = 400
# path: why it may be longer
LONG_FILES: dict[str, str] = {
    "core/static/core/app.css": "one stylesheet with its tokens, on purpose",
    "requirements.lock": "a list",
}
# Built so that this file does not find itself.
MACHINE_PATH = re.compile("|".join(("/" + "work/", "/" + "root/", "/opt/" + "wheels", "/opt/" + "pypi")))
REGISTRY = re.compile("|".join(("pypi" + r"\.org", "pythonhosted" + r"\.org", "registry" + r"\.npmjs", "download" + r"\.pytorch")))
FREE_SAMPLES = ("dev/samples/", "core/static/core/samples_free/", "docs/figures/")


@cache
def tracked() -> list[Path]:
    listed = subprocess.run(("git", "ls-files", "-z"), cwd=BASE_DIR, capture_output=True, check=True).stdout.decode()
    return [BASE_DIR / name for name in listed.split("\0") if name and (BASE_DIR / name).is_file()]


def text_files() -> list[Path]:
    return [path for path in tracked() if path.suffix in TEXT]


def name_of(path: Path) -> str:
    return str(path.relative_to(BASE_DIR))


def test_no_file_hides_two_things() -> None:
    long = {
        name_of(path) for path in text_files() if path.suffix in {".py", ".js", ".css", ".html"} and len(path.read_text().splitlines()) > LONGEST_FILE
    }
    assert long <= set(LONG_FILES), "split them by reason to change, or give the excuse here"


@pytest.mark.parametrize(("what", "pattern"), [("a path of one machine", MACHINE_PATH), ("a package registry's address", REGISTRY)])
def test_nothing_of_one_machine_is_committed(what: str, pattern: re.Pattern[str]) -> None:
    found = [f"{name_of(path)}: {match[0]}" for path in text_files() if (match := pattern.search(path.read_text(errors="replace")))]
    assert not found, f"{what}: {found}"


def test_photos_in_the_repository_are_the_free_samples_only() -> None:
    photos = {name_of(path) for path in tracked() if path.suffix.lower() in {".jpg", ".jpeg", ".tif", ".tiff", ".heic"}}
    strangers = {name for name in photos if not name.startswith(FREE_SAMPLES)}
    assert not strangers


def test_no_patient_is_written_into_code_or_tests() -> None:
    """Mainland mobile numbers and identity numbers of a real shape; demo numbers use the never assigned prefix 100 or end in 0000."""
    mobile = re.compile(r"(?<![\d.])1[3-9]\d{9}(?![\d.])")
    identity = re.compile(r"(?<!\d)[1-6]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)")
    found = [
        f"{name_of(path)}: {match[0]}"
        for path in text_files()
        for pattern in (mobile, identity)
        for match in pattern.finditer(path.read_text(errors="replace"))
        if not match[0].startswith("1380013") and not match[0].endswith("0000") and path.suffix not in {".lock", ".csv", ".toml"}
    ]
    assert not found


def test_only_the_agreed_names_stand_at_the_top() -> None:
    agreed = {
        *("manage.py", "pyproject.toml", "requirements.lock", "Makefile", "README.md", "LICENSE", "CHANGELOG.md", "SECURITY.md"),
        *(".ci", ".gitignore", ".gitattributes", "config", "core", "accounts", "screening", "followup", "partners"),
        *("tests", "dev", "bench", "clients", "locale", "docs"),
    }
    assert {path.relative_to(BASE_DIR).parts[0] for path in tracked()} <= agreed
