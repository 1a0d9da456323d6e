"""One concrete instruction for a photo that could not be used."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from core.pure.tables import read_rows

# Shown one at a time, the first failing in this order (CLINICAL.md C).
REASON_ORDER = (
    "not_fundus",
    "outer_eye",
    "wrong_eye",
    "too_small",
    "dirty_lens",
    "blur",
    "too_dark",
    "too_bright",
    "arc_reflex",
    "lashes",
    "off_centre",
)
EVERYBODY = "both"
FOR_A_SENT_FILE = "any_quality"


@dataclass(frozen=True)
class RetakeInstruction:
    """What to do about one reason; `audience` is operator (who holds the camera), patient or both."""

    reason: str
    audience: str
    zh: str
    en: str

    def text(self, language: str) -> str:
        """The sentence in Simplified Chinese for any zh tag, else in English."""
        return self.zh if language.startswith("zh") else self.en


def _instructions(domain: str) -> Mapping[str, RetakeInstruction]:
    rows = read_rows(Path(__file__).parent / "data" / "photo_retake_instructions.csv")
    found = {
        row["reason_code"]: RetakeInstruction(row["reason_code"], row["audience"], row["zh"], row["en"]) for row in rows if row["domain"] == domain
    }
    return MappingProxyType(found)


INSTRUCTIONS = _instructions("fundus")
SKIN_INSTRUCTIONS = _instructions("skin")


def first_reason(failing: Collection[str]) -> str | None:
    """The one reason to show, or None when nothing fails; an unknown code comes last, so that it cannot hide a known one."""
    known = [reason for reason in REASON_ORDER if reason in failing]
    return known[0] if known else min(failing, default=None)


def retake_instruction(reason: str, audience: str) -> RetakeInstruction:
    """The instruction for this reader: "operator" or "patient".

    A patient who sent a file cannot wipe a lens or dim a room: an operator's reason, and a reason without a text,
    become the instruction for a sent file. Raises ValueError for another audience.
    """
    if audience not in ("operator", "patient"):
        raise ValueError(f"unknown audience {audience!r}")
    instruction = INSTRUCTIONS.get(reason, INSTRUCTIONS[FOR_A_SENT_FILE])
    return instruction if instruction.audience in (audience, EVERYBODY) or audience == "operator" else INSTRUCTIONS[FOR_A_SENT_FILE]


def skin_instruction(reason: str) -> RetakeInstruction | None:
    """The instruction for a skin photo, to the patient who took it; None for a file that could not be opened."""
    return SKIN_INSTRUCTIONS.get(reason)
