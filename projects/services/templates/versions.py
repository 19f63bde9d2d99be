"""Versions of a template: made, named, published, thrown away."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib.errors import DomainError, StaleVersion
from crm.models import Role, User
from crm.services.rights import require
from projects.models import ApprovalTemplate, TemplateMaterial
from projects.outline import Outline, OutlineItem

from .checks import Problem, problems_of, problems_of_key, problems_of_text, too_long
from .outlines import next_number, outline_of, write_items

State = ApprovalTemplate.State
LONGEST_SOURCE: Final = 300


@transaction.atomic
def create_template(
    *, actor: User, key: str, name: str, source: str = "", now: datetime | None = None
) -> ApprovalTemplate:
    """Begin a template that is not there yet, as an empty draft."""
    require(actor, Role.SYSTEM_ADMIN)
    now = now or timezone.now()
    refuse_first([*problems_of_key(key), *problems_of_text("name", name)])
    if ApprovalTemplate.objects.filter(key=key).exists():
        sentence = _("There is a template with this key already. Make a version of it.")
        raise DomainError(sentence, code="key_taken", field="key")
    template = new_draft(Outline(key, name, source), number=1, now=now)
    record(actor, "template.created", template, now)
    return template


@transaction.atomic
def new_version(
    template: ApprovalTemplate, *, actor: User, now: datetime | None = None
) -> ApprovalTemplate:
    """Copy a published version into a draft that can be worked on."""
    now = now or timezone.now()
    template = ApprovalTemplate.objects.claim(template.pk, actor)
    if template.is_draft:
        sentence = _("This is a draft already; work on it.")
        raise DomainError(sentence, code="is_draft")
    outline = outline_of(template)
    draft = new_draft(outline, number=next_number(template.key), now=now)
    write_items(draft, outline)
    record(actor, "template.copied", draft, now, copied_from=template.number)
    return draft


@transaction.atomic
def take_outline(
    outline: Outline, *, actor: User, now: datetime | None = None
) -> ApprovalTemplate:
    """Make a draft of what a file said: a new template or the next version of one."""
    require(actor, Role.SYSTEM_ADMIN)
    now = now or timezone.now()
    refuse_first(list(problems_of(outline)))
    draft = new_draft(outline, number=next_number(outline.key), now=now)
    write_items(draft, with_samples(outline))
    record(actor, "template.imported", draft, now)
    return draft


def with_samples(outline: Outline) -> Outline:
    """Files do not travel: the newest example of the same material stays with it."""
    rows = TemplateMaterial.objects.filter(item__template__key=outline.key)
    newest_last = rows.exclude(sample=None).order_by("item__template__number")
    columns = ("item__key", "name", "sample_id")
    samples = {(k, n): s for k, n, s in newest_last.values_list(*columns)}
    items = tuple(with_samples_of(one, samples) for one in outline.items)
    return replace(outline, items=items)


def with_samples_of(
    item: OutlineItem, samples: Mapping[tuple[str, str], int]
) -> OutlineItem:
    materials = tuple(
        replace(one, sample=samples.get((item.key, one.name))) for one in item.materials
    )
    return replace(item, materials=materials)


def new_draft(outline: Outline, *, number: int, now: datetime) -> ApprovalTemplate:
    try:
        with transaction.atomic():
            return ApprovalTemplate.objects.create(
                key=outline.key,
                name=outline.name,
                source=outline.source,
                number=number,
                created_at=now,
            )
    except IntegrityError:
        sentence = _(
            "There is a draft of this template already. Work on it, or throw it away "
            "first."
        )
        raise DomainError(sentence, code="draft_exists") from None


def refuse_first(problems: list[Problem]) -> None:
    """One sentence is enough where a form has shown them all."""
    if problems:
        one = problems[0]
        raise DomainError(one.sentence, code="bad_template", field=one.field)


@transaction.atomic
def name_draft(
    template: ApprovalTemplate,
    *,
    actor: User,
    version: int,
    name: str,
    source: str,
    now: datetime | None = None,
) -> ApprovalTemplate:
    """Change what a draft is called and on what it rests."""
    now = now or timezone.now()
    template = claim_draft(template, actor)
    check_version(template, version)
    long = too_long("source", source, LONGEST_SOURCE, "")
    refuse_first([*problems_of_text("name", name), *long])
    before = events.snapshot(template, "name", "source")
    template.name, template.source = name, source
    if changes := events.changed(before, template):
        save(template, *changes)
        record(actor, "template.edited", template, now, **changes)
    return template


@transaction.atomic
def publish(
    template: ApprovalTemplate,
    *,
    actor: User,
    version: int,
    now: datetime | None = None,
) -> ApprovalTemplate:
    """Take a version into use; the one before it is replaced, projects keep theirs."""
    now = now or timezone.now()
    template = ApprovalTemplate.objects.claim(template.pk, actor)
    check_version(template, version)
    old = ApprovalTemplate.State(template.state)
    refuse_first(list(problems_of(outline_of(template))))
    others = ApprovalTemplate.objects.select_for_update(of=("self",)).published()
    replaced = others.filter(key=template.key).exclude(pk=template.pk).first()
    if replaced:
        replaced.move_to(State.RETIRED)
        save(replaced, "state")
    template.move_to(State.PUBLISHED)
    template.published_at = now
    save(template, "state", "published_at")
    number = replaced.number if replaced else None
    changes = {"state": [old, template.state], "replaced": number}
    record(actor, "template.published", template, now, **changes)
    return template


@transaction.atomic
def discard(
    template: ApprovalTemplate,
    *,
    actor: User,
    version: int,
    now: datetime | None = None,
) -> None:
    """Throw a draft away; nobody has worked with it."""
    now = now or timezone.now()
    template = claim_draft(template, actor)
    check_version(template, version)
    record(actor, "template.discarded", template, now)
    template.delete()


@transaction.atomic
def note_export(
    template: ApprovalTemplate, *, actor: User, now: datetime | None = None
) -> None:
    """Who took a template out as a file stands in the log."""
    record(actor, "template.exported", template, now or timezone.now())


def claim_draft(template: ApprovalTemplate, actor: User) -> ApprovalTemplate:
    """Lock a draft; what is published is never changed."""
    template = ApprovalTemplate.objects.claim(template.pk, actor)
    if not template.is_draft:
        sentence = _(
            "“%(template)s” is in use or was; it is never changed. Make a new version."
        )
        raise DomainError(sentence % {"template": template}, code="not_a_draft")
    return template


def check_version(template: ApprovalTemplate, version: int) -> None:
    if version != template.version:
        sentence = _(
            "Somebody else changed this template meanwhile. Look at it again before "
            "you go on; what you typed is kept."
        )
        raise StaleVersion(sentence, current=template)


def save(template: ApprovalTemplate, *names: str) -> None:
    template.version += 1
    template.save(update_fields=[*names, "version"])


def record(
    actor: User,
    action: str,
    template: ApprovalTemplate,
    now: datetime,
    **changes: Any,  # Any: as events.record() takes them
) -> None:
    known: dict[str, Any] = {"key": template.key, "number": template.number}
    events.record(actor, action, template, now=now, **{**known, **changes})
