from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VisitsConfig(AppConfig):
    name = "visits"
    verbose_name = _("Visits and tickets")

    def ready(self) -> None:
        # Only when the apps are loaded can they name their models.
        from . import project_hooks, ticket_hooks, visit_hooks  # noqa: PLC0415

        visit_hooks.hang()
        ticket_hooks.hang()
        project_hooks.hang()
