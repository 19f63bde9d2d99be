"""Whom ratings and their corrections concern: what the table in telling.py names.

Of a rating without a name nothing here leads to the company or from it: the event
withholds it, and officials see the rating itself only from the next morning on.
"""

from crm import recipients
from crm.models import Event, Role
from crm.recipients import Keys
from visits.models import Correction, Rating


def heads_of_rated(event: Event, rating: Rating) -> Keys:
    path = rating.department.path
    return recipients.in_department(event, Role.UNIT_HEAD, path=path)


def rated_if_content(event: Event, rating: Rating) -> Keys:
    """Who had it in hand, and his head; of a bad one the correction tells them."""
    if rating.is_bad:
        return []
    officer = [rating.officer_id] if rating.officer_id else []
    return [*officer, *heads_of_rated(event, rating)]


def corrector(event: Event, rating: Rating) -> Keys:
    """Who has the correction in hand."""
    handlers = Correction.objects.filter(rating=rating, handler__isnull=False)
    return handlers.values_list("handler", flat=True)


def supervisors_of_rating(event: Event, rating: Rating) -> Keys:
    path = rating.company.region_path
    return recipients.in_region(event, Role.SUPERVISOR, path=path)


def objector(event: Event, rating: Rating) -> Keys:
    """Of a company that disowns a rating nobody is noted."""
    asker = rating.objection.asked_by_id
    return [asker] if asker else []


# --- What a notice opens, where that is not the event's own record ----------------


def rating_of(event: Event, correction: Correction) -> Rating:
    return correction.rating
