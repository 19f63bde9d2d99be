"""Fill an empty database with a county that does not exist."""

from argparse import ArgumentParser
from importlib import import_module
from random import Random
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.module_loading import module_has_submodule

from crm import demo
from crm.demo.story import SCALES, tell
from crm.models import Company, User

# Upper apps are found by name: nothing here imports upwards.
ABOVE = ("visits", "reports")


class Command(BaseCommand):
    help = "Fill an empty database with demo data. Refuses one that is not empty."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--scale", choices=SCALES, default="small")
        parser.add_argument("--seed", type=int, default=20260101)

    def handle(self, *, scale: str, seed: int, **options: Any) -> str:
        if User.objects.exists() or Company.objects.exists():
            raise CommandError("The database is not empty; nothing was written.")
        if not settings.DEMO:
            raise CommandError("Demo people exist only with DEMO=1 in the environment.")
        random = Random(seed)
        story = tell(SCALES[scale], seed, timezone.localdate())
        county = demo.make(story, random, self.stdout.write)
        for app in ABOVE:
            package = import_module(app)
            if module_has_submodule(package, "demo"):
                import_module(f"{app}.demo").make(county)
        return f"Demo data of scale {scale} is in place."
