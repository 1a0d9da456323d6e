"""Limits per actor on the Redis cache. Where Redis is away a photo is let in: being lost is worse than being hurried."""

from typing import Any

from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle


class PerActor(SimpleRateThrottle):
    """The general limit of one signed-in actor, or of one address before sign-in."""

    scope = "actor"

    def get_cache_key(self, request: Request, view: Any) -> str:
        ident = request.user.pk if request.user and request.user.is_authenticated else self.get_ident(request)
        return self.cache_format % {"scope": self.scope, "ident": ident}

    def allow_request(self, request: Request, view: Any) -> bool:
        try:
            return bool(super().allow_request(request, view))
        except RedisError:
            return True


class Uploads(PerActor):
    """The limit on photos."""

    scope = "upload"


class SampleTries(PerActor):
    """The limit on sample pairs of one address: each is two photos read for a person who does not exist."""

    scope = "sample"
    rate = "30/hour"
