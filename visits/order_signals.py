"""What upper apps may listen to of supervision orders."""

from django.dispatch import Signal

# A supervision order was issued or changed. Sent inside the transaction of the change,
# with `order` (as saved), `actor` (a User), `now`, and `what`: the action of its event.
order_changed = Signal()
