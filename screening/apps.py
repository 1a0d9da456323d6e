from django.apps import AppConfig


class ScreeningConfig(AppConfig):
    name = "screening"

    def ready(self) -> None:
        from django.conf import settings

        from core import watch
        from screening import own_data, tasks
        from screening.classifiers.engine import EngineChoice, choose_engine

        choose_engine(EngineChoice(settings.ENGINE, settings.ENGINE_DEVICE, settings.ENGINE_PRECISION))
        own_data.register()
        watch.register("read", tasks.look)
        watch.register("shadow", tasks.look_at_shadows)
