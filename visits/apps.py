from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VisitsConfig(AppConfig):
    name = "visits"
    verbose_name = _("Visits and tickets")

    def ready(self) -> None:
        # Only when the apps are loaded can they name their models.
        from . import (  # noqa: PLC0415
            complaint_hooks,
            confirm_hooks,
            desk_hooks,
            escalation_hooks,
            leader_hooks,
            notice_words,
            order_hooks,
            project_hooks,
            rating_hooks,
            telling,
            ticket_hooks,
            visit_hooks,
            work_hooks,
        )

        visit_hooks.hang()
        ticket_hooks.hang()
        project_hooks.hang()
        desk_hooks.hang()
        leader_hooks.hang()
        complaint_hooks.hang()
        rating_hooks.hang()
        escalation_hooks.hang()
        order_hooks.hang()
        notice_words.hang()
        telling.hang()
        work_hooks.hang()
        confirm_hooks.hang()
