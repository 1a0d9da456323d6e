"""A clinic with twenty cases that wait for a signature, some of them too long: sixteen pairs of eyes and four spots."""

from dataclasses import dataclass, field
from datetime import date

from core import clock
from core.ids import new_id
from dev.demo.stage import SAMPLES, days_ago, make_person, photo_like, send_eyes
from screening.services.intake import accept_photo
from screening.services.reading import read_queued
from screening.services.storage import store_original
from screening.skin.services import open_spot

NONE, MODERATE, PROLIFERATIVE, HEALTHY = "none", "moderate", "proliferative", "healthy"
RIGHT = {NONE: "none_right.jpg", MODERATE: "moderate_right.jpg"}
LEFT = {NONE: "none_left.jpg", HEALTHY: "healthy_wikimedia.jpg", PROLIFERATIVE: "proliferative_left.jpg"}


@dataclass(frozen=True)
class Waiting:
    """One person in the queue; `days` since the photos came."""

    name: str
    birth: date
    right: str
    left: str
    days: float
    facts: dict[str, object] = field(default_factory=lambda: {"diabetes": "type2"})


QUEUE = (
    Waiting("赵国强", date(1957, 4, 2), MODERATE, PROLIFERATIVE, 1.4, {"diabetes": "type2", "diabetes_year": 2004, "hba1c": 9.4}),
    Waiting("孙秀兰", date(1961, 9, 17), NONE, NONE, 6.5),
    Waiting("周建华", date(1969, 1, 8), MODERATE, NONE, 3.2, {"diabetes": "type2", "diabetes_year": 2015, "hba1c": 8.1}),
    Waiting("吴丽萍", date(1974, 11, 30), NONE, HEALTHY, 5.1, {"diabetes": "type2", "diabetes_year": 2021}),
    Waiting("郑永福", date(1952, 6, 21), MODERATE, HEALTHY, 2.0, {"diabetes": "type2", "diabetes_year": 1999}),
    Waiting("冯小燕", date(1988, 2, 14), NONE, NONE, 0.2, {"diabetes": "type1", "diabetes_year": 2002, "pregnant": True}),
    Waiting("陈德明", date(1960, 8, 5), NONE, PROLIFERATIVE, 0.5, {"diabetes": "type2", "diabetes_year": 2008, "hba1c": 7.8}),
    Waiting("卫红", date(1979, 5, 26), NONE, NONE, 4.4),
    Waiting("蒋志远", date(1966, 12, 12), NONE, HEALTHY, 1.1, {"diabetes": "type2", "hba1c": 6.9}),
    Waiting("沈玉珍", date(1955, 3, 3), MODERATE, NONE, 2.8, {"diabetes": "type2", "diabetes_year": 2011, "eye_treatment": True}),
    Waiting("韩文斌", date(1971, 10, 9), NONE, NONE, 3.9),
    Waiting("杨桂英", date(1963, 7, 19), NONE, NONE, 0.9, {"diabetes": "unknown"}),
    Waiting("朱海涛", date(1983, 1, 25), NONE, HEALTHY, 2.3, {"diabetes": "type1", "diabetes_year": 2016}),
    Waiting("秦淑芬", date(1959, 11, 11), MODERATE, HEALTHY, 0.7, {"diabetes": "type2", "diabetes_year": 2009, "hba1c": 10.2}),
    Waiting("许振东", date(1968, 4, 28), NONE, "", 1.6),
    Waiting("何美玲", date(1977, 8, 16), NONE, NONE, 5.7, {"diabetes": "type2", "hba1c": 7.2}),
)


@dataclass(frozen=True)
class Spot:
    """One person with one spot; `photo` is a file of samples/skin, `answers` what differs from *no*."""

    name: str
    birth: date
    site: str
    side: str
    photo: str
    days: float
    answers: dict[str, object]


NO_EMERGENCY: dict[str, object] = dict.fromkeys(("q0a", "q0b", "q0c", "q0d", "q0e", "q0f"), False)
SPOTS = (
    Spot("罗志强", date(1962, 5, 9), "back", "", "mel_PAT_233_354_828.jpg", 0.6, {"q5b": "mixed", "m1": True, "m2": True, "m3": True, "m4": True}),
    Spot("梁秀英", date(1954, 2, 27), "nose", "", "bcc_PAT_835_1578_52.jpg", 2.1, {"q5b": "skin_colour", "n1": True, "m6": True}),
    Spot("宋佳", date(1991, 10, 3), "forearm", "left", "nev_PAT_244_374_726.jpg", 4.2, {"q5b": "dark"}),
    Spot("唐国栋", date(1958, 7, 14), "hand", "right", "ack_PAT_1431_1495_511.jpg", 3.3, {"q5b": "red", "n1": False}),
)


def fill_queue() -> None:
    """Make the people and send their photos on the days they came."""
    for number, waiting in enumerate(QUEUE):
        with days_ago(waiting.days):
            person = make_person(waiting.name, waiting.birth, facts=waiting.facts)
            send_eyes(person, RIGHT.get(waiting.right, ""), LEFT.get(waiting.left, ""), seed=number)
    for number, spot in enumerate(SPOTS):
        with days_ago(spot.days):
            _send_spot(spot, seed=100 + number)


def _send_spot(spot: Spot, *, seed: int) -> None:
    person = make_person(spot.name, spot.birth, facts={})
    assert person.user is not None
    answers = {**NO_EMERGENCY, "q5": "one_spot", **spot.answers}
    sitting = open_spot(patient=person, by=person.user, encounter_id=new_id(), body_site=spot.site, side=spot.side, answers=answers)
    for step, slot in enumerate(("overview", "close_up")):
        accept_photo(
            patient=person,
            by=person.user,
            upload=store_original(photo_like(SAMPLES / "skin" / spot.photo, 10 * seed + step)),
            kind="skin",
            slot=slot,
            taken_at=clock.now(),
            encounter=sitting.pk,
        )
    read_queued()
