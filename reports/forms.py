"""What people type or choose in reports."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

MOST_BYTES = 20 * 1024 * 1024


class CompareForm(forms.Form):
    """A file whose fingerprint is compared; it is not kept."""

    file = forms.FileField(label=_("PDF file"), help_text=_("The file is not kept."))

    def clean_file(self) -> "UploadedFile[Any]":
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if (file.size or 0) > MOST_BYTES:
            raise ValidationError(
                _("The file is larger than 20 MB; our papers are not.")
            )
        return file
