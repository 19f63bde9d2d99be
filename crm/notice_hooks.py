"""Where notices hang on the ground: they hear of every event."""

from crm import events
from crm.services import notices


def hang() -> None:
    """Called once, when the app is loaded."""
    events.listen(notices.tell)
