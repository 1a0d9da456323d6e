"""The words of each consent, from accounts/rules/data/consent_texts.toml."""

import hashlib
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from accounts.models import Organisation

_FILE = Path(__file__).parent / "rules" / "data" / "consent_texts.toml"


@dataclass(frozen=True)
class Wording:
    """One purpose as a person reads it: `text` is agreed to, `without` says what follows from not agreeing."""

    purpose: str
    version: str
    language: str
    title: str
    text: str
    without: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


def purposes() -> tuple[str, ...]:
    """The purposes a person is asked about at sign-up, in that order."""
    return tuple(_texts())


def wording(purpose: str, language: str, organisation: Organisation) -> Wording:
    """One purpose in a language (`zh-hans` or `en`), naming the organisation. Raises KeyError for a purpose that is not asked."""
    found = _texts()[purpose]
    words = found[language]
    name = organisation.name_en if language == "en" else organisation.name_zh
    return Wording(
        purpose=purpose,
        version=found["version"],
        language=language,
        title=words["title"],
        text=words["text"].format(organisation=name),
        without=words["without"],
    )


def wordings(language: str, organisation: Organisation) -> list[Wording]:
    """All purposes of sign-up, in order."""
    return [wording(purpose, language, organisation) for purpose in purposes()]


@cache
def _texts() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))
