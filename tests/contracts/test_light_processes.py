"""Web, beat and the reading worker must start in a second or two: nothing that they import may bring torch along."""

import subprocess
import sys

import pytest

from dev.layout import BASE_DIR

HEAVY = ("torch", "timm", "torchvision", "onnx", "onnxscript", "sklearn", "matplotlib")
PROCESSES = {
    "web": "import config.wsgi, config.urls; from django.urls import get_resolver; get_resolver().url_patterns",
    "workers and beat": "from config.celery import app; import django; django.setup(); app.loader.import_default_modules()",
}


@pytest.mark.parametrize("process", PROCESSES)
def test_no_serving_process_imports_torch(process: str) -> None:
    script = f"import sys; {PROCESSES[process]}; print(*sorted(set({HEAVY!r}) & set(sys.modules)))"
    done = subprocess.run((sys.executable, "-c", script), cwd=BASE_DIR, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == ""
