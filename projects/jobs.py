"""What projects do by night."""

from django.utils import timezone

from crm.lib.months import months_later
from projects.services import expiry, forecasting, lamps


def refresh_forecasts() -> None:
    """Days pass, so what is still open has lasted longer."""
    forecasting.refresh_running(today=timezone.localdate())


def take_readings() -> None:
    """How every project stood at the end of last month; written once."""
    lamps.take_readings(months_later(timezone.localdate().replace(day=1), -1))


def warn_of_expiry() -> None:
    """Approvals that lapse in 90 or in 30 days."""
    expiry.warn(today=timezone.localdate())
