"""`python -m tests.contracts.write_schema`: bring docs/openapi.json up to date with the code."""

import json
import os
from pathlib import Path
from typing import Any

from dev.layout import BASE_DIR

CHECKED_IN = Path(BASE_DIR / "docs" / "openapi.json")


def schema_of_code() -> dict[str, Any]:
    """The schema in English, whoever read a page before: the libraries' words in it are translated."""
    from django.utils import translation
    from drf_spectacular.generators import SchemaGenerator

    with translation.override("en"):
        found: dict[str, Any] = json.loads(json.dumps(SchemaGenerator().get_schema(request=None, public=True), default=str))
    return found


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    CHECKED_IN.write_text(json.dumps(schema_of_code(), indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
