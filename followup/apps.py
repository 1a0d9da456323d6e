from django.apps import AppConfig


class FollowupConfig(AppConfig):
    name = "followup"

    def ready(self) -> None:
        from core import watch
        from followup import own_data, receivers
        from followup.services import delivery

        receivers.connect()
        own_data.register()
        watch.register("deliver", delivery.deliver_due)
