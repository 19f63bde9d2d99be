"""Several files in one field."""

from typing import Any, Final

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

MOST_FILES: Final = 10


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Nought to ten files; what they may be is decided by their content."""

    widget = FilesInput(attrs={"accept": "image/*,.pdf,.docx,.xlsx", "multiple": True})

    def clean(
        self, data: Any, initial: Any = None
    ) -> "list[UploadedFile[Any]]":  # Any: as Django's own
        given = data if isinstance(data, list | tuple) else [data] if data else []
        if len(given) > MOST_FILES:
            sentence = _("At most %(most)s files at a time.")
            raise forms.ValidationError(sentence % {"most": MOST_FILES})
        return [super(FilesField, self).clean(one, initial) for one in given]
