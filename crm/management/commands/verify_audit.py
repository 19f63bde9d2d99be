from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from crm.services import audit


class Command(BaseCommand):
    help = (
        "Check the digest of every event and the chain over the sealed ones. "
        "Ends with 1 if anything does not fit."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--head",
            nargs=2,
            metavar=("POSITION", "HASH"),
            help="an end of the chain that was written down elsewhere earlier",
        )
        parser.add_argument(
            "--accept-head",
            action="store_true",
            help="note today's end anew: after a restore from a backup",
        )

    def handle(
        self, *, head: list[str] | None, accept_head: bool, **options: Any
    ) -> str:
        if accept_head:
            end = audit.accept_head()
            return f"The chain's end is noted at position {end.position}."
        report = audit.verify(known=known_head(head))
        counts = (
            f"{report.events} events read, {report.seals} of them sealed, "
            f"{report.unsealed} not yet; personal values of {report.erased} erased."
        )
        if not report.is_sound:
            lines = [counts, f"{report.problems[0]} is the first problem:"]
            raise CommandError("\n".join([*lines, *report.problems]), returncode=1)
        return f"{counts}\nSound. The end is {report.head.position} {report.head.hash}"


def known_head(given: list[str] | None) -> audit.Head | None:
    if given is None:
        return None
    try:
        return audit.Head(int(given[0]), given[1].strip().lower())
    except ValueError:
        raise CommandError("POSITION must be a number.") from None
