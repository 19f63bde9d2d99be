from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.urls import reverse
from django.utils import timezone

from crm.services import links


class Command(BaseCommand):
    help = (
        "Print a one-time link that makes the first two administrators. "
        "Says nothing when there is one already; earlier links stop working."
    )

    def handle(self, *args: Any, **options: Any) -> str | None:
        if not links.needs_setup(timezone.now()):
            return None
        path = reverse("crm:setup", args=[links.create_setup_link()])
        hours = int(links.SETUP_LASTS.total_seconds() // 3600)
        return (
            "There is no administrator yet. Open this link to make the first two; it "
            f"works once, for {hours} hours:\n{settings.CRM_BASE_URL}{path}"
        )
