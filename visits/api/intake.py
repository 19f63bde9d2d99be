"""Reading a sent visit from the request, and writing its receipt."""

import json
from datetime import datetime
from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile
from django.http.request import UnreadablePostError
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.request import Request

from crm.lib.guards import is_clean
from crm.models import StoredFile, User
from crm.services import files
from crm.services.files import FileRefused, Received
from visits.models import Visit
from visits.services import photos
from visits.services.content import Content
from visits.services.intake import Sending

from .problems import Problem
from .serializers import VisitSerializer

# Bytes of the visit's own JSON, photos aside.
MOST_JSON: Final = 1024 * 1024


class Refused(Exception):
    """422: every problem with its field."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(problems)
        self.problems = problems


def sending_of(request: Request) -> Sending:
    serializer = VisitSerializer(data=visit_part(request))
    serializer.is_valid(raise_exception=True)
    return serializer.sending()


def visit_part(request: Request) -> Any:  # Any: whatever JSON holds
    """The part `visit`, or the whole body when it is JSON."""
    try:
        data: Any = request.data  # Any: a form or JSON
        if (request.content_type or "").startswith("application/json"):
            return data
        part = data.get("visit")
        if isinstance(part, UploadedFile):
            if part.size is not None and part.size > MOST_JSON:
                raise refusal("", "too_large", _("The visit is too long."))
            part = part.read().decode()
        return json.loads(part, parse_constant=refuse_constant)
    except UnreadablePostError:
        raise ParseError("The connection was cut.") from None
    except (RecursionError, TypeError, ValueError, AttributeError):
        raise refusal("", "not_json", _("The part “visit” is not JSON.")) from None


def refuse_constant(name: str) -> None:
    raise ValueError(name)


def refusal(path: str, code: str, message: str) -> Refused:
    return Refused([{"path": path, "code": code, "message": message}])


def receive_parts(
    request: Request, content: Content, actor: User, now: datetime
) -> dict[str, Received]:
    """Every photo of the request, safe on disk and equal to its hash; or none."""
    uploads = {
        name: upload
        for name, upload in request.FILES.items()
        if name != "visit" and isinstance(upload, UploadedFile)
    }
    if unknown := uploads.keys() - set(content.files()):
        name = min(unknown)
        shown = name[:64] if is_clean(name) else ""
        raise refusal(shown, "unknown_file", _("The visit does not name this file."))
    if uploads:
        files.check_quota(actor, sum(one.size or 0 for one in uploads.values()), now)
    received: dict[str, Received] = {}
    try:
        for name, upload in uploads.items():
            is_signature = name == content.signature and name not in content.photos
            kind = StoredFile.Kind.SIGNATURE if is_signature else StoredFile.Kind.PHOTO
            received[name] = receive_one(upload, name, kind)
    except BaseException:
        files.forget_unused(received.values())
        raise
    return received


def receive_one(
    upload: "UploadedFile[Any]", name: str, kind: StoredFile.Kind
) -> Received:
    try:
        received = files.receive_file(upload, kind)
    except FileRefused as error:
        raise refusal(name, error.code, str(error.sentence)) from None
    if received.sha256 != name:
        files.forget_unused([received])
        sentence = _("The file was damaged on the way. It is kept on the phone.")
        raise refusal(name, "hash_mismatch", sentence)
    return received


def receipt(visit: Visit, sending: Sending) -> dict[str, Any]:
    """What the server has, file by file: only then may the phone drop its copy."""
    # Most visits have no files: not even asking is faster than an empty answer.
    arrived = photos.of_visit(visit) if sending.content.files() else []
    tickets = visit.tickets.order_by("pk") if sending.content.findings else ()
    return {
        "uuid": str(visit.uuid),
        "visit": visit.pk,
        "url": visit.get_absolute_url(),
        "version": visit.version,
        "content_sha256": sending.hash,
        "photos": [vars(one) for one in arrived],
        "missing": photos.missing(sending.content, arrived),
        "tickets": [
            {"number": one.number, "url": one.get_absolute_url()} for one in tickets
        ],
    }
