"""The programmes side by side: one folder, one weights file and one rules file each, one pipeline for all.

`Encounter.programme` names one; intake, reading, composition and signing go through here and know no programme by name.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from accounts.models import User
from accounts.selectors import specialties_of
from screening.classifiers.outcome import Outcome
from screening.classifiers.registry import ModelCard
from screening.models import Encounter, Photo, ReportVersion
from screening.placement import Placement
from screening.retina import composition as eye_composition
from screening.retina import programme as eye
from screening.retina import sittings as eye_sittings
from screening.rules.programmes import PROGRAMMES, Admission
from screening.skin import composition as skin_composition
from screening.skin import intake as skin_intake
from screening.skin import programme as skin


@dataclass(frozen=True)
class Programme:
    """What the pipeline asks of a programme. `kind` is that of its photos, `specialty` that of the clinicians who sign (accounts.Membership).

    `join` finds or opens the encounter a photo belongs to, or refuses it (Http404, Problem); `hides` says whether its photos stay hidden until
    somebody asks, `admit` whether the classifier may read one, `read` what a version of it says; `compose` makes the next preliminary report if it
    is time.
    """

    code: str
    kind: str
    specialty: str
    join: Callable[[Placement], Encounter]
    hides: Callable[[Encounter], bool]
    admit: Callable[[Photo], Admission]
    read: Callable[[Photo, bytes, ModelCard], Outcome]
    compose: Callable[[Encounter], ReportVersion | None]


RETINA = Programme(
    code=PROGRAMMES["retina-dr"].code,
    kind="retina",
    specialty="eye",
    join=eye_sittings.encounter_for,
    hides=lambda encounter: False,
    admit=eye.admit,
    read=eye.read,
    compose=eye_composition.compose,
)
SKIN = Programme(
    code=PROGRAMMES["skin-lesion"].code,
    kind="skin",
    specialty="skin",
    join=skin_intake.encounter_for,
    hides=skin.hides,
    admit=skin.admit,
    read=skin.read,
    compose=skin_composition.compose,
)
_BY_CODE: Mapping[str, Programme] = {one.code: one for one in (RETINA, SKIN)}
_BY_KIND: Mapping[str, Programme] = {one.kind: one for one in (RETINA, SKIN)}
KINDS = tuple(_BY_KIND)


def programme(code: str) -> Programme:
    """The programme of an encounter. Raises KeyError for one that has no photos to read."""
    return _BY_CODE[code]


def programme_of_kind(kind: str) -> Programme:
    """The programme that takes photos of this kind. Raises KeyError for an unknown kind."""
    return _BY_KIND[kind]


def signed_by_specialty(specialties: frozenset[str]) -> tuple[str, ...]:
    """The programmes whose reports clinicians of these specialties sign."""
    return tuple(one.code for one in _BY_CODE.values() if one.specialty in specialties)


def may_sign(user: User, encounter: Encounter) -> bool:
    """Whether this login signs reports of the encounter's programme (1 query)."""
    return encounter.programme in signed_by_specialty(specialties_of(user))
