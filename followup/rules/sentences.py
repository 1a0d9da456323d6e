"""The sentences people read: one table, both languages side by side, signed together."""

from collections.abc import Mapping
from types import MappingProxyType

from core.pure.tables import read_rows
from followup.rules.policy import DATA

SENTENCES: Mapping[str, Mapping[str, str]] = MappingProxyType({row["code"]: row for row in read_rows(DATA / "sentences.csv")})


def sentence(code: str, language: str, **fields: str) -> str:
    """The sentence in Simplified Chinese for any zh tag, else in English, with its {fields} filled in.

    Raises KeyError for an unknown code or a field that is not given: half a sentence must not reach a patient.
    """
    return SENTENCES[code]["zh" if language.startswith("zh") else "en"].format_map(fields)


def is_of_skin(rule_id: str) -> bool:
    """Whether a step's rule is one of the skin programme."""
    return rule_id.startswith("skin_")


def step_title(kind: str, rule_id: str, language: str) -> str:
    """What a step is called. One that a rule of the skin asks for goes by its own name where the plain one speaks of eyes."""
    code = f"step.{kind}"
    of_skin = f"{code}.skin"
    return sentence(of_skin if is_of_skin(rule_id) and of_skin in SENTENCES else code, language)


def lock_screen(language: str, nickname: str = "") -> str:
    """What a message shows on a locked phone: no disease, no organ; on a shared phone whom it is for."""
    return sentence("notification_shared", language, nickname=nickname) if nickname else sentence("notification", language)
