"""Who is signed in, where and since when: Django's session with columns to list by."""

from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from .people import User


class UserSession(AbstractBaseSession):
    """One signed-in browser. Deleting the row ends it."""

    user = models.ForeignKey(
        User,
        models.CASCADE,
        null=True,
        related_name="sessions",
        verbose_name=_("user"),
    )
    device = models.CharField(_("device"), max_length=200, blank=True)
    started_at = models.DateTimeField(_("signed in"), default=timezone.now)
    # Written at most once a minute, apart from the rest of the row.
    seen_at = models.DateTimeField(_("last seen"), default=timezone.now)

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")

    def __str__(self) -> str:
        return f"{self.user_id} {self.started_at:%Y-%m-%d %H:%M}"

    @property
    def mark(self) -> str:
        """Names the session on a page; its key would be the session itself."""
        return salted_hmac("crm.session.mark", self.session_key).hexdigest()[:16]

    @classmethod
    def get_session_store_class(cls) -> type[SessionBase]:
        # Django asks for this way back; the store imports the model.
        from crm.session_store import SessionStore  # noqa: PLC0415

        return SessionStore
