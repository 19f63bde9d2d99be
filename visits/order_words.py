"""How the audit log and the company's stream say the codes of orders."""

from django.utils.translation import gettext_lazy as _

ACTIONS = {
    "order.proposed": _("supervision order proposed by a rule"),
    "order.proposal_issued": _("proposed supervision order issued"),
    "order.proposal_dismissed": _("proposed supervision order dismissed"),
    "order.proposal_lapsed": _("proposed supervision order settled meanwhile"),
    "order.issued": _("supervision order issued"),
    "order.signed": _("supervision order signed for"),
    "order.answered": _("supervision order answered"),
    "order.closed": _("supervision order closed"),
    "order.sent_back": _("answer to a supervision order sent back"),
    "order.raised": _("colour of a supervision order raised"),
    "order.withdrawn": _("supervision order withdrawn"),
    "order.published": _("company told of a supervision order"),
    "order_month.exported": _("monthly list of supervision orders exported"),
    "accountability.recorded": _("decision on responsibility recorded"),
    "accountability.withdrawn": _("decision on responsibility taken back"),
    "accountability.exemption_asked": _("exemption from responsibility asked for"),
    "accountability.exempted": _("exempted from responsibility"),
    "accountability.exemption_refused": _("exemption from responsibility refused"),
}

# What an event says of its record beside the record's own columns.
NAMES = {"row_count": _("rows")}

ICONS = {
    "order.issued": "alert-triangle",
    "order.closed": "check",
    "order.raised": "alert-triangle",
}
