"""Words of choices: a list asks for the same few some hundred times."""

from functools import lru_cache

from django.db.models import TextChoices
from django.utils.translation import get_language


def label_of(choices: type[TextChoices], value: str) -> str:
    """The word for a stored value, in the reader's language."""
    return _label(choices, value, get_language())


@lru_cache(maxsize=1024)
def _label(choices: type[TextChoices], value: str, language: str | None) -> str:
    return str(choices(value).label)
