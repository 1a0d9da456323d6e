"""Web, beat and the workers must start in a second or two: nothing that they import may bring torch along."""

import subprocess
import sys

from dev.layout import BASE_DIR

HEAVY = ("torch", "timm", "torchvision", "onnx", "onnxscript", "sklearn", "matplotlib")
EVERY_SERVING_PROCESS = f"""
import sys
import config.wsgi
from django.urls import get_resolver
from config.celery import app
get_resolver().url_patterns
app.loader.import_default_modules()
print("ready", *sorted(set({HEAVY!r}) & set(sys.modules)))
"""


def test_no_serving_process_imports_torch() -> None:
    done = subprocess.run((sys.executable, "-c", EVERY_SERVING_PROCESS), cwd=BASE_DIR, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().splitlines()[-1] == "ready"
