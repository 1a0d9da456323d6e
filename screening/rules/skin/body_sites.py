"""Where a spot sits, and what is special about the place."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from core.pure.tables import read_rows

DATA = Path(__file__).parent.parent / "data"
SIDES = ("left", "right")
NEVER_REASSURE = frozenset({"acral", "nail", "mucosa", "intimate"})
"""On these places a low score says nothing: melanoma of palm, sole and nail is nearly absent from public photo sets (CLINICAL.md B(iii))."""


@dataclass(frozen=True)
class BodySite:
    """One place of the body map (data/body_sites.csv).

    `sided` places need left or right. `special` is "", acral (palm, sole), nail, mucosa, intimate or face_risk (eye, nose, lip, ear: a basal
    cell carcinoma is seen sooner there). `part` groups the body map: head, trunk, arm, leg or private. `snomed` may be "".
    """

    code: str
    zh: str
    en: str
    sided: bool
    special: str
    snomed: str
    status: str
    part: str

    @property
    def may_reassure(self) -> bool:
        """Whether "nothing suspicious" may ever be said of a photo of this place."""
        return self.special not in NEVER_REASSURE

    def name(self, language: str) -> str:
        """The place in Simplified Chinese for any zh tag, else in English."""
        return self.zh if language.startswith("zh") else self.en


BODY_SITES: Mapping[str, BodySite] = MappingProxyType(
    {
        row["code"]: BodySite(row["code"], row["zh"], row["en"], row["sided"] == "yes", row["special"], row["snomed"], row["status"], row["part"])
        for row in read_rows(DATA / "body_sites.csv")
    }
)


def fault_of_site(code: str, side: str) -> str | None:
    """Why a place cannot be taken: unknown_site, side_missing, unknown_side, side_not_expected – or None."""
    site = BODY_SITES.get(code)
    if site is None:
        return "unknown_site"
    if not site.sided:
        return "side_not_expected" if side else None
    if not side:
        return "side_missing"
    return None if side in SIDES else "unknown_side"
