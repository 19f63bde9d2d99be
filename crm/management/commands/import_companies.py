from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from crm.models import Region, User
from crm.services.importing import (
    LedgerRefusedError,
    Outcome,
    import_companies,
    read_ledger,
)


class Command(BaseCommand):
    help = "Load a ledger of companies (.xlsx, .csv). With any error nothing is saved."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--skip-bad", action="store_true", help="save the rows that are in order"
        )
        parser.add_argument("--actor", help="account of the dispatcher who does it")
        parser.add_argument("--region", help="code of the region of rows without one")

    def handle(
        self,
        *,
        file: Path,
        skip_bad: bool,
        actor: str | None,
        region: str | None,
        **options: Any,  # Django's own
    ) -> None:
        if not file.is_file():
            raise CommandError(_("There is no file %(file)s.") % {"file": file})
        try:
            ledger = read_ledger(file)
        except LedgerRefusedError as error:
            raise CommandError(str(error)) from None
        outcome = import_companies(
            ledger,
            actor=person(actor) if actor else None,
            skip_bad=skip_bad,
            region=place(region) if region else None,
        )
        self.report(outcome, skip_bad=skip_bad)

    def report(self, outcome: Outcome, *, skip_bad: bool) -> None:
        for column in outcome.ignored:
            self.stderr.write(_("Column ignored: %(column)s") % {"column": column})
        for error in outcome.errors:
            self.stderr.write(str(error))
        numbers = {
            "rows": outcome.row_count,
            "saved": len(outcome.saved),
            "bad": len(outcome.bad_rows),
        }
        if outcome.errors and not (skip_bad and outcome.saved):
            raise CommandError(
                _("%(rows)s rows, %(bad)s with errors. Nothing was saved.") % numbers
            )
        self.stdout.write(
            _("%(rows)s rows, %(saved)s saved, %(bad)s with errors.") % numbers
        )


def person(login: str) -> User:
    user = User.objects.active().filter(login=login).first()
    if user is None:
        raise CommandError(_("There is no account “%(login)s”.") % {"login": login})
    return user


def place(code: str) -> Region:
    region = Region.objects.active().filter(code=code).first()
    if region is None:
        raise CommandError(_("There is no region “%(code)s”.") % {"code": code})
    return region
