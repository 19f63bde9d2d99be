"""Look into the files that came with comments; the worker's side of comments."""

from typing import Final

from django.conf import settings
from django.core.files.storage import default_storage

from crm.lib.forked import ChildError, run_forked
from crm.lib.images import Made
from crm.models import StoredFile
from crm.services import files

# Limits of the child that opens a picture: seconds and MB.
SECONDS: Final = 60
MEMORY: Final = 512


def process_attachment(file_pk: int) -> None:
    """Task: keep a received file, pictures re-encoded and without their EXIF."""
    file = StoredFile.objects.filter(pk=file_pk).first()
    if file is None or file.state != StoredFile.State.RECEIVED:
        return  # done by an earlier run
    with default_storage.open(file.raw_name) as raw:
        data = raw.read()
    if file.mime not in files.IMAGES:
        # Papers are served for download only, never shown by the browser.
        files.keep(file, data, mime=file.mime)
        return
    try:
        made = re_encoded(data)
    except ChildError:
        files.reject(file)
        return
    files.keep(
        file,
        made.full,
        report=made.report,
        mime="image/jpeg",
        width=made.width,
        height=made.height,
    )


def re_encoded(data: bytes) -> Made:
    packed = run_forked(
        "crm.lib.images.make_photo",
        data,
        [],
        settings.CRM_PHOTO_MAX_PIXELS,
        timeout=SECONDS,
        memory_mb=MEMORY,
    )
    return Made.unpacked(packed)
