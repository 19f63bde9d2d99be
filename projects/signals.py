"""The one signal that upper apps may listen to."""

from django.dispatch import Signal

# An agency agreement came into another state. Sent inside the transaction of the
# change, with `agency` (as saved), `actor` (a User) and `now`.
agency_moved = Signal()
