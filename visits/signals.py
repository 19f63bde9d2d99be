"""The one signal that upper apps may listen to."""

from django.dispatch import Signal

# Something about a visit is different. Sent inside the transaction of the change,
# with `visit` (as saved), `actor` (a User, None when the worker did it), `now`, and
# `what` it is about: "planned", "held", "amended", "cancelled", or "files" when a
# photo or the signature arrived, was stored or could not be read. With "held" comes
# `waits`: whether files are still to come or to be checked; nobody else has seen a
# held visit before, so nothing of it can be there yet.
visit_changed = Signal()

# A coordination meeting, its agenda or one of its tasks changed. Sent inside the
# transaction of the change, with `meeting` (as saved), `actor` (a User) and `now`.
meeting_changed = Signal()
