"""What upper apps are told of, inside the transaction of the change."""

from dataclasses import dataclass
from datetime import date

from django.dispatch import Signal

from crm.models import Deadline


@dataclass(frozen=True)
class Moved:
    """A deadline that was computed anew, and what it said before."""

    deadline: Deadline
    due_on: date | None
    was_provisional: bool


# A notice of the working calendar moved running deadlines or made them certain.
# Arguments: moved (list[Moved]), actor (User | None), now (datetime).
deadlines_moved = Signal()
