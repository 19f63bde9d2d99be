import logging
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from crm import checks
from crm.worker import Worker


class Command(BaseCommand):
    help = "Run tasks, periodic work and the seal on events until told to stop."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--once", action="store_true", help="end when the queue is empty"
        )

    def handle(self, *, once: bool, **options: Any) -> None:
        checks.refuse_unless_safe(tags=["crm", "worker"])
        logging.getLogger("crm.worker").setLevel(logging.INFO)
        worker = Worker(is_once=once)
        worker.listen()
        worker.run()
