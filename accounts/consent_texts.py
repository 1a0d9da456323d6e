"""The words of each consent, from accounts/rules/data/consent_texts.toml."""

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from accounts.models import Organisation

SHARE_STORE = "share_store"
_ANY_STORE: Mapping[str, str] = {"zh-hans": "您出示此码的门店", "en": "the store you show this code to"}
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
    return _asked("sign_up")


def purposes_of_account() -> tuple[str, ...]:
    """Those and the ones offered on her own page."""
    return _asked("sign_up", "account")


def purposes_without_place() -> tuple[str, ...]:
    """Everything she may agree to by herself: all but sharing with a store, for which she is there in person."""
    return tuple(purpose for purpose in _texts() if purpose != SHARE_STORE)


def purposes_at_counter() -> tuple[str, ...]:
    """What a person is asked about when a store registers her."""
    return (*purposes(), SHARE_STORE)


def every_purpose() -> tuple[str, ...]:
    """All that there are words for, in order."""
    return tuple(_texts())


def wording(purpose: str, language: str, organisation: Organisation) -> Wording:
    """One purpose in a language (`zh-hans` or `en`), naming the organisation. Raises KeyError for a purpose that has no words."""
    return _wording(purpose, language, organisation.name_en if language == "en" else organisation.name_zh)


def wording_before_scan(language: str) -> Wording:
    """Sharing with a store as read by a person who makes a check-in code, before she shows it to one."""
    return _wording(SHARE_STORE, language, _ANY_STORE[language])


def wordings(purposes: Iterable[str], language: str, centre: Organisation, store: Organisation | None = None) -> list[Wording]:
    """These purposes in words, each naming whom it is about: the store for sharing with it, the reading centre for the rest."""
    return [wording(purpose, language, store if store and purpose == SHARE_STORE else centre) for purpose in purposes]


def _asked(*places: str) -> tuple[str, ...]:
    return tuple(purpose for purpose, found in _texts().items() if found["asked"] in places)


def _wording(purpose: str, language: str, name: str) -> Wording:
    found = _texts()[purpose]
    words = found[language]
    return Wording(
        purpose=purpose,
        version=found["version"],
        language=language,
        title=words["title"],
        text=words["text"].format(organisation=name),
        without=words["without"],
    )


@cache
def _texts() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))
