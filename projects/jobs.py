"""What projects do by night."""

from django.utils import timezone

from projects.services import forecasting


def refresh_forecasts() -> None:
    """Days pass, so what is still open has lasted longer."""
    forecasting.refresh_running(today=timezone.localdate())
