from typing import Any

from django.core.management.base import BaseCommand

from crm.services import search


class Command(BaseCommand):
    help = "Have the worker write anew what every company is found by."

    def handle(self, **options: Any) -> str:
        return f"{search.rebuild()} companies; the worker writes their words anew."
