"""What a patient's one-tap answer to a reminder changes: messages and lists, never the step itself (issue 18 item 5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

from followup.rules.policy import POLICY

REASONS = ("time", "distance", "cost", "ill", "worried", "other")
ANOTHER_YEAR = timedelta(days=365)


@dataclass(frozen=True)
class ReplyRule:
    """`task` is what a person then has to do; `messages` is kept, rebooked, paused or ended."""

    task: str | None
    messages: str
    wants_day: bool = False
    wants_place: bool = False
    wants_reason: bool = False


REPLIES: Mapping[str, ReplyRule] = MappingProxyType(
    {
        "booked": ReplyRule(None, "rebooked", wants_day=True),
        "been": ReplyRule("ask_outcome", "paused", wants_day=True, wants_place=True),
        "under_doctor": ReplyRule("confirm_care", "paused"),
        "cannot_come": ReplyRule("cannot_come", "paused", wants_reason=True),
        "call_me": ReplyRule("call_patient", "paused"),
        "not_me": ReplyRule("wrong_person", "ended"),
        "stop": ReplyRule(None, "ended"),
    }
)

SILENCING = frozenset(kind for kind, rule in REPLIES.items() if rule.messages == "ended")
"""What a phone may answer without signing in: it shows nothing and only ever silences."""

PAUSE = timedelta(days=POLICY["reply_pause"].value)


def fault_of(kind: str, *, on: date | None, place: str, why: str, today: date) -> str | None:
    """Why an answer cannot be taken: unknown_reply, day_missing, day_in_past, day_in_future, day_too_far, place_missing, why_missing – or None.

    A booking lies between today and a year ahead, a visit between a year ago and today.
    """
    rule = REPLIES.get(kind)
    if rule is None:
        return "unknown_reply"
    if rule.wants_day:
        if on is None:
            return "day_missing"
        if kind == "booked" and on < today:
            return "day_in_past"
        if kind == "been" and on > today:
            return "day_in_future"
        if abs(on - today) > ANOTHER_YEAR:
            return "day_too_far"
    if rule.wants_place and not place.strip():
        return "place_missing"
    if rule.wants_reason and why not in REASONS:
        return "why_missing"
    return None


def task_of(kind: str, *, on: date | None, due: date, step_kind: str) -> str | None:
    """What a person has to do after this answer. A booking after the date of a referral is one too: somebody finds an earlier day."""
    if kind == "booked":
        return "booked_late" if step_kind == "referral" and on is not None and on > due else None
    return REPLIES[kind].task
