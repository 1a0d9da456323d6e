"""`make bench`: ratios, side by side in one run. Absolute times belong to this machine at this minute; the ratios are the measure."""

import os
import sys
from pathlib import Path

from dev.stack import Stack


def show(title: str, rows: dict[str, str]) -> None:
    """One table of the report."""
    print(f"\n{title}")
    for name, value in rows.items():
        print(f"  {name:44} {value}")
    sys.stdout.flush()


def main() -> None:
    stack = Stack(Path("var/bench"), fsync=True)
    stack.start(apps=False)
    try:
        os.environ.update(stack.env | {"DJANGO_SETTINGS_MODULE": "config.settings", "LOG_LEVEL": "ERROR"})
        (Path(stack.env["BLOB_DIR"])).mkdir(parents=True, exist_ok=True)
        import django

        django.setup()
        from bench import accept, lists, read_path, skin_path

        photo = read_path.twelve_megapixels()
        show("From upload bytes to a stored reading (12-megapixel JPEG)", read_path.run(photo))
        show("The same of a spot on the skin", skin_path.run())
        show("The door", accept.run(photo))
        show("Queries of every list, with 3 people and with 12", lists.run())
    finally:
        stack.stop()


if __name__ == "__main__":
    main()
