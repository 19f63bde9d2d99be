"""Turn CRM_DATABASE into Django's settings, with the durable options of each engine."""

from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def database_from(url: str) -> dict[str, Any]:
    """`sqlite:///abs/path.sqlite3` or `postgres://user:password@host:port/name`."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "crm.lib.sqlite",
            "NAME": unquote(parts.path),
            "CONN_MAX_AGE": None,
        }
    if parts.scheme in {"postgres", "postgresql"}:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(parts.hostname or ""),
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": None,
            "CONN_HEALTH_CHECKS": True,
            # Milliseconds: no page may hold a database longer than a person waits.
            # Compiling costs more than a page's queries do, and no disk seeks for
            # milliseconds any more: where it is thought to, plans read whole tables.
            "OPTIONS": {
                "options": "-c statement_timeout=30000 -c jit=off "
                "-c random_page_cost=1.1"
            },
        }
    raise ImproperlyConfigured(
        "CRM_DATABASE must start with sqlite:/// or postgres://, "
        f"not {parts.scheme or url!r}."
    )
