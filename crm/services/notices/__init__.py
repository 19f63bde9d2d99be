"""Telling people: in the app, by mail, in their unit's group chat."""

from .choices import Choices, choices_of, choose
from .claims import retry
from .telling import mark_read, tell

__all__ = ["Choices", "choices_of", "choose", "mark_read", "retry", "tell"]
