"""`make bench`: ratios, side by side in one run. Absolute times belong to this machine at this minute; the ratios are the measure."""

import os
import sys
from pathlib import Path

from dev.stack import Stack

FOLDER = Path("var/bench")


def show(title: str, rows: dict[str, str]) -> None:
    """One table of the report."""
    print(f"\n{title}")
    for name, value in rows.items():
        print(f"  {name:44} {value}")
    sys.stdout.flush()


def main() -> None:
    stack = Stack(FOLDER, fsync=True)
    stack.start(apps=False)
    try:
        os.environ.update(stack.env | {"DJANGO_SETTINGS_MODULE": "config.settings", "LOG_LEVEL": "ERROR", "OMP_NUM_THREADS": "1"})
        (Path(stack.env["BLOB_DIR"])).mkdir(parents=True, exist_ok=True)
        import django

        django.setup()
        from django.db import connections

        from bench import accept, compute, lists, service, stored, worker
        from bench.subjects import RETINA, SKIN, camera_photo

        show("A worker", worker.run())
        for subject in (RETINA, SKIN):
            show(f"{subject.programme}: a 12-megapixel JPEG read on one core", compute.run(subject) | stored.run(subject))
        show("The door", accept.run(camera_photo(RETINA)))
        show("Queries of every list, with 3 people and with 12", lists.run())
    finally:
        stack.stop()
    connections.close_all()
    served = Stack(FOLDER, fsync=True)
    served.start()
    try:
        show("Four clients at once", service.run(served.url))
    finally:
        served.stop()


if __name__ == "__main__":
    main()
