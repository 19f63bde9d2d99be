"""Words of choices: a list asks for the same few some hundred times."""

from functools import lru_cache
from typing import Any

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import get_language

Kind = type[TextChoices] | type[IntegerChoices]


def label_of(choices: Kind, value: str | int) -> str:
    """The word for a stored value, in the reader's language."""
    return _label(choices, value, get_language())


@lru_cache(maxsize=1024)
def _label(choices: Kind, value: str | int, language: str | None) -> str:
    found: Any = choices  # Any: either kind takes its own values
    return str(found(value).label)
