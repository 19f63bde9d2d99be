from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProjectsConfig(AppConfig):
    name = "projects"
    verbose_name = _("Key projects")

    def ready(self) -> None:
        # Only when the apps are loaded can they name their models.
        from . import notice_words, project_hooks, telling  # noqa: PLC0415

        project_hooks.hang()
        notice_words.hang()
        telling.hang()
