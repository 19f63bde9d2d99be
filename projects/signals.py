"""The signals that upper apps may listen to."""

from django.dispatch import Signal

# An agency agreement came into another state. Sent inside the transaction of the
# change, with `agency` (as saved), `actor` (a User) and `now`.
agency_moved = Signal()

# A joint session or one of its lines changed. Sent inside the transaction of the
# change, with `session` (as saved), `actor` (a User, or None) and `now`.
session_changed = Signal()
