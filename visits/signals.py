"""The one signal that upper apps may listen to."""

from django.dispatch import Signal

# Something about a visit is different. Sent inside the transaction of the change,
# with `visit` (as saved), `actor` (a User, None when the worker did it), `now`, and
# `what` it is about: "planned", "held", "amended", "cancelled", or "files" when a
# photo or the signature arrived, was stored or could not be read.
visit_changed = Signal()
