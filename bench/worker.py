"""One reading worker in a process of its own: start to ready, and the most memory that photos of several sizes take."""

import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from bench.subjects import FORTY_EIGHT, RETINA, SKIN, TWELVE, TWENTY_FOUR, camera_photo
from dev.layout import BASE_DIR

# Everything that a worker loads before its first photo; then one photo a line, answered by the peak of this process and of its children.
_WORKER = """
import resource, sys, time
import django
django.setup()
import config.celery, screening.tasks
from screening.classifiers import registry, retina, skin
from screening.classifiers.engine import serving_engine
for programme in (retina.PROGRAMME, skin.PROGRAMME):
    serving_engine(registry.live(programme))
print(time.process_time(), flush=True)
for line in sys.stdin:
    kind, path = line.split()
    outcome = (skin if kind == "skin" else retina).read_photo(open(path, "rb").read())
    assert outcome.outcome == "graded", (kind, outcome.reason)
    status = dict(row.split(":", 1) for row in open("/proc/self/status"))
    print(int(status["VmHWM"].split()[0]) // 1024, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024, flush=True)
"""

_PHOTOS = {
    "12 MP JPEG": (TWELVE, "JPEG"),
    "24 MP JPEG": (TWENTY_FOUR, "JPEG"),
    "48 MP JPEG": (FORTY_EIGHT, "JPEG"),
    "48 MP PNG": (FORTY_EIGHT, "PNG"),
}


def run() -> dict[str, str]:
    """Peaks grow from row to row, since a process never gives its peak back."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        started = perf_counter()
        with subprocess.Popen([sys.executable, "-c", _WORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=BASE_DIR) as worker:
            assert worker.stdin
            assert worker.stdout
            cpu = float(worker.stdout.readline())
            found["start to ready"] = f"{cpu:.1f} s of processor time, {perf_counter() - started:.1f} s by the wall clock"
            for name, (size, form) in _PHOTOS.items():
                for subject in (RETINA, SKIN):
                    path = Path(folder) / "photo"
                    path.write_bytes(camera_photo(subject, size, form))
                    camera_photo.cache_clear()
                    worker.stdin.write(f"{subject.kind} {path}\n")
                    worker.stdin.flush()
                    own, child = worker.stdout.readline().split()
                found[f"peak memory after a {name}"] = f"{own} MB, largest decode child {child} MB"
            worker.stdin.close()
    return found
