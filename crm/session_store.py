"""Django's database sessions, which also know whose they are and since when."""

from datetime import datetime
from typing import Any, cast

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone

from crm.lib.prepared import Prepared, place
from crm.models import UserSession

DEVICE_KEY = "device"
# By password, by code …
WAY_KEY = "way"
# Every page begins with it.
BY_KEY = Prepared(
    lambda: UserSession.objects.filter(session_key=place()).values_list(
        "session_data", "expire_date", "started_at", "seen_at"
    )
)


class SessionStore(DatabaseStore):
    """Start and last sight are columns: touching one does not rewrite the session."""

    started_at: datetime | None = None
    seen_at: datetime | None = None

    @classmethod
    def get_model_class(cls) -> type[UserSession]:
        return UserSession

    def load(self) -> dict[str, Any]:  # any: whatever a session holds
        row = BY_KEY.first(self.session_key) if self.session_key else None
        if row is None or row[1] <= timezone.now():
            self._session_key = None
            return {}
        text, _expires_at, self.started_at, self.seen_at = row
        data: dict[str, Any] = self.decode(text)
        return data

    def create(self) -> None:
        # A new key is a new login: its twelve hours begin now.
        self.started_at = self.seen_at = timezone.now()
        super().create()

    def create_model_instance(self, data: dict[str, Any]) -> UserSession:
        row = cast(UserSession, super().create_model_instance(data))
        now = timezone.now()
        user = data.get(SESSION_KEY)
        row.user_id = int(user) if user else None
        row.device = str(data.get(DEVICE_KEY, ""))[:200]
        row.started_at = self.started_at or now
        row.seen_at = self.seen_at or now
        return row

    def touch(self, now: datetime) -> None:
        """Note that the person is still here."""
        self.seen_at = now
        UserSession.objects.filter(session_key=self.session_key).update(seen_at=now)
