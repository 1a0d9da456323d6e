"""`python -m tests.contracts.write_schema`: bring docs/openapi.json up to date with the code."""

import json
import os

from dev.layout import BASE_DIR


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from drf_spectacular.generators import SchemaGenerator

    schema = SchemaGenerator().get_schema(request=None, public=True)
    (BASE_DIR / "docs" / "openapi.json").write_text(json.dumps(schema, indent=1, ensure_ascii=False, default=str) + "\n")


if __name__ == "__main__":
    main()
