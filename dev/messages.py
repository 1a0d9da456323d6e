"""Translations without gettext tools: extraction, merging of each area's part, compilation. `python -m dev.messages` lists what is missing."""

import io
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from dev.layout import BASE_DIR

LOCALES = ("zh_Hans", "en")
SOURCES = ("config", "core", "accounts", "screening", "followup", "partners", "dev")
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    **{f"{name}_lazy": rule for name, rule in DEFAULT_KEYWORDS.items() if name.endswith("gettext")},
    "gettext_noop": None,
}


@dataclass(frozen=True)
class Message:
    """A text that the code shows, and where."""

    msgid: str | tuple[str, ...]
    context: str | None
    place: str


class PartsDisagree(Exception):
    """Two parts of one locale translate the same text differently."""


def merged(locale: str) -> Catalog:
    """All parts of a locale as one catalogue. Raises PartsDisagree."""
    whole = Catalog(locale=locale, fuzzy=False)
    for path in sorted((BASE_DIR / "locale" / locale / "parts").glob("*.po")):
        with path.open("rb") as part:
            for message in read_po(part, locale=locale):
                if not message.id:
                    continue
                known = whole.get(message.id, message.context)
                if known is not None and known.string != message.string:
                    raise PartsDisagree(f"{path.name}: {message.id!r} is {message.string!r}, elsewhere {known.string!r}")
                whole.add(message.id, message.string, context=message.context)
    return whole


def compile_messages() -> None:
    """Write locale/*/LC_MESSAGES/django.mo, which Django reads at start."""
    for locale in LOCALES:
        folder = BASE_DIR / "locale" / locale / "LC_MESSAGES"
        folder.mkdir(parents=True, exist_ok=True)
        # Several test processes compile at once; each moves a whole file of its own into place.
        draft = folder / f"django.{os.getpid()}.mo"
        with draft.open("wb") as compiled:
            write_mo(compiled, merged(locale))
        draft.replace(folder / "django.mo")


def used() -> Iterator[Message]:
    """Every text of the code and the templates that goes through gettext."""
    for source in SOURCES:
        for path in sorted((BASE_DIR / source).rglob("*.py")):
            yield from _extracted(path, path.read_text())
        for path in sorted((BASE_DIR / source).rglob("templates/**/*")):
            if path.suffix in {".html", ".txt", ".svg"}:
                yield from _extracted(path, as_python(path))


def missing(locale: str) -> list[Message]:
    """The texts in use that have no translation in `locale`."""
    catalog = merged(locale)

    def translated(message: Message) -> bool:
        known = catalog.get(message.msgid, message.context)
        if known is None or not known.string:
            return False
        return all(known.string) if isinstance(known.string, tuple) else True

    return [message for message in used() if not translated(message)]


def _extracted(path: Path, python: str) -> Iterator[Message]:
    for line, msgid, _comments, context in extract("python", io.BytesIO(python.encode()), KEYWORDS):
        yield Message(msgid, context, f"{path.relative_to(BASE_DIR)}:{line}")


def as_python(path: Path) -> str:
    """Django's own reading of a template: everything but its translatable texts turned into X and spaces."""
    from django.utils.translation.template import templatize

    # What stands between the gettext calls is not Python; only the calls are kept, each on its line.
    readable: list[str] = []
    for line in templatize(path.read_text(), origin=str(path)).split("\n"):
        readable.append(" ".join(re.findall(r"""\b(?:(?:n|p|np)?gettext|_)\((?:u?'(?:[^'\\]|\\.)*'|u?"(?:[^"\\]|\\.)*"|[\s\w,])*\)""", line)))
    return "\n".join(readable)


def main() -> int:
    """Compile, then list what lacks Chinese. Exit status 1 when something does."""
    compile_messages()
    lacking = missing("zh_Hans")
    for message in lacking:
        print(f"{message.place}: {message.msgid!r}")
    print(f"{len(lacking)} texts without Chinese.")
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main())
