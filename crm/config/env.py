"""Read settings from the environment, and stop with a sentence on a bad value."""

import os
from datetime import time
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}


def env(name: str, default: str = "") -> str:
    return os.environ.get(name, default).strip()


def env_bool(name: str, default: bool = False) -> bool:
    value = env(name, "1" if default else "0").lower()
    if value not in TRUE | FALSE:
        raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")
    return value in TRUE


def env_int(name: str, default: int) -> int:
    value = env(name, str(default))
    try:
        return int(value)
    except ValueError:
        raise ImproperlyConfigured(
            f"{name} must be a whole number, not {value!r}."
        ) from None


def env_hours(name: str, default: str) -> tuple[time, time]:
    """From and to on one day, as 9:00-17:30."""
    value = env(name, default)
    try:
        opens, closes = (
            time.fromisoformat(one.strip().zfill(5)) for one in value.split("-")
        )
    except ValueError:
        opens = closes = time()
    if closes <= opens:
        raise ImproperlyConfigured(f"{name} must be like 9:00-17:30, not {value!r}.")
    return opens, closes


def env_time(name: str, default: str) -> time:
    """An hour of the day, as 08:30."""
    value = env(name, default)
    try:
        return time.fromisoformat(value)
    except ValueError:
        raise ImproperlyConfigured(
            f"{name} must be a time such as 08:30, not {value!r}."
        ) from None


def env_list(name: str, default: str = "") -> list[str]:
    return [item.strip() for item in env(name, default).split(",") if item.strip()]


def secret_from(path: Path) -> str:
    """Read a key kept in a file beside the data; nothing when there is none."""
    return path.read_text().strip() if path.is_file() else ""
