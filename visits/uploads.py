"""Files that come with a form: safe on disk before the transaction begins."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from crm.models import StoredFile
from crm.services import files
from visits.services.tickets import Sent


@contextmanager
def received(uploads: Sequence["UploadedFile[Any]"]) -> Iterator[list[Sent]]:
    """Quarantine the uploads; what gets no row in the end is removed again."""
    sent: list[Sent] = []
    try:
        for upload in uploads:
            kept = files.receive_file(upload, StoredFile.Kind.ATTACHMENT)
            sent.append(Sent(kept, upload.name or ""))
        yield sent
    finally:
        files.forget_unused([one.received for one in sent])
