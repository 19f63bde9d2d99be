from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = _("Reports")

    def ready(self) -> None:
        # Only when the apps are loaded can receivers and entries name their models.
        from . import listeners, page_hooks  # noqa: F401, PLC0415

        page_hooks.hang()
