"""Model fields whose text is encrypted in the database, and their blind index.

    phone = EncryptedTextField()
    phone_index = BlindIndexField("phone", unique=True)

    Patient.objects.get(phone_index="+8613800138000")

The key binds a value to `app.model.field`: renaming one of the three needs a data migration that seals anew.
"""

from typing import Any

from django.core.exceptions import FieldError
from django.db import models

from core.crypto import blind_index, seal, unseal


def place(field: "models.Field[Any, Any]") -> str:
    """Where a field's values belong: `app.model.field`."""
    return f"{field.model._meta.label_lower}.{field.name}"


class EncryptedTextField(models.TextField):
    """Text that the database keeps as a sealed token (bytea). None stays None. Reading raises core.crypto.SealBroken on altered bytes."""

    def get_internal_type(self) -> str:
        return "BinaryField"

    def get_lookup(self, lookup_name: str) -> Any:
        # Every sealing differs, so a comparison would silently never match.
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is encrypted: look it up through a BlindIndexField, or by isnull")
        return super().get_lookup(lookup_name)

    def to_python(self, value: Any) -> Any:
        # The schema editor offers b"" as the default of a new column.
        return super().to_python(value.decode() if isinstance(value, bytes) else value)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        text = super().get_db_prep_value(value, connection, prepared)
        return None if text is None else connection.Database.Binary(seal(text.encode(), aad=place(self).encode()))

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> str | None:
        return None if value is None else unseal(bytes(value), aad=place(self).encode()).decode()


class BlindIndexField(models.BinaryField):
    """The keyed hash of another field of the same row, made on save; a look-up by text hashes the text.

    `save(update_fields=…)` must name both fields.
    """

    def __init__(self, source: str, **options: Any) -> None:
        self.source = source
        super().__init__(**options)

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        return name, path, [self.source, *args], options

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = getattr(model_instance, self.source)
        indexed = None if value is None else self.get_prep_value(value)
        setattr(model_instance, self.attname, indexed)
        return indexed

    def get_prep_value(self, value: Any) -> Any:
        return blind_index(value, field=f"{self.model._meta.label_lower}.{self.source}") if isinstance(value, str) else super().get_prep_value(value)
