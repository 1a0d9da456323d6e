from django.apps import AppConfig


class PartnersConfig(AppConfig):
    """Partner questions arrive with their own issue; the room exists so that nothing moves when they do."""

    name = "partners"
