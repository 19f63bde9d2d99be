"""What supervision orders bring: two kinds of paper, and who asks for them."""

from . import kinds, order_listener, order_month, order_papers  # noqa: F401


def hang() -> None:
    """Called once, when the apps are loaded."""
    kinds.register(order_papers.KIND, order_month.KIND)
