"""Who calls: a bearer token (knox) or the page's own session."""

from rest_framework import authentication
from rest_framework.request import Request


class SessionAuthentication(authentication.SessionAuthentication):
    """The page's own session; a missing session is a 401 like a missing token."""

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"
