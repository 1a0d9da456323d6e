"""Which sample persons a browser session made: it may see those, and nobody else may."""

from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase

_KEY = "samples"
# One session tries a few pairs; older ones fall off and are erased with their day.
MOST = 10


def remember(session: SessionBase, encounter_id: UUID) -> None:
    """Note that this session made the sample encounter."""
    session[_KEY] = [*session.get(_KEY, []), str(encounter_id)][-MOST:]
    if session.session_key is None:
        session.create()


def is_own(session: SessionBase, encounter_id: UUID) -> bool:
    """Whether this session made it."""
    return str(encounter_id) in session.get(_KEY, [])
