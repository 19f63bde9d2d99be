"""Print the picture of a ticket's states: what each may become, and by which acts."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import override

from visits.state_picture import page


class Command(BaseCommand):
    help = "Print docs/ticket-states.md: the states of a ticket and the acts in each."

    def handle(self, **options: Any) -> str:
        with override("zh-hans"):
            return page()
