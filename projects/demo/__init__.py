"""The demo county's key projects."""

from .making import make

__all__ = ["make"]
