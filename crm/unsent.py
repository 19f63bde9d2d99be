"""What was typed when a login ran out: kept in the page itself, for the same person."""

import json
from dataclasses import dataclass

from django.core import signing
from django.http import HttpRequest

SALT = "crm.unsent"
# Characters; a longer text stays in the browser's page before this one.
LIMIT = 200_000
MAX_AGE = 12 * 60 * 60
NEVER_KEPT = ("password", "csrfmiddlewaretoken", "token", "signing_key")


@dataclass(frozen=True)
class Unsent:
    """A form that was sent without a valid login."""

    path: str
    fields: list[tuple[str, str]]

    @property
    def shown(self) -> list[str]:
        """What a person typed, as far as he would recognise it."""
        return [value for _, value in self.fields if value.strip()]


def keep(request: HttpRequest) -> str:
    """The form as signed text for a hidden field, or nothing if there is none."""
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        if not any(word in name for word in NEVER_KEPT)
        for value in values
        if isinstance(value, str)
    ]
    if not fields or len(json.dumps(fields)) > LIMIT:
        return ""
    kept = {
        "user": request.META.get("crm.was_user"),
        "path": request.get_full_path(),
        "fields": fields,
    }
    return signing.dumps(kept, salt=SALT, compress=True)


def restore(text: str, user_id: int) -> Unsent | None:
    """The form again, unless it was somebody else's, changed or too old."""
    try:
        kept = signing.loads(text, salt=SALT, max_age=MAX_AGE)
    except signing.BadSignature:
        return None
    if kept["user"] not in {None, user_id}:
        return None
    return Unsent(kept["path"], [(name, value) for name, value in kept["fields"]])
