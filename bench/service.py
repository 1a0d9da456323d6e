"""The whole service under four clients: HTTP upload to the reading, through web, queue, Celery worker and database."""

import os
import statistics
import threading
from collections.abc import Iterator
from itertools import count
from time import perf_counter, sleep
from typing import Any

import httpx2
from knox.models import AuthToken

from bench.clocks import descendants_cpu_seconds
from bench.subjects import RETINA, camera_photo
from core import clock
from dev.demo.stage import make_person

CLIENTS, SECONDS = 4, 40.0
_POLL_S = 0.2


def run(url: str) -> dict[str, str]:
    """Four clients who each send a photo, wait for its reading and send the next, for forty seconds after a warm-up each."""
    photo = camera_photo(RETINA)
    numbers = count()
    people = [_client(number) for number in range(CLIENTS)]
    for client in people:
        _send_and_wait(url, client, photo, numbers)
    waited: list[float] = []
    spent, started = descendants_cpu_seconds(), perf_counter()
    threads = [threading.Thread(target=_go_on, args=(url, client, photo, numbers, started + SECONDS, waited)) for client in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds, cpu = perf_counter() - started, descendants_cpu_seconds() - spent
    cores = os.cpu_count() or 1
    return {
        "photos read": f"{len(waited)} in {seconds:.0f} s, {os.environ.get('READERS') or max(1, cores - 1)} reader on {cores} cores",
        "photos per second": f"{len(waited) / seconds:.1f} with a load of {os.getloadavg()[0]:.1f}",
        "from upload to reading": f"median {statistics.median(waited):.1f} s, p95 {statistics.quantiles(waited, n=20)[-1]:.1f} s",
        "processor time of the whole service": f"{1000 * cpu / len(waited):.0f} ms a photo: {len(waited) / cpu:.1f} photos per core second",
    }


def _client(number: int) -> dict[str, str]:
    """Headers of a new person who may send photos."""
    person = make_person(f"bench {number}", clock.now().date().replace(year=1960, day=1), facts={})
    _row, token = AuthToken.objects.create(user=person.user)
    return {"Authorization": f"Bearer {token}"}


def _go_on(url: str, client: dict[str, str], photo: bytes, numbers: Iterator[int], until: float, waited: list[float]) -> None:
    while perf_counter() < until:
        waited.append(_send_and_wait(url, client, photo, numbers))


def _send_and_wait(url: str, client: dict[str, str], photo: bytes, numbers: Iterator[int]) -> float:
    """Seconds from the first byte of the upload to the answer that says *done*."""
    number = next(numbers)
    body: dict[str, Any] = {"kind": "retina", "eye": "OD" if number % 2 else "OS", "taken_at": clock.now().isoformat()}
    started = perf_counter()
    answer = httpx2.post(f"{url}api/v1/photos", headers=client, data=body, files={"file": ("photo", photo + number.to_bytes(4, "big"))}, timeout=60)
    answer.raise_for_status()
    place = f"{url}api/v1/photos/{answer.json()['id']}"
    while httpx2.get(place, headers=client, timeout=60).json()["state"] in ("queued", "claimed"):
        sleep(_POLL_S)
    return perf_counter() - started
