"""A store with a day's visits: adults at the camera in every state that staff meet, and children between them."""

from datetime import date

from accounts.consent_texts import SHARE_STORE
from accounts.models import Organisation, Patient, User
from accounts.services.consent import give_consents
from core.ids import new_id
from dev.demo.family import bring_child, visit_child
from dev.demo.stage import days_ago, make_person, send_eyes
from screening.services.store_sittings import open_sitting

# name, birth, right eye, left eye, hours ago
ADULTS = (
    ("马德胜", date(1960, 3, 18), "none_right.jpg", "none_left.jpg", 5.0),
    ("胡月英", date(1965, 12, 2), "moderate_right.jpg", "none_left.jpg", 4.0),
    ("郭建国", date(1958, 8, 30), "none_right.jpg", "", 2.5),
    ("林晓东", date(1976, 5, 7), "none_right.jpg", "healthy_wikimedia.jpg", 1.0),
    ("高玉兰", date(1953, 1, 15), "", "", 0.2),
)
# guardian, her birth, child, its birth, acuity, sphere
CHILDREN = (
    ("邓丽", date(1987, 6, 9), "刘一诺", date(2016, 9, 1), "4.9", "-1.25"),
    ("曹颖", date(1990, 2, 20), "曹子轩", date(2019, 11, 23), "5.0", "+1.25"),
)


def spend_day(store: Organisation, staff: User) -> None:
    """Everybody who came today, at the hour they came."""
    for number, (name, birth, right, left, hours) in enumerate(ADULTS):
        with days_ago(hours / 24):
            person = _at_counter(name, birth, store, staff, diabetes=True)
            sitting = open_sitting(sitting_id=new_id(), patient=person, store=store, by=staff)
            if right or left:
                send_eyes(person, right, left, seed=200 + number, by=staff, sitting=sitting.pk)
    for guardian, born, child, birth, acuity, sphere in CHILDREN:
        with days_ago(0.1):
            parent = _at_counter(guardian, born, store, staff, diabetes=False)
            visit_child(bring_child(parent, child, birth, store, staff), store, staff, acuity=acuity, sphere=sphere)


def _at_counter(name: str, birth: date, store: Organisation, staff: User, *, diabetes: bool) -> Patient:
    person = make_person(name, birth, facts={"diabetes": "type2", "symptom": False} if diabetes else {"diabetes": "none"})
    assert person.user is not None
    give_consents(patient=person, purposes=[SHARE_STORE], by=person.user, language="zh-hans", store=store, witness=staff)
    return person
