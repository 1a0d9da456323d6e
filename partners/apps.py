from django.apps import AppConfig


class PartnersConfig(AppConfig):
    name = "partners"

    def ready(self) -> None:
        from core import watch
        from partners import receivers
        from partners.services import answering

        receivers.connect()
        watch.register("gateway", answering.answer_due)
