"""The JSON of accounts: what comes in is shaped here and judged by the services."""

from typing import Any

from rest_framework import serializers

from accounts import consent_texts
from accounts.language import LANGUAGES


class SignUpRequest(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=40)
    birth_date = serializers.DateField(required=False, allow_null=True)
    birth_year = serializers.IntegerField(required=False, allow_null=True, help_text="Where only the year is known.")
    phone = serializers.CharField(max_length=32, help_text="E.164, or a number of mainland China.")
    language = serializers.ChoiceField(choices=LANGUAGES, default="zh-hans")


class LoginCodeRequest(serializers.Serializer[Any]):
    phone = serializers.CharField(max_length=32)


class CodeSent(serializers.Serializer[Any]):
    """The same answer for every phone."""

    expires_at = serializers.DateTimeField()
    sessions = serializers.CharField(help_text="Where phone and code are exchanged for a token.")


class SessionRequest(serializers.Serializer[Any]):
    """Phone and code, or handle and password."""

    phone = serializers.CharField(max_length=32, required=False)
    code = serializers.CharField(max_length=12, required=False)
    handle = serializers.CharField(max_length=64, required=False)
    password = serializers.CharField(max_length=128, required=False, write_only=True, trim_whitespace=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if set(attrs) not in ({"phone", "code"}, {"handle", "password"}):
            raise serializers.ValidationError(self.__doc__)
        return attrs


class Session(serializers.Serializer[Any]):
    token = serializers.CharField(help_text="Send it as `Authorization: Bearer TOKEN`.")
    expires_at = serializers.DateTimeField()
    role = serializers.ChoiceField(choices=("patient", "clinician", "store_staff", "none"))
    patient = serializers.UUIDField(allow_null=True)


class Me(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    role = serializers.ChoiceField(choices=("patient", "clinician", "store_staff", "none"))
    name = serializers.CharField()
    phone = serializers.CharField(allow_null=True, help_text="Masked.")
    language = serializers.ChoiceField(choices=LANGUAGES)
    patient = serializers.UUIDField(allow_null=True)


class ConsentText(serializers.Serializer[Any]):
    purpose = serializers.CharField()
    version = serializers.CharField()
    language = serializers.CharField()
    title = serializers.CharField()
    text = serializers.CharField()
    without = serializers.CharField(help_text="What follows from not agreeing.")


class GivenConsent(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    purpose = serializers.CharField()
    version = serializers.CharField(source="text.version")
    language = serializers.CharField(source="text.language")
    text = serializers.CharField(source="text.text")
    given_at = serializers.DateTimeField()
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    organisation = serializers.UUIDField(source="organisation_id", allow_null=True, help_text="The clinic or store shared with.")


class ConsentsRequest(serializers.Serializer[Any]):
    purposes = serializers.ListField(child=serializers.ChoiceField(choices=consent_texts.purposes_without_place()), allow_empty=False)
