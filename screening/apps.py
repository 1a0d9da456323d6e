from django.apps import AppConfig


class ScreeningConfig(AppConfig):
    name = "screening"

    def ready(self) -> None:
        from core import watch
        from screening import own_data, tasks

        own_data.register()
        watch.register("read", tasks.look)
