"""A county that does not exist: its places, people and companies."""

from .whole import make

__all__ = ["make"]
