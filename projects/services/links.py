"""Read-only links: made, used and taken back."""

import secrets
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib.errors import DomainError
from crm.models import User
from crm.services.links import BYTES, UsedLinkError, hash_of
from projects.models import Project, ProjectLink
from projects.models.links import linkable_by

USUAL_DAYS: Final = 30
MOST_DAYS: Final = 180
MOST_LINKS: Final = 20
# Between two notes that a link was used.
NOTE_EVERY: Final = timedelta(minutes=5)


@transaction.atomic
def make_link(
    project: Project,
    *,
    actor: User,
    label: str,
    days: int = USUAL_DAYS,
    now: datetime | None = None,
) -> tuple[ProjectLink, str]:
    """A link and its token, which is told this once and stored nowhere."""
    now = now or timezone.now()
    project = Project.objects.lock(linkable_by(actor), project.pk)
    if not 1 <= days <= MOST_DAYS:
        sentence = _("A link is valid for 1 to %(most)s days.") % {"most": MOST_DAYS}
        raise DomainError(sentence, code="bad_days", field="days")
    if not label.strip():
        sentence = _("Say whom the link is for, so that it can be told apart later.")
        raise DomainError(sentence, code="label_missing", field="label")
    if project.links.open(now).count() >= MOST_LINKS:
        sentence = _("This project has %(most)s links; take back one that is not used.")
        raise DomainError(sentence % {"most": MOST_LINKS}, code="too_many_links")
    token = secrets.token_urlsafe(BYTES)
    link = ProjectLink.objects.create(
        project=project,
        token_hash=hash_of(token),
        label=label.strip(),
        created_by=actor,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    events.record(
        actor,
        "project.link_made",
        project,
        is_public=True,
        personal={"label": link.label},
        now=now,
        link=link.pk,
        expires_at=link.expires_at,
    )
    return link, token


@transaction.atomic
def revoke_link(
    link: ProjectLink, *, actor: User, now: datetime | None = None
) -> ProjectLink:
    """From now on the link opens nothing."""
    now = now or timezone.now()
    link = ProjectLink.objects.claim(link.pk, actor)
    if not link.is_open(now):
        sentence = _("This link does not open anything any more.")
        raise DomainError(sentence, code="link_over")
    link.revoked_at = now
    link.save(update_fields=["revoked_at"])
    events.record(
        actor,
        "project.link_revoked",
        link.project,
        is_public=True,
        personal={"label": link.label},
        now=now,
        link=link.pk,
    )
    return link


def open_link(token: str, now: datetime) -> Project:
    """The project behind a token; unknown, old and revoked are refused alike."""
    links = ProjectLink.objects.open(now).filter(token_hash=hash_of(token))
    link = links.first()
    if link is None:
        raise UsedLinkError
    if link.used_at is None or now - link.used_at > NOTE_EVERY:
        ProjectLink.objects.filter(pk=link.pk).update(used_at=now)
    return Project.objects.for_page().get(pk=link.project_id)
