"""The timeline picture: a frozen model in, a drawing and its words out."""

from .drawing import Drawing, Page, drawn, paged
from .model import (
    Expiry,
    Flag,
    Halt,
    Item,
    Lane,
    Mark,
    MarkLine,
    Picture,
    Span,
)
from .scale import Zoom
from .words import LaneTold, StageTold, Told

__all__ = [
    "Drawing",
    "Expiry",
    "Flag",
    "Halt",
    "Item",
    "Lane",
    "LaneTold",
    "Mark",
    "MarkLine",
    "Page",
    "Picture",
    "Span",
    "StageTold",
    "Told",
    "Zoom",
    "drawn",
    "paged",
]
