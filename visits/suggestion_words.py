"""Why a category or a department is proposed, in a sentence."""

from django.utils.translation import gettext as _

from visits.models import Suggestion
from visits.services.categories import LOCAL

Why = Suggestion.Why


def of_category(suggestion: Suggestion) -> str:
    """「“停电”：已交办的 35 件中 28 件归入水电气热网」."""
    if suggestion.category is None:
        return ""
    return _(
        "“%(piece)s”: of %(of)s dispatched tickets with these words %(count)s are "
        "“%(category)s”"
    ) % {
        "piece": suggestion.category_piece,
        "count": suggestion.category_count,
        "of": suggestion.category_of,
        "category": suggestion.category.name,
    }


def of_lead(suggestion: Suggestion) -> str:
    """「近一年相似 23 件中 20 件由人社局主办」."""
    if suggestion.lead is None:
        return ""
    if suggestion.lead_why == Why.USUAL:
        return _("as the category is set; there are too few tickets to go by")
    is_local = suggestion.lead.kind in LOCAL
    own = _("the company's own town or park")
    values = {
        "count": suggestion.lead_count,
        "of": suggestion.lead_of,
        "lead": own if is_local else suggestion.lead.name,
    }
    if suggestion.lead_why == Why.ALIKE:
        sentence = _("within a year %(count)s of %(of)s similar tickets: %(lead)s")
        return sentence % values
    sentence = _("within a year %(count)s of %(of)s tickets of its category: %(lead)s")
    return sentence % values
