"""kill -9 of anything at any moment: every accepted photo ends in a reading, a retake or a reason; none twice; no command by hand."""

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageFilter
from redis import Redis

from core.ids import new_id
from dev.stack import Stack
from tests import photos
from tests.faults.client import Answer, ask, post, upload
from tests.morning import seconds_to_ten

UPLOADS = 200
PEOPLE = 25
ENDS = {"graded", "retake", "refused", "unread", "failed"}
SPOTS = sorted(Path("dev/samples/skin").glob("*.jpg"))
NO_EMERGENCY = dict.fromkeys(("q0a", "q0b", "q0c", "q0d", "q0e", "q0f"), False)
FREE = sorted(Path("dev/samples/retina").glob("*.jpg"))


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    # fsync on, as in `make run`: without it PostgreSQL acknowledges commits that a kill takes back.
    running = Stack(tmp_path_factory.mktemp("faults"), fsync=True, env={"CLOCK_SHIFT_SECONDS": str(seconds_to_ten("Asia/Shanghai"))})
    try:
        running.start()
        yield running
    finally:
        running.stop()


def mixed_photo(number: int) -> bytes:
    """Good, poor and wrong pictures in turn; the bytes behind the end marker make each its own file."""
    drawn = (photos.document, photos.wall, photos.jpeg)
    original = drawn[number % 3]() if number % 5 == 4 else FREE[number % len(FREE)].read_bytes()
    return original + f"photo {number}".encode() if original[:2] == b"\xff\xd8" else original


def taken_at(stack: Stack) -> str:
    return (datetime.now(UTC) + timedelta(seconds=int(stack.env["CLOCK_SHIFT_SECONDS"]))).isoformat()  # noqa: TID251


def wait_until_read(stack: Stack, accepted: dict[str, str], *, within_s: float) -> dict[str, str]:
    """Ask for every photo until none is on its way; their outcomes by id."""
    until = time.monotonic() + within_s
    outcomes: dict[str, str] = {}
    while len(outcomes) < len(accepted) and time.monotonic() < until:
        for photo, token in accepted.items():
            if photo not in outcomes:
                answer = ask(stack.url, token, f"/api/v1/photos/{photo}")
                assert answer.status == 200, f"an accepted photo answers {answer}"
                if answer.body["retry_after"] is None:
                    outcomes[photo] = answer.body["outcome"]
        time.sleep(0.5)
    return outcomes


def poor(number: int) -> bytes:
    """A free sample made too dark or blurred, as an untrained hand takes it."""
    with Image.open(FREE[number % len(FREE)]) as sample:
        spoiled = sample.point(lambda value: value // 9) if number % 2 else sample.filter(ImageFilter.GaussianBlur(24))
    target = BytesIO()
    spoiled.save(target, "JPEG", quality=85, comment=f"photo {number}".encode())
    return target.getvalue()


def test_a_hundred_mixed_photos_leave_nobody_lost(stack: Stack) -> None:
    """Good, poor, wrong kind, one eye, both eyes, the same twice."""
    tokens = json.loads(stack.manage("test_people", "40").splitlines()[-1])["patients"]
    moment = taken_at(stack)
    accepted: dict[str, str] = {}

    def send(number: int, token: str, eye: str, photo: bytes) -> Answer:
        answer = upload(stack.url, token, photo, eye=eye, taken_at=moment, key=f"mixed-{number}")
        assert answer.status in (200, 202), answer
        accepted[answer.body["id"]] = token
        return answer

    for person, token in enumerate(tokens):
        right = poor(person) if person % 4 == 1 else mixed_photo(1000 + person)
        send(4 * person, token, "OD", right)
        if person % 3:
            send(4 * person + 1, token, "OS", mixed_photo(2000 + person))
        if person % 2:
            assert send(4 * person + 2, token, "OD", right).status == 200, "the same photo twice is one photo"
            send(4 * person + 3, token, "OD", poor(3000 + person))
    assert len(accepted) >= 80
    outcomes = Counter(wait_until_read(stack, accepted, within_s=300).values())
    assert sum(outcomes.values()) == len(accepted)
    assert set(outcomes) <= ENDS - {"failed"}
    assert min(outcomes["graded"], outcomes["refused"], outcomes["retake"]) > 0, outcomes
    stack.manage("check_followup")


def test_killing_worker_redis_database_and_web_during_200_uploads_loses_nothing(stack: Stack) -> None:
    tokens = json.loads(stack.manage("test_people", str(PEOPLE)).splitlines()[-1])["patients"]
    moment = taken_at(stack)
    done = threading.Event()

    def send(number: int) -> tuple[str, Answer]:
        token = tokens[number % PEOPLE]
        eye = "OD" if (number // PEOPLE) % 2 == 0 else "OS"
        return token, upload(stack.url, token, mixed_photo(number), eye=eye, taken_at=moment, key=f"photo-{number}", patience_s=300)

    def kill_in_turn() -> None:
        victims = ("read", "redis", "postgres", "web", "read", "deliver", "postgres", "beat", "read", "redis")
        for victim in victims:
            if done.wait(3):
                return
            stack.kill(victim)

    with ThreadPoolExecutor(4) as pool:
        killer = threading.Thread(target=kill_in_turn)
        killer.start()
        answers = list(pool.map(send, range(UPLOADS)))
        done.set()
        killer.join()
    for victim in ("postgres", "redis", "web", "read", "deliver", "beat"):
        stack.wait_ready(victim)

    statuses = Counter(answer.status for _, answer in answers)
    assert set(statuses) <= {200, 202}, statuses
    accepted = {answer.body["id"]: token for token, answer in answers}
    outcomes = wait_until_read(stack, accepted, within_s=420)
    assert len(outcomes) == len(accepted), f"{len(accepted) - len(outcomes)} photos are still on their way"
    assert set(outcomes.values()) <= ENDS
    assert Counter(outcomes.values())["graded"] > UPLOADS / 4

    listed = [photo["id"] for token in tokens for photo in everything(stack, token)]
    assert len(listed) == len(set(listed)), "a photo is listed twice"
    assert set(listed) >= set(accepted)
    stack.manage("check_followup")


def test_killing_everything_while_spots_are_sent_loses_nobody(stack: Stack) -> None:
    """The skin's way is the same way: answers, an overview and two close-ups of each person, while anything dies."""
    people = 16
    tokens = json.loads(stack.manage("test_people", str(people)).splitlines()[-1])["patients"]
    moment = taken_at(stack)
    done = threading.Event()

    def send(person: int) -> list[Answer]:
        token, sitting = tokens[person], str(new_id())
        answers = NO_EMERGENCY | {"q5": "one_spot", "q5b": "dark", "m1": person % 3 == 0}
        begun = {"id": sitting, "body_site": "back", "answers": answers}
        assert post(stack.url, token, "/api/v1/skin-encounters", begun, patience_s=300).status in (200, 201)
        photo = SPOTS[person % len(SPOTS)].read_bytes()
        return [
            upload(
                stack.url,
                token,
                photo + f"spot {person} {number}".encode(),
                kind="skin",
                slot="close_up" if number else "overview",
                encounter=sitting,
                taken_at=moment,
                key=f"spot-{person}-{number}",
                patience_s=300,
            )
            for number in range(3)
        ]

    def kill_in_turn() -> None:
        for victim in ("read", "postgres", "web", "redis", "read", "deliver", "postgres", "web"):
            if done.wait(2):
                return
            stack.kill(victim)

    with ThreadPoolExecutor(4) as pool:
        killer = threading.Thread(target=kill_in_turn)
        killer.start()
        sent = dict(zip(tokens, pool.map(send, range(people)), strict=True))
        done.set()
        killer.join()
    for victim in ("postgres", "redis", "web", "read", "deliver"):
        stack.wait_ready(victim)
    assert {answer.status for answers in sent.values() for answer in answers} <= {200, 202}
    accepted = {answer.body["id"]: token for token, answers in sent.items() for answer in answers}
    assert len(accepted) == 3 * people
    outcomes = wait_until_read(stack, accepted, within_s=300)
    assert len(outcomes) == len(accepted)
    assert set(outcomes.values()) <= ENDS
    stack.manage("check_followup")


def everything(stack: Stack, token: str) -> list[dict[str, str]]:
    """The union of all pages of a person's photos."""
    found: list[dict[str, str]] = []
    path: str | None = "/api/v1/photos?page_size=7"
    while path:
        page = ask(stack.url, token, path).body
        found += page["results"]
        path = page["next"] and "/" + page["next"].split("/", 3)[3]
    return found


def test_with_redis_dead_an_upload_is_accepted_and_read_all_the_same(stack: Stack) -> None:
    token = json.loads(stack.manage("test_people", "1").splitlines()[-1])["patients"][0]
    stack.kill("redis", revive=False)
    try:
        started = time.monotonic()
        answer = upload(stack.url, token, FREE[0].read_bytes(), eye="OD", taken_at=taken_at(stack), key="no-redis", patience_s=0)
        assert answer.status == 202
        assert time.monotonic() - started < 5, "a dead bell made the door wait"
        outcomes = wait_until_read(stack, {answer.body["id"]: token}, within_s=90)
        assert outcomes == {answer.body["id"]: "graded"}
    finally:
        stack.revive("redis")


def test_emptying_redis_loses_nothing(stack: Stack) -> None:
    token = json.loads(stack.manage("test_people", "1").splitlines()[-1])["patients"][0]
    answers = [
        upload(stack.url, token, FREE[number].read_bytes(), eye=eye, taken_at=taken_at(stack), key=f"emptied-{eye}")
        for number, eye in enumerate(("OD", "OS"))
    ]
    Redis.from_url(stack.env["REDIS_URL"]).flushall()
    accepted = {answer.body["id"]: token for answer in answers}
    assert len(wait_until_read(stack, accepted, within_s=90)) == len(accepted)
    stack.manage("check_followup")
