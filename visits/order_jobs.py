"""What the worker does for orders again and again."""

from visits.services import orders


def propose_orders() -> str:
    """Propose an order for what is overdue for long; run twice, it proposes once."""
    swept = orders.propose_overdue()
    return f"{swept.proposed} proposed, {swept.lapsed} settled meanwhile"
