"""Every read of screening, scoped to an actor, with the number of queries it costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, Prefetch, Q, QuerySet
from django.http import Http404

from accounts.models import Patient, User
from accounts.rules.age import youngest_age
from accounts.selectors import children_of, has_consent, patients_visible_to, practises
from screening.classifiers import registry
from screening.models import Encounter, Fact, Photo, PhotoCorrection, Reading, ReportVersion
from screening.rules.diabetic_retinopathy import LATERALITIES, PHOTOS_BEFORE_EXAMINATION, EyeFinding, PhotoFinding, eye_finding
from screening.rules.encounters import asks_for_photo, question_open
from screening.rules.programmes import PROGRAMMES, Admission, admission
from screening.rules.questions import symptom_answer_holds

EYE, SKIN = PROGRAMMES["retina-dr"].code, PROGRAMMES["skin-lesion"].code


def photos_visible_to(user: User) -> QuerySet[Photo]:
    """Photos of the patients this actor may see, with their reading (2 queries when evaluated)."""
    readings = Prefetch("readings", queryset=Reading.objects.all(), to_attr="all_readings")
    photos = Photo.objects.filter(skin_withheld(user, ~Q(kind="skin")), patient__in=patients_visible_to(user))
    return photos.select_related("patient").prefetch_related(readings)


def sample_photos() -> QuerySet[Photo]:
    """Photos of throw-away sample persons, for the session that made them and nobody else (1 query)."""
    return Photo.objects.filter(patient__is_sample=True).select_related("patient")


def sample_encounter(encounter_id: UUID) -> Encounter | None:
    """The encounter of a throw-away sample person; None for any other (1 query)."""
    return Encounter.objects.filter(pk=encounter_id, patient__is_sample=True).select_related("patient").first()


def encounters_visible_to(user: User) -> QuerySet[Encounter]:
    """Encounters about eyes or a spot of the patients this actor may see (1 query); a child's visit has a door of its own."""
    seen = Encounter.objects.filter(skin_withheld(user, ~Q(programme=SKIN)), patient__in=patients_visible_to(user), programme__in=PROGRAMMES)
    return seen.select_related("patient", "lesion")


def skin_withheld(user: User, not_of_skin: Q) -> Q:
    """The skin is shown to the person herself, to who decides for her, and to those who sign for the skin: not to an eye clinic or a store."""
    own = Q(patient__user=user) | Q(patient__in=children_of(user).values("pk"))
    return not_of_skin | own | Q(Exists(practises(user, "skin")))


def visible_photo(user: User, photo_id: UUID) -> Photo:
    """One photo, or Http404 for unknown and forbidden alike."""
    photo = photos_visible_to(user).filter(pk=photo_id).first()
    if photo is None:
        raise Http404
    return photo


def visible_encounter(user: User, encounter_id: UUID) -> Encounter:
    """One encounter, or Http404 for unknown and forbidden alike."""
    encounter = encounters_visible_to(user).filter(pk=encounter_id).first()
    if encounter is None:
        raise Http404
    return encounter


@dataclass(frozen=True)
class CorrectedPhoto:
    """A photo as clinicians' corrections leave it: the eye it shows now, and whether it counts for this patient."""

    photo: Photo
    reading: Reading
    laterality: str
    is_other_person: bool
    is_unreadable: bool

    @property
    def outcome(self) -> str | None:
        return Reading.Outcome.RETAKE if self.is_unreadable else self.reading.outcome


def corrected_photos(encounter: Encounter) -> list[CorrectedPhoto]:
    """The encounter's photos in order of acceptance, corrections applied (3 queries)."""
    photos = encounter.photos.order_by("accepted_at", "id").prefetch_related(
        "readings", Prefetch("corrections", queryset=PhotoCorrection.objects.order_by("made_at", "id"))
    )
    return [_corrected(photo) for photo in photos]


def _corrected(photo: Photo) -> CorrectedPhoto:
    corrections = list(photo.corrections.all())
    kinds = {correction.kind for correction in corrections}
    (reading,) = photo.readings.all()
    return CorrectedPhoto(
        photo=photo,
        reading=reading,
        laterality=corrections[-1].laterality if corrections else photo.laterality,
        is_other_person=PhotoCorrection.Kind.WRONG_PERSON in kinds,
        is_unreadable=PhotoCorrection.Kind.NOT_READABLE in kinds,
    )


def photo_findings(encounter: Encounter) -> list[PhotoFinding]:
    """What the rules need of each photo that is this patient's (3 queries)."""
    return [_finding(seen) for seen in corrected_photos(encounter) if not seen.is_other_person]


def _finding(seen: CorrectedPhoto) -> PhotoFinding:
    p_referable = seen.reading.probabilities.get("p_referable")
    return PhotoFinding(
        photo_id=str(seen.photo.pk),
        laterality=seen.laterality,
        outcome=seen.outcome,
        grade=None if seen.is_unreadable else seen.reading.grade,
        p_referable=p_referable,
        accepted_at=seen.photo.accepted_at,
        taken_at=seen.photo.taken_at,
    )


def referable_threshold(programme: str) -> float:
    """The live version's threshold on p_referable."""
    return float(registry.live(programme).thresholds["referable"])


def eye_of_encounter(encounter: Encounter, laterality: str, photos: Sequence[PhotoFinding] | None = None) -> EyeFinding:
    """One eye of one encounter as the rules see it now, never below what was signed (up to 4 queries)."""
    signed = signed_version(encounter)
    found = photo_findings(encounter) if photos is None else photos
    return eye_finding(
        laterality,
        found,
        referable_threshold=referable_threshold(encounter.programme),
        signed_grade=signed_grade(signed, laterality, found),
    )


def signed_grade(version: ReportVersion | None, laterality: str, photos: Sequence[PhotoFinding]) -> int | None:
    """The grade that a clinician signed over photos which still show this eye of this patient; None where there is none.

    Photos that turned out to be of the other eye take their grade there, photos of another person take it away.
    """
    if version is None:
        return None
    own = {photo.photo_id for photo in photos if photo.laterality == laterality}
    eyes = (version.finding["right"], version.finding["left"])
    return max((int(eye["grade"]) for eye in eyes if eye["grade"] is not None and own & set(eye["photo_ids"])), default=None)


def eyes_asked_again(version: ReportVersion | None, photos: Sequence[PhotoFinding]) -> frozenset[str]:
    """Eyes whose photo the clinician who signed `version` wants again and that have had none since."""
    if version is None:
        return frozenset()
    eyes = (version.finding["right"], version.finding["left"])
    asked = {eye["laterality"] for eye in eyes if eye["state"] == "ungradable" and eye["retakes"] < PHOTOS_BEFORE_EXAMINATION}
    return frozenset(asked - {photo.laterality for photo in photos if str(photo.photo_id) not in version.photo_ids})


def latest_version(encounter: Encounter) -> ReportVersion | None:
    """The report version that holds now, signed or not (1 query)."""
    return ReportVersion.objects.filter(report__encounter=encounter).select_related("signed_by").order_by("-number").first()


def signed_version(encounter: Encounter) -> ReportVersion | None:
    """The last signed version (1 query)."""
    return ReportVersion.objects.filter(report__encounter=encounter, kind="signed").select_related("signed_by").order_by("-number").first()


def latest_facts(patient: Patient) -> dict[str, Fact]:
    """The newest answer to each question, by code (1 query)."""
    newest = Fact.objects.filter(patient=patient).order_by("code", "-recorded_at", "-id").distinct("code")
    return {fact.code: fact for fact in newest}


def admission_of(patient: Patient, programme: str, *, at: datetime) -> Admission:
    """Whether the program may read this patient's photo, by consent, youngest possible age that day, and diabetes as last answered (2 queries)."""
    diabetes = latest_facts(patient).get("diabetes")
    return admission(
        PROGRAMMES[programme],
        age=youngest_age(at.date(), birth_date=patient.birth_date, birth_year=patient.birth_year),
        diabetes=diabetes.value if diabetes else None,
        automatic_reading=patient.is_sample or has_consent(patient, "automatic_reading"),
    )


def model_versions(encounter: Encounter) -> list[str]:
    """The classifier versions that read this encounter's photos (1 query)."""
    found = Reading.objects.filter(photo__encounter=encounter).exclude(model_version="").values_list("model_version", flat=True)
    return sorted(set(found))


def own_sitting(patient: Patient, encounter_id: UUID) -> Encounter | None:
    """The patient's sitting of this id about the eyes, None before its first photo; Http404 for somebody else's (1 query)."""
    encounter = Encounter.objects.filter(pk=encounter_id).first()
    if encounter is not None and (encounter.patient_id, encounter.programme) != (patient.pk, EYE):
        raise Http404
    return encounter


def own_encounter(patient: Patient, encounter_id: UUID) -> Encounter:
    """The patient's sitting of this id, about eyes or a spot (1 query); Http404 for anything else."""
    encounter = Encounter.objects.filter(pk=encounter_id, patient=patient, programme__in=PROGRAMMES).select_related("patient", "lesion").first()
    if encounter is None:
        raise Http404
    return encounter


def unfinished_sitting(patient: Patient, *, now: datetime) -> Encounter | None:
    """The newest sitting that still asks for the photo of an eye, or is being read (1 query, and up to 9 for the sitting)."""
    latest = Encounter.objects.filter(patient=patient, programme=EYE).order_by("-opened_at").first()
    if latest is None or not question_open(opened_at=latest.opened_at, now=now):
        return None
    photos = photo_findings(latest)
    asked = eyes_asked_again(signed_version(latest), photos)
    eyes = [eye_of_encounter(latest, laterality, photos) for laterality in LATERALITIES]
    return latest if asked or any(eye.state == "pending" or asks_for_photo(eye) for eye in eyes) else None


def symptom_is_answered(patient: Patient, encounter_id: UUID, *, now: datetime) -> bool:
    """Whether the symptom question was answered for the sitting of this id, which need not exist yet (2 queries)."""
    told = Fact.objects.filter(patient=patient, code="symptom").order_by("-recorded_at").first()
    other = Encounter.objects.filter(patient=patient, programme=EYE).exclude(pk=encounter_id).order_by("-opened_at").first()
    return symptom_answer_holds(told.recorded_at if told else None, other_sitting_at=other.opened_at if other else None, now=now)
