"""How the API's description speaks of signing in."""

from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call] # the library has no types
    """The site's session cookie; the class registers itself when it is imported."""

    target_class = "crm.api.authentication.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        # Any: the library carries no types
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}
