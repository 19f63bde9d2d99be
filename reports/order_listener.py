"""A supervision order is a paper: what of its changes makes the next version."""

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from crm.models import User
from visits.models import SupervisionOrder
from visits.order_signals import order_changed

from .order_papers import MAKES_PAPER
from .order_requests import request_order_paper


@receiver(order_changed)
def make_order_paper(
    sender: object,
    order: SupervisionOrder,
    actor: User,
    now: datetime,
    what: str,
    **kwargs: Any,
) -> None:
    """When it is issued, with each colour, and with its end."""
    if what in MAKES_PAPER:
        request_order_paper(order, actor=actor, now=now)
