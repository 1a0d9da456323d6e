"""The address in a message by which a phone answers it: signed, opaque, and good for silencing only until somebody signs in."""

from uuid import UUID

from django.core import signing

from followup.models import Reminder

_SALT = "followup.reply"
VALID_SECONDS = 180 * 24 * 3600


def reply_token(reminder: Reminder) -> str:
    """The signed name of one reminder."""
    return signing.dumps(str(reminder.pk), salt=_SALT)


def reply_page(reminder: Reminder) -> str:
    """The mini-program page that a message opens."""
    return f"pages/reply/reply?message={reply_token(reminder)}"


def reminder_of(token: str) -> Reminder | None:
    """The reminder of an address, None when it is forged, older than half a year or of no step."""
    try:
        pk = UUID(signing.loads(token, salt=_SALT, max_age=VALID_SECONDS))
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Reminder.objects.select_related("step", "patient").filter(pk=pk, step__isnull=False).first()
