"""A county that does not exist: its places, people and companies."""

from .making import make

__all__ = ["make"]
