"""Give out a kept file; whether its reader may have it was asked before."""

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest

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


def picture(request: HttpRequest, file: StoredFile) -> FileResponse:
    """A photo to look at in a page; `?size=report` is the small copy."""
    if file.state != StoredFile.State.STORED:
        raise Http404
    is_small = request.GET.get("size") == "report" and file.report_name
    name = file.report_name if is_small else file.stored_name
    response = FileResponse(default_storage.open(name), content_type=file.mime)
    ending = "png" if file.mime == "image/png" else "jpg"
    response["Content-Disposition"] = f'inline; filename="{file.uuid}.{ending}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
