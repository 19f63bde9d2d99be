from datetime import time

from django.apps import AppConfig
from django.conf import settings
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from crm import (
    admin_nav,
    checks,
    company_nav,
    search_triggers,
    seed_calendar,
    statistics,
    triggers,
)
from crm.forms import choices
from crm.lib import periodic

# Before any app is ready: a field takes its sentences when its form is read.
choices.ask_to_choose()


class CrmConfig(AppConfig):
    name = "crm"
    verbose_name = _("Companies and people")

    def ready(self) -> None:
        checks.register()
        # Only when the apps are loaded can they name their models.
        from . import notice_hooks, telling  # noqa: PLC0415

        notice_hooks.hang()
        telling.hang()
        admin_nav.hang()
        company_nav.hang()
        post_migrate.connect(triggers.install, sender=self)
        post_migrate.connect(search_triggers.install, sender=self)
        post_migrate.connect(seed_calendar.seed, sender=self)
        post_migrate.connect(statistics.refresh, sender=self)
        periodic.daily(time(3, 10), "crm.jobs.clean_up")
        periodic.daily(time(3, 50), "crm.statistics.refresh")
        periodic.daily(time(4, 10), "crm.jobs.check_audit")
        periodic.daily(time(3, 20), "crm.jobs.recompute_deadlines")
        periodic.daily(settings.CRM_QUIET_UNTIL, "crm.jobs.write_digests")
