"""The guards themselves bite: a banned import is refused with its replacement, import contracts are kept, migrations are complete."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

from dev.layout import BASE_DIR

BIN = Path(sys.executable).parent
BANNED = {
    "from datetime import UTC, datetime\n\nvalue = datetime.now(UTC)\n": "core.clock.now()",
    "from django.utils import timezone\n\nvalue = timezone.now()\n": "core.clock.now()",
    "from uuid import uuid4\n\nvalue = uuid4()\n": "core.ids.new_id()",
    "from celery import shared_task\n\nvalue = shared_task\n": "core.bell",
    "import requests\n\nvalue = requests\n": "urllib.request",
    "import multiprocessing\n\nvalue = multiprocessing\n": "subprocess",
}


@pytest.mark.parametrize("source", BANNED)
def test_a_banned_import_is_refused_and_names_its_replacement(source: str) -> None:
    command = (str(BIN / "ruff"), "check", "--output-format=concise", "--stdin-filename=screening/services/example.py", "-")
    done = subprocess.run(command, cwd=BASE_DIR, input=source, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "TID251" in done.stdout
    assert BANNED[source] in done.stdout


@pytest.mark.django_db
def test_every_model_change_has_its_migration() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=1)
