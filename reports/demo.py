"""The newest visits of the demo county bring their reports; the worker makes them."""

from collections.abc import Iterator
from contextlib import contextmanager

from crm.demo.county import County
from visits.models import Visit
from visits.signals import visit_changed

from .listeners import make_report_anew
from .services import request_visit_report

# More would keep the worker busy for minutes after the first start.
REPORTED = 10


@contextmanager
def prepared() -> Iterator[None]:
    """While the past happens, nobody asks for a thousand papers."""
    visit_changed.disconnect(make_report_anew)
    try:
        yield
    finally:
        visit_changed.connect(make_report_anew)


def make(county: County) -> None:
    newest = Visit.objects.held().select_related("logged_by")
    for visit in newest.order_by("-day", "-pk")[:REPORTED]:
        request_visit_report(visit, actor=visit.logged_by, now=visit.held_at)
