"""What projects do by night, and what takes longer than a page may."""

from django.utils import timezone

from crm.lib.months import months_later
from projects.models import Upload
from projects.services import expiry, forecasting, lamps, official


def refresh_forecasts() -> None:
    """Days pass, so what is still open has lasted longer."""
    forecasting.refresh_running(today=timezone.localdate())


def take_readings() -> None:
    """How every project stood at the end of last month; written once."""
    lamps.take_readings(months_later(timezone.localdate().replace(day=1), -1))


def warn_of_expiry() -> None:
    """Approvals that lapse in 90 or in 30 days."""
    expiry.warn(today=timezone.localdate())


def take_statuses(upload_pk: int) -> None:
    """The rows of a file that its reader chose; run twice, it takes them once."""
    upload = Upload.objects.select_related("read_by").filter(pk=upload_pk).first()
    if upload and upload.queued_at and not upload.taken_at:
        official.take_kept(upload, actor=upload.read_by, chosen=upload.wanted)
