"""For run_forked(): functions whose libraries the parent is to stay without."""

from typing import Any

from django.utils.module_loading import import_string


def call(name: str, *args: Any) -> Any:
    """Import the function behind the name here, in the child, and call it."""
    return import_string(name)(*args)
