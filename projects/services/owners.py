"""What a company does with its own project; states are moved by others."""

from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib.errors import DomainError
from crm.models import User
from projects.models import Milestone, State

# While the company prepares or corrects; what failed is begun anew by others first.
TELLING: Final = frozenset({State.NOT_STARTED, State.PREPARING, State.CORRECTION})


@transaction.atomic
def tell_ready(
    milestone: Milestone, *, actor: User, now: datetime | None = None
) -> Milestone:
    """The company says its materials are ready; officer or department take them."""
    now = now or timezone.now()
    own = Milestone.objects.tellable_by(actor)
    milestone = Milestone.objects.lock(own, milestone.pk)
    if milestone.state not in TELLING:
        raise DomainError(
            _("“%(item)s” is “%(state)s”; no materials are waited for.")
            % {"item": milestone.name, "state": milestone.get_state_display()},
            code="wrong_status",
        )
    if milestone.ready_told_at:
        return milestone
    milestone.ready_told_at = now
    milestone.save(update_fields=["ready_told_at"])
    events.record(
        actor,
        "milestone.ready_told",
        milestone,
        company=milestone.project.company_id,
        is_public=True,
        now=now,
        state=milestone.state,
    )
    return milestone
