"""What the views of projects share: a visible project, and the page of one act."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone

from crm.lib.errors import DomainError, StaleVersion
from crm.lib.http import AppRequest
from crm.lib.prepared import KEPT, Prepared, place
from crm.models import Access, User
from crm.models.people import anybody_with
from projects.models import Milestone, Project
from projects.models.projects import ProjectQuerySet
from projects.services.milestones import refuse_gone

# Saves what the form says; what it gives is where the person goes next.
Save = Callable[[dict[str, Any]], Any]  # Any: cleaned values; a record or an address


def project_of(request: AppRequest, pk: int) -> Project:
    """A visible project with what this person may do on it, or 404."""
    return found_by(with_all, request.user, pk)


def found_by(build: Callable[[User], ProjectQuerySet], user: User, pk: int) -> Project:
    """The one with this key of what is visible to a person, or 404."""
    found: Project | None = by_key(build, user.access).first(pk, user.pk)
    if found is None:
        raise Http404
    return found


@lru_cache(maxsize=KEPT)
def by_key(build: Callable[[User], ProjectQuerySet], access: Access) -> Prepared:
    return Prepared(lambda: build(anybody_with(access)).filter(pk=place()).order_by())


def with_all(user: User) -> ProjectQuerySet:
    return Project.objects.visible_to(user).for_page().with_rights(user)


def with_reading(user: User) -> ProjectQuerySet:
    return Project.objects.visible_to(user).with_reading(user)


def project_for(request: AppRequest, pk: int, *rights: str) -> Project:
    """A project the person reads from inside, and on which he has one of the rights."""
    project = project_of(request, pk)
    if not any(getattr(project, one) for one in rights or ("may_read_internal",)):
        raise PermissionDenied
    return project


def milestone_for(request: AppRequest, pk: int, *rights: str) -> Milestone:
    milestones = Milestone.objects.visible_to(request.user).for_page()
    milestone = milestones.with_rights(request.user).filter(pk=pk).first()
    if milestone is None:
        refuse_gone(pk, request.user)
        raise Http404
    if rights and not any(getattr(milestone, one) for one in rights):
        raise PermissionDenied
    return milestone


def act_page(
    request: AppRequest,
    form: forms.Form,
    save: Save,
    *,
    title: str,
    back: Any,  # what redirect() takes: here a record
    button: str = "",
    state: str = "",
    template: str = "projects/act.html",
    **more: Any,  # what this act's template needs besides
) -> HttpResponse:
    """One form, one service: what was typed stays, a refusal stands with it."""
    current = None
    if form.is_bound and form.is_valid():
        try:
            return redirect(save(form.cleaned_data))
        except StaleVersion as error:
            current = error.current
            form.add_error(None, str(error.sentence))
            form.data = on_top_of(request.POST, current)
        except DomainError as error:
            field = error.field if error.field in form.fields else None
            form.add_error(field, str(error.sentence))
    context = {
        "form": form,
        "title": title,
        "button": button or title,
        "back": back,
        "state": state,
        "stored": stored(form, current) if current else [],
        "today": timezone.localdate(),
        **more,
    }
    status = 409 if current else 422 if form.is_bound else 200
    return render(request, template, context, status=status)


def on_top_of(data: QueryDict, current: Any) -> QueryDict:  # Any: a record
    """Told of the other's version, the person may save over it."""
    mine = data.copy()
    mine["version"] = str(current.version)
    return mine


def stored(form: forms.Form, current: Any) -> list[tuple[str, str]]:  # Any: a record
    """Where the record differs from what was typed: label and what stands there now."""
    if not isinstance(form, forms.ModelForm):
        return []
    found = []
    names = form._meta.fields or ()
    for name in names:
        if name in form.fields and getattr(current, name) != form.cleaned_data[name]:
            said = getattr(current, f"get_{name}_display", None)
            words = said() if said else getattr(current, name)
            found.append((str(form.fields[name].label), str(words or "—")))
    return found
