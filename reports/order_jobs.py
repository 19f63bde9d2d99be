"""Papers of supervision orders, laid out in the worker."""

from django.template.loader import render_to_string
from django.utils import translation

from visits.models import OrderMonth, SupervisionOrder

from . import order_month, order_papers
from .jobs import begun, encoded, lay_out
from .qr import qr_png
from .visit_reports import LANGUAGE


def make_order_paper(document_pk: int) -> None:
    """Lay out a supervision order as it stood when this version was asked for."""
    document = begun(document_pk)
    if document is None:
        return
    order = SupervisionOrder.objects.for_page().get(pk=document.subject_id)
    with translation.override(LANGUAGE):
        sheet = order_papers.sheet_of(order, document)
        template = "reports/paper/supervision_order.html"
        html = render_to_string(template, {"sheet": sheet})
    pictures = {"qr": encoded(qr_png(sheet.verify_url))}
    lay_out(document, "reports.papers.render_plain", html, pictures)


def make_order_month(document_pk: int) -> None:
    """Lay out the month's list of supervision orders."""
    document = begun(document_pk)
    if document is None:
        return
    months = OrderMonth.objects.select_related("region")
    with translation.override(LANGUAGE):
        sheet = order_month.sheet_of(months.get(pk=document.subject_id), document)
        html = render_to_string("reports/paper/order_month.html", {"sheet": sheet})
    pictures = {"qr": encoded(qr_png(sheet.verify_url))}
    lay_out(document, "reports.papers.render_plain", html, pictures)
