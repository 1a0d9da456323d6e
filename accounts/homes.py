"""People whom only an app above knows: each such app registers, from AppConfig.ready, who they are and where they start."""

from collections.abc import Callable
from dataclasses import dataclass

from accounts.models import User


@dataclass(frozen=True)
class Home:
    """The first page (its name) and the shell (its template) of those that `knows` recognises."""

    page: str
    shell: str
    knows: Callable[[User], bool]


_homes: list[Home] = []


def register(page: str, shell: str, knows: Callable[[User], bool]) -> None:
    """Note where people of an app start."""
    _homes.append(Home(page, shell, knows))


def home_above(user: User) -> Home | None:
    """Where this login starts, if an app above knows it."""
    return next((home for home in _homes if home.knows(user)), None)
