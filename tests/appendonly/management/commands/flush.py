from django.core.management.commands import flush

from crm import triggers


class Command(flush.Command):
    """Empties the tables between tests, events too: what nobody else may."""

    def handle(self, **options):
        triggers.lift(using=options["database"])
        try:
            super().handle(**options)
        finally:
            triggers.install(using=options["database"])
