"""Give out a kept file; whether its reader may have it was asked before."""

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404

from crm.models import StoredFile


def download(file: StoredFile) -> FileResponse:
    """As a download, never the raw one, never shown in the page."""
    if file.state != StoredFile.State.STORED:
        raise Http404
    response = FileResponse(
        default_storage.open(file.stored_name),
        content_type=file.mime,
        as_attachment=True,
        filename=file.name or str(file.uuid),
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
