"""Who may do what: every address × method × actor. tests/contracts/test_access.py walks the URL list; an address without a row fails.

Statuses are of a minimal request: 400 or 422 mean that the actor is let in and the empty body is refused. A page sends a signed-out person to
sign in (302); unknown and forbidden are the same 404.
"""

from dataclasses import dataclass

ACTORS = (
    "signed_out",
    "patient",  # the person whom the row's address is about
    "other_patient",
    "guardian",  # of a child who shares with the store; a patient herself
    "store_staff",  # of the store that the patient and the child share with
    "other_staff",  # of another store
    "clinician",  # eye doctor of the organisation the patient shares with
    "dermatologist",  # likewise, for the skin
    "outside_clinician",
    "partner",  # a person of a pharma partner, signed in
)


@dataclass(frozen=True)
class Row:
    """Expected status by actor, in the order of ACTORS."""

    statuses: tuple[int, ...]

    def __post_init__(self) -> None:
        assert len(self.statuses) == len(ACTORS)


def everybody(status: int) -> Row:
    return Row((status,) * len(ACTORS))


def first(status: int, others: int) -> Row:
    """One status for the signed-out, another for everybody else."""
    return Row((status,) + (others,) * (len(ACTORS) - 1))


def signed_in(status: int) -> Row:
    """The API for whoever has a token."""
    return first(401, status)


def _row(signed_out: int, patient: int, other: int, clinician: int, outside: int, rest: dict[str, int]) -> Row:
    found = {
        "signed_out": signed_out,
        "patient": patient,
        "other_patient": other,
        "guardian": rest.get("guardian", other),
        "store_staff": rest.get("staff", 404),
        "other_staff": rest.get("other_staff", 404),
        "clinician": clinician,
        "dermatologist": rest.get("dermatologist", clinician),
        "outside_clinician": outside,
        "partner": rest.get("partner", 404),
    }
    assert set(rest) <= {"guardian", "staff", "other_staff", "dermatologist", "partner"}
    return Row(tuple(found[actor] for actor in ACTORS))


def api(patient: int = 404, other: int = 404, clinician: int = 404, outside: int = 404, **rest: int) -> Row:
    """An address of the API; actors that are not named: a guardian is another patient, a dermatologist a clinician, the rest find nothing."""
    return _row(401, patient, other, clinician, outside, rest)


def page(patient: int = 404, other: int = 404, clinician: int = 404, outside: int = 404, **rest: int) -> Row:
    """A page, likewise."""
    return _row(302, patient, other, clinician, outside, rest)


TABLE: dict[tuple[str, str], Row] = {
    # open to all
    ("healthz", "GET"): everybody(200),
    ("readyz", "GET"): everybody(200),
    ("api_schema", "GET"): everybody(200),
    ("api_docs", "GET"): everybody(200),
    ("api_consent_texts", "GET"): everybody(200),
    ("api_sign_ups", "POST"): everybody(400),
    ("api_login_codes", "POST"): everybody(400),
    ("api_sessions", "POST"): everybody(400),
    ("core:first", "GET"): first(200, 302),
    ("core:language", "POST"): everybody(302),
    ("core:styleguide", "GET"): everybody(404),
    ("how_to_get_a_picture", "GET"): everybody(200),
    ("try_sample", "POST"): everybody(302),
    ("tour", "GET"): everybody(404),
    # a sample belongs to the session that made it; a picture's address to the session it was signed for
    ("sample", "GET"): everybody(404),
    ("photo_image", "GET"): everybody(404),
    # signing up and in
    ("sign_up", "GET"): first(200, 302),
    ("sign_up", "POST"): first(200, 302),
    ("sign_up_code", "GET"): everybody(302),
    ("sign_up_code", "POST"): everybody(302),
    ("sign_in", "GET"): first(200, 302),
    ("sign_in", "POST"): first(200, 302),
    ("sign_in_code", "GET"): everybody(302),
    ("sign_in_code", "POST"): everybody(302),
    ("sign_in_password", "GET"): everybody(200),
    ("sign_in_password", "POST"): everybody(200),
    ("sign_out", "POST"): everybody(302),
    # whoever is signed in, about herself
    ("api_current_session", "DELETE"): signed_in(204),
    ("api_me", "GET"): signed_in(200),
    ("me", "GET"): first(302, 200),
    ("me", "POST"): everybody(302),
    # a patient about herself: another patient gets her own, never this one's
    ("api_consents", "GET"): api(200, 200, 404, 404),
    ("api_consents", "POST"): api(400, 400, 404, 404),
    ("api_consent", "DELETE"): api(200, 200, 404, 404),
    ("api_facts", "GET"): api(200, 200, 404, 404),
    ("api_facts", "POST"): signed_in(400),
    ("api_photos", "GET"): signed_in(200),
    ("api_photos", "POST"): signed_in(415),
    ("api_reminder_credits", "POST"): signed_in(400),
    ("api_steps", "GET"): signed_in(200),
    ("api_step_replies", "POST"): signed_in(400),
    ("api_step_outcome", "POST"): api(404, 404, 400, 400),
    ("api_reminder_silences", "POST"): everybody(400),
    ("consent", "GET"): page(200, 200, 404, 404),
    ("consent", "POST"): page(200, 200, 404, 404),
    ("give_consent", "POST"): page(302, 302, 404, 404),
    ("withdraw_consent", "GET"): page(200, 200, 404, 404),
    ("withdraw_consent", "POST"): page(302, 302, 404, 404),
    ("facts", "GET"): page(200, 200, 404, 404),
    ("facts", "POST"): page(200, 200, 404, 404),
    ("answers", "GET"): page(200, 200, 404, 404),
    ("answers", "POST"): page(200, 200, 404, 404),
    ("check", "GET"): page(200, 200, 404, 404),
    ("check_eye", "GET"): page(302, 200, 404, 404),
    ("check_eye", "POST"): page(302, 200, 404, 404),
    ("home", "GET"): page(200, 200, 302, 302, staff=302, other_staff=302, partner=302),
    ("history", "GET"): page(200, 200, 404, 404),
    ("today", "GET"): page(200, 200, 404, 404),
    ("remind_me", "GET"): page(200, 200, 404, 404),
    ("remind_me", "POST"): page(404, 404, 404, 404),
    ("message", "GET"): everybody(404),
    ("message", "POST"): everybody(404),
    # this patient's encounter and photo
    ("api_photo", "GET"): api(200, 404, 200, 404, staff=200),
    # no photo of an eye is hidden
    ("api_photo_reveal", "POST"): api(),
    ("api_photo_image", "GET"): api(200, 404, 200, 404, staff=200),
    ("api_result", "GET"): api(200, 404, 200, 404, staff=200),
    ("sitting", "GET"): page(200, 404, 404, 404),
    ("eye_card", "GET"): page(200, 404, 404, 404),
    ("send_photo", "POST"): page(422, 404, 404, 404),
    ("result", "GET"): page(200, 404, 404, 404),
    ("result_calendar", "GET"): page(200, 404, 404, 404),
    ("reply", "GET"): page(200, 404, 404, 404),
    ("reply", "POST"): page(422, 404, 404, 404),
    # her spot on the skin; of clinicians only those of the skin read it
    ("api_skin_encounters", "POST"): signed_in(400),
    ("api_skin_encounter", "GET"): api(200, dermatologist=200),
    ("api_skin_answers", "POST"): signed_in(400),
    ("check_skin", "GET"): page(200, 200),
    ("check_skin", "POST"): page(200, 200),
    ("skin_sitting", "GET"): page(302),
    ("skin_questions", "GET"): page(200),
    ("skin_questions", "POST"): page(200),
    ("skin_photos", "GET"): page(200),
    ("skin_card", "GET"): page(200),
    ("skin_send", "POST"): page(422),
    ("skin_now", "GET"): page(302),
    ("skin_summary", "GET"): page(200),
    ("skin_summary_pdf", "GET"): page(200),
    ("case_summary", "GET"): page(dermatologist=200),
    ("case_summary_pdf", "GET"): page(dermatologist=200),
    # clinicians: their organisation's queue, and the cases of those who share with it
    ("api_reviews", "GET"): api(404, 404, 200, 200),
    ("api_review", "GET"): api(404, 404, 200, 404, dermatologist=404),
    ("api_review_signature", "POST"): api(404, 404, 400, 400),
    ("api_review_spot_signature", "POST"): api(404, 404, 400, 400),
    ("api_review_corrections", "POST"): api(404, 404, 400, 400),
    ("api_tasks", "GET"): api(404, 404, 200, 200),
    ("api_task_done", "POST"): api(404, 404, 200, 404, dermatologist=404),
    ("queue", "GET"): page(404, 404, 200, 200),
    ("case", "GET"): page(404, 404, 200, 404, dermatologist=404),
    ("case_sign", "POST"): page(404, 404, 422, 404, dermatologist=404),
    ("case_preview", "POST"): page(404, 404, 200, 404, dermatologist=404),
    ("case_reveal", "POST"): page(),
    ("case_correct", "POST"): page(404, 404, 422, 404, dermatologist=404),
    ("task_done", "POST"): page(404, 404, 302, 404, dermatologist=404),
    ("outcome", "GET"): page(404, 404, 200, 404),
    ("outcome", "POST"): page(404, 404, 422, 404),
    # a store: its staff at the counter, and the person who shows them a code
    ("api_check_in_codes", "POST"): api(201, 201),
    ("check_in_code", "GET"): page(200, 200),
    ("check_in_code", "POST"): page(200, 200),
    ("api_store_check_ins", "POST"): api(staff=400, other_staff=400),
    ("api_store_registrations", "POST"): api(staff=400, other_staff=400),
    ("api_store_registration_confirm", "POST"): api(staff=400, other_staff=400),
    ("store_today", "GET"): page(staff=200, other_staff=200),
    ("store_find", "GET"): page(staff=200, other_staff=200),
    ("api_store_today", "GET"): api(staff=200, other_staff=200),
    ("store_find", "POST"): page(staff=200, other_staff=200),
    ("store_register", "GET"): page(staff=200, other_staff=200),
    ("store_register", "POST"): page(staff=200, other_staff=200),
    ("store_register_code", "GET"): page(staff=302, other_staff=302),
    ("store_register_code", "POST"): page(staff=302, other_staff=302),
    ("store_person", "GET"): page(staff=200),
    ("store_start_visit", "POST"): page(staff=302),
    # the patient's encounter is a visit of this store
    ("store_measure", "GET"): page(staff=200),
    ("store_measure", "POST"): page(staff=422),
    ("store_photo", "GET"): page(staff=200),
    ("store_eye_card", "GET"): page(staff=200),
    ("store_send_photo", "POST"): page(staff=422),
    ("store_result", "GET"): page(staff=200),
    ("store_plan", "GET"): page(staff=200),
    ("store_paper", "GET"): page(staff=200),
    # a partner: her page; the API is for programs with a token of the token endpoint, which no person has
    ("oauth_token", "POST"): everybody(400),
    ("api_partner_agreement", "GET"): everybody(401),
    ("api_partner_questions", "POST"): everybody(401),
    ("api_partner_question", "GET"): everybody(401),
    ("partner", "GET"): page(partner=200),
    ("partner", "POST"): page(partner=200),
    ("partner_question", "GET"): page(partner=200),
    # a child's visit: staff of the store that she shares with, her guardian, an eye doctor of the centre
    ("api_store_children", "POST"): api(staff=400, other_staff=400),
    ("api_visits", "POST"): api(staff=400, other_staff=400),
    ("api_visit", "GET"): api(clinician=200, dermatologist=404, guardian=200, staff=200),
    ("api_visit_measurements", "POST"): api(staff=400),
    ("api_child_measurements", "GET"): api(clinician=200, dermatologist=404, guardian=200, staff=200),
    ("store_children", "GET"): page(staff=200),
    ("store_children", "POST"): page(staff=200),
    ("store_child_visit", "POST"): page(staff=302),
    ("store_child_paper", "GET"): page(),
    ("family", "GET"): page(200, 200),
    ("family_child", "GET"): page(guardian=200),
    ("child_consents", "GET"): page(guardian=200),
    ("child_consents", "POST"): page(guardian=302),
    # the patient's encounter is no visit of the child
    ("family_visit", "GET"): page(),
}
