"""Files of a ticket: each through the ticket's own rule."""

from django.db.models import Q, QuerySet
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import path
from django.views.decorators.http import require_GET

from crm.downloads import download
from crm.lib.http import AppRequest
from crm.models import Attachment, StoredFile, subject_of
from visits.models import Ticket


@require_GET
def file(request: AppRequest, pk: int, uuid: str) -> HttpResponseBase:
    """The kept file as a download, never the raw one, never shown in the page."""
    tickets = Ticket.objects.visible_to(request.user).with_rights(request.user)
    ticket = get_object_or_404(tickets, pk=pk)
    found = get_object_or_404(files_of(ticket), uuid=uuid)
    return download(found)


def files_of(ticket: Ticket) -> QuerySet[StoredFile]:
    """What hangs from the ticket, as far as this person may read it."""
    subject_type, subject_id = subject_of(ticket)
    attached = Attachment.objects.filter(
        subject_type=subject_type, subject_id=subject_id
    )
    if not ticket.may_read_internal:  # type: ignore[attr-defined] # annotated
        attached = attached.filter(is_internal=False)
    own = Q(pk__in=attached.values("file")) | Q(pk=ticket.sign_off_file_id)
    return StoredFile.objects.filter(own)


urls = [path("tickets/<int:pk>/files/<uuid:uuid>/", file, name="ticket-file")]
