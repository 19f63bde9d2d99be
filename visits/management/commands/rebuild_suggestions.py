from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from visits.models import Ticket
from visits.services import suggestions


class Command(BaseCommand):
    help = "Count and index anew by what tickets are alike, and what is proposed."

    def handle(self, **options: Any) -> str:  # Any: the base class's own
        now = timezone.now()
        indexed = suggestions.rebuild(now=now)
        waiting = Ticket.objects.waiting_for_dispatch().values_list("pk", flat=True)
        told = suggestions.refresh(waiting, now=now)
        return f"{indexed} tickets indexed, proposals for {told} that wait."
