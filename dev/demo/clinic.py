"""A clinic with its queue: sixteen pairs of eyes that wait for a signature, some of them too long."""

from dataclasses import dataclass, field
from datetime import date

from dev.demo.stage import days_ago, make_person, send_eyes

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


def fill_queue() -> int:
    """Make the people and send their photos on the days they came; how many wait."""
    for number, waiting in enumerate(QUEUE):
        with days_ago(waiting.days):
            person = make_person(waiting.name, waiting.birth, facts=waiting.facts)
            send_eyes(person, RIGHT.get(waiting.right, ""), LEFT.get(waiting.left, ""), seed=number)
    return len(QUEUE)
