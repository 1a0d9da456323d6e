from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts import own_data

        own_data.register("accounts", erase=own_data.erase_here)
