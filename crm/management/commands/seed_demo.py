"""Fill an empty database with a county that does not exist."""

from argparse import ArgumentParser
from contextlib import ExitStack
from datetime import timedelta
from importlib import import_module
from types import ModuleType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.module_loading import module_has_submodule

from crm import demo, notices
from crm.demo.loading import loading
from crm.demo.story import SCALES, tell
from crm.lib import garbage
from crm.models import Company, User
from crm.notices import NEVER

# Upper apps are found by name: nothing here imports upwards.
ABOVE = ("projects", "visits", "reports")
TOLD = timedelta(days=3)


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
        story = tell(SCALES[scale], seed, timezone.localdate())
        modules = [import_module(f"{app}.demo") for app in ABOVE if has_demo(app)]
        with ExitStack() as stack:
            # Most of what is made is kept: looking for garbage is a tenth of the time.
            stack.enter_context(garbage.seldom_sought())
            # Of a past of months nobody was told; of the last days there is a bell.
            told = NEVER if story.scale.is_large else timezone.now() - TOLD
            stack.enter_context(notices.only_since(told))
            if story.scale.is_large:
                stack.enter_context(loading())
            for prepared in map(prepared_of, modules):
                stack.enter_context(prepared())
            county = demo.make(story, seed, self.say)
            for module in modules:
                module.make(county)
        return f"Demo data of scale {scale} is in place."

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def has_demo(app: str) -> bool:
    return module_has_submodule(import_module(app), "demo")


def prepared_of(module: ModuleType) -> Any:  # Any: what another app offers by name
    """What an app keeps still while the others make theirs; most have nothing."""
    return getattr(module, "prepared", ExitStack)
