from django.apps import AppConfig


class PartnersConfig(AppConfig):
    name = "partners"

    def ready(self) -> None:
        from accounts import homes
        from core import watch
        from partners import own_data, receivers, selectors
        from partners.services import answering

        receivers.connect()
        own_data.register()
        homes.register("partner", "shells/partner.html", lambda user: selectors.agreement_of_member(user) is not None)
        watch.register("gateway", answering.answer_due)
