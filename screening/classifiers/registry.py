"""PLACEHOLDER by the lead so that `manage.py check` imports; the ML task replaces this file."""


def live(programme: str):
    raise LookupError(programme)
