"""Phone numbers: kept as E.164, shown masked."""

import phonenumbers
from django.utils.translation import gettext_lazy as _

from core.problems import Problem

DEFAULT_REGION = "CN"


def normalise_phone(phone: str) -> str:
    """The number in E.164; without a country code it is one of mainland China. Raises Problem `phone_invalid`."""
    try:
        number = phonenumbers.parse(phone, DEFAULT_REGION)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number):
        raise Problem("phone_invalid", _("This is not a phone number that can be reached. Example: 138 0013 8000."), pointer="/phone")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def mask_phone(phone: str) -> str:
    """An E.164 number as its owner recognises it and nobody else can use it: +86 138****8000."""
    number = phonenumbers.parse(phone)
    national = phonenumbers.national_significant_number(number)
    return f"+{number.country_code} {national[:3]}****{national[-4:]}"
