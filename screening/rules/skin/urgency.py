"""What the answers and photos of one spot say: the most pressing of everything that applies, and nothing ever lowers it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from screening.rules.diabetic_retinopathy import OUTCOMES, PHOTOS_BEFORE_EXAMINATION
from screening.rules.programmes import PROGRAMMES
from screening.rules.protocol_rows import POLICY, most_urgent, urgency_rank
from screening.rules.skin.answers import Given, is_immunosuppressed, melanoma_in_family, red_flags, seven_point_score
from screening.rules.skin.body_sites import BODY_SITES, BodySite
from screening.rules.skin.protocol import SKIN_PROTOCOL, raised
from screening.rules.skin.questionnaire import emergency, pain

PROGRAMME = PROGRAMMES["skin-lesion"]
OVERVIEW, CLOSE_UP = "overview", "close_up"
CLASSES = ("ACK", "BCC", "MEL", "NEV", "SCC", "SEK")
STATES = frozenset({"graded", "out_of_scope", "unread", "ungradable", "missing", "pending", "answers_only"})
MALIGNANT = ("MEL", "SCC", "BCC")
# Rows about a photo that is lacking: they say what to do about the photo, not how pressing the spot is.
GAP_ROWS = frozenset({"skin_photo_missing", "skin_ungradable", "skin_ungradable_after_retakes", "skin_in_person"})
RAISING = ("skin_immunosuppressed", "skin_family_melanoma")

_ROW_OF_CLASS = MappingProxyType(
    {"MEL": "skin_mel", "SCC": "skin_scc", "BCC": "skin_bcc", "ACK": "skin_ack", "NEV": "skin_watch", "SEK": "skin_watch"}
)


@dataclass(frozen=True)
class SkinPhoto:
    """What is known of one photo of a spot; `outcome` is None while it is queued.

    `slot` is overview (gated only) or close_up. `lesion_class` is one of the six, only where the photo was graded and is in scope, else "".
    `probabilities` are calibrated, p_ACK .. p_SEK and p_suspicious; a retake may have them too. Raises ValueError on an impossible reading.
    """

    photo_id: str
    slot: str
    outcome: str | None
    reason: str
    lesion_class: str
    suspicious: bool | None
    in_scope: bool | None
    probabilities: Mapping[str, float]
    accepted_at: datetime
    taken_at: datetime

    def __post_init__(self) -> None:
        if self.slot not in (OVERVIEW, CLOSE_UP):
            raise ValueError(f"unknown slot {self.slot!r}")
        if self.outcome is not None and self.outcome not in OUTCOMES:
            raise ValueError(f"unknown outcome {self.outcome!r}")
        if self.lesion_class and (self.lesion_class not in CLASSES or self.outcome != "graded" or not self.in_scope):
            raise ValueError(f"class {self.lesion_class!r} does not go with outcome {self.outcome!r}, in scope {self.in_scope!r}")
        if any(not 0.0 <= chance <= 1.0 for chance in self.probabilities.values()):
            raise ValueError("probabilities lie between 0 and 1")
        if self.accepted_at.tzinfo is None or self.taken_at.tzinfo is None:
            raise ValueError("times carry a zone")


@dataclass(frozen=True)
class LesionFinding:
    """One spot in one sitting as one decision; `row_ids` are rows of skin_protocol.csv, the most pressing first.

    `state` says what the close-ups gave: graded, out_of_scope, unread (for a person's eyes alone), ungradable, missing (none usable), pending
    (queued) or answers_only (no photo at all). `red_flags` are the rows that hold whatever the photos show. `class_shown` False: the class is
    kept for the record and shown to nobody as a finding. `retakes` counts ungradable close-ups since the last readable one. `emergency` is the
    question that stopped the flow.
    """

    urgency: str
    row_ids: tuple[str, ...]
    state: str
    seven_point: int | None
    red_flags: tuple[str, ...]
    lesion_class: str | None
    class_shown: bool
    may_reassure_site: bool
    retakes: int
    photo_ids: tuple[str, ...]
    emergency: str | None

    def __post_init__(self) -> None:
        urgency_rank(self.urgency)
        if self.state not in STATES:
            raise ValueError(f"unknown state {self.state!r}")


def malignancy_floors(thresholds: Mapping[str, float]) -> Mapping[str, float]:
    """The two floors by name: "melanoma" (p_MEL) and "malignant" (p_MEL + p_SCC + p_BCC); the weights' own go before the policy's."""
    return {name: thresholds.get(name, POLICY[f"skin_{name}_floor"].value / 100) for name in ("melanoma", "malignant")}


def lesion_finding(
    photos: Sequence[SkinPhoto],
    answers: Given,
    *,
    site: str,
    age: int | None,
    floors: Mapping[str, float],
    signed_class: str | None = None,
    newborn: bool | None = None,
) -> LesionFinding:
    """The spot's decision: the highest of class, malignancy floors, 7-point sum, red flags and place, raised where the person calls for it.

    `age` is the youngest possible age in years, None where unknown; `floors` as `malignancy_floors` gives them. `signed_class` is what a
    dermatologist signed for this sitting: later photos may raise it, never lower it. Raises KeyError for a place that does not exist.
    Source: CLINICAL.md B(iii), D4, G.
    """
    place = BODY_SITES[site]
    own = sorted(photos, key=lambda photo: (photo.accepted_at, photo.photo_id))
    close_ups = [photo for photo in own if photo.slot == CLOSE_UP]
    state, retakes = _state(own, close_ups), _retakes(close_ups)
    stopped = emergency(answers, age, newborn=newborn)
    flags = _standing_rows(answers, place, stopped)
    classes = [photo.lesion_class for photo in close_ups if photo.lesion_class] + ([signed_class] if signed_class in CLASSES else [])
    clinical = [*flags, *_photo_rows(close_ups, classes, answers, place, floors), *_human_rows(close_ups, state)]
    gaps = _gap_rows(state, retakes, place)
    raising = _raising(answers) if clinical else ()
    return LesionFinding(
        urgency=_urgency(clinical, gaps, raising),
        row_ids=_pressing_first([*clinical, *gaps]),
        state=state,
        seven_point=seven_point_score(answers),
        red_flags=(*flags, *raising),
        lesion_class=_worst(classes),
        class_shown=bool(classes) and _class_shown(place, age),
        may_reassure_site=place.may_reassure,
        retakes=retakes,
        photo_ids=tuple(photo.photo_id for photo in own),
        emergency=stopped,
    )


def row_of_class(lesion_class: str) -> str:
    """The row of skin_protocol.csv with the least that one of the six classes asks for."""
    return _ROW_OF_CLASS[lesion_class]


def raised_urgency(urgency: str, raising: Sequence[str]) -> str:
    """The urgency after each of the `raising` rows took it one level up."""
    for row in raising:
        urgency = raised(urgency, at_most=SKIN_PROTOCOL[row].urgency)
    return urgency


def _standing_rows(answers: Given, place: BodySite, stopped: str | None) -> tuple[str, ...]:
    """What holds without any photo."""
    rows = ["skin_emergency"] if stopped else []
    rows += red_flags(answers)
    if not place.may_reassure and place.special != "intimate":
        rows.append("skin_special_site")
    return tuple(rows)


def _photo_rows(close_ups: Sequence[SkinPhoto], classes: Sequence[str], answers: Given, place: BodySite, floors: Mapping[str, float]) -> list[str]:
    """What the close-ups ask for, ungradable ones too: a suspicion on a poor photo counts, its silence does not."""
    rows = [row for lesion_class in dict.fromkeys(classes) for row in _class_rows(lesion_class, answers, place)]
    if any(photo.suspicious for photo in close_ups):
        rows.append("skin_suspicious")
    if any(sum(_chance(photo, name) for name in MALIGNANT) >= floors["malignant"] for photo in close_ups if photo.probabilities):
        rows.append("skin_malignancy_floor")
    if any(_chance(photo, "MEL") >= floors["melanoma"] for photo in close_ups if photo.probabilities):
        rows.append("skin_melanoma_floor")
    return rows


def _chance(photo: SkinPhoto, lesion_class: str) -> float:
    return photo.probabilities.get(f"p_{lesion_class}", 0.0)


def _class_rows(lesion_class: str, answers: Given, place: BodySite) -> list[str]:
    rows = [row_of_class(lesion_class)]
    if lesion_class == "BCC" and (place.special == "face_risk" or answers.get("q7b") is False):
        rows.append("skin_bcc_soon")
    if lesion_class == "ACK" and (pain(answers) > 0 or answers.get("m1") is True):
        rows.append("skin_ack_soon")
    return rows


def _human_rows(close_ups: Sequence[SkinPhoto], state: str) -> list[str]:
    """What no program can answer goes to a person, and still has an urgency."""
    beyond = any(photo.outcome == "unread" or (photo.outcome == "graded" and not photo.in_scope) for photo in close_ups)
    return ["skin_human_review"] if beyond or state == "answers_only" else []


def _gap_rows(state: str, retakes: int, place: BodySite) -> list[str]:
    if state == "answers_only":
        return ["skin_in_person"] if place.special == "intimate" else []
    if state == "missing":
        return ["skin_photo_missing"]
    if state == "ungradable":
        return ["skin_ungradable" if retakes < PHOTOS_BEFORE_EXAMINATION else "skin_ungradable_after_retakes"]
    return []


def _raising(answers: Given) -> tuple[str, ...]:
    return tuple(row for row, applies in zip(RAISING, (is_immunosuppressed(answers), melanoma_in_family(answers)), strict=True) if applies)


def _urgency(clinical: Sequence[str], gaps: Sequence[str], raising: Sequence[str]) -> str:
    pressing = [SKIN_PROTOCOL[row].urgency for row in gaps]
    if clinical:
        pressing.append(raised_urgency(most_urgent(*(SKIN_PROTOCOL[row].urgency for row in clinical)), raising))
    return most_urgent("short", *pressing) if pressing else "incomplete"


def _pressing_first(rows: Sequence[str]) -> tuple[str, ...]:
    unique = dict.fromkeys(rows)
    return tuple(sorted(unique, key=lambda row: (-urgency_rank(SKIN_PROTOCOL[row].urgency), SKIN_PROTOCOL[row].days)))


def _worst(classes: Sequence[str]) -> str | None:
    """The class that asks for most; melanoma before squamous cell carcinoma, though both ask for 14 days."""
    order = ("MEL", "SCC", "BCC", "ACK", "NEV", "SEK")
    return min(classes, key=order.index, default=None)


def _class_shown(place: BodySite, age: int | None) -> bool:
    return place.may_reassure and age is not None and age >= PROGRAMME.youngest_age


def _state(photos: Sequence[SkinPhoto], close_ups: Sequence[SkinPhoto]) -> str:
    if not photos:
        return "answers_only"
    graded = [photo for photo in close_ups if photo.outcome == "graded"]
    if any(photo.in_scope for photo in graded):
        return "graded"
    if graded:
        return "out_of_scope"
    outcomes = {photo.outcome for photo in close_ups}
    for outcome, state in (("unread", "unread"), ("retake", "ungradable"), (None, "pending")):
        if outcome in outcomes:
            return state
    return "missing"


def _retakes(close_ups: Sequence[SkinPhoto]) -> int:
    count = 0
    for photo in close_ups:
        if photo.outcome in ("graded", "unread"):
            count = 0
        elif photo.outcome == "retake":
            count += 1
    return count
