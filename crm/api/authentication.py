"""Sessions for the API: an expired login is 401, so that a phone can tell."""

from rest_framework.authentication import SessionAuthentication as Base
from rest_framework.request import Request


class SessionAuthentication(Base):
    """Django's session; unlike DRF's own class it answers 401, not 403."""

    def authenticate_header(self, request: Request) -> str:
        return 'Session realm="api"'
