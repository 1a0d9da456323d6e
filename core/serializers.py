"""What every serializer that takes something in has in common."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers


class StrictSerializer(serializers.Serializer[Any]):
    """Unknown fields are a mistake to be told, never ignored."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) or hasattr(data, "keys"):
            unknown = sorted(set(data.keys()) - set(self.fields))
            if unknown:
                raise serializers.ValidationError({name: [_("This field is not known here.")] for name in unknown[:20]}, code="unknown_field")
        return super().to_internal_value(data)
