"""What happened in the demo county: visits, findings, tickets."""

from .making import make

__all__ = ["make"]
