"""The agenda of a meeting, its decisions, and whether they were carried out."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST

from crm.lib.errors import DomainError
from crm.lib.http import AppRequest, key_of
from projects.views.shared import act_page
from visits.directive_page import right
from visits.forms import meetings as forms
from visits.forms.leading import DoneForm
from visits.models import AgendaItem, Meeting, MeetingTask
from visits.services import meetings as services

from .meetings import about_of, meeting_for, of_meeting

FORM = ["GET", "HEAD", "POST"]


@require_http_methods(FORM)
def item_new(request: AppRequest, pk: int) -> HttpResponse:
    """One more matter, in words."""
    meeting = meeting_for(request, pk)
    form = forms.ItemForm(request.POST or None)

    def save(data: dict[str, Any]) -> Meeting:
        title = data["title"]
        return services.add_item(meeting, actor=request.user, title=title).meeting

    return of_meeting(request, meeting, form, save, _("Add a matter"))


@require_POST
def item_put(request: AppRequest, pk: int) -> HttpResponse:
    """A ticket or a project, with one press on its page."""
    meeting = meeting_for(request, pk)
    ticket, project = about_of(request)
    services.add_item(meeting, actor=request.user, ticket=ticket, project=project)
    messages.success(request, _("It is on the agenda of “%s”.") % meeting.topic)
    return redirect(ticket or project or meeting)


def item_for(request: AppRequest, pk: int) -> AgendaItem:
    """Of a meeting that this person holds."""
    items = AgendaItem.objects.visible_to(request.user).for_page()
    item = get_object_or_404(items, pk=pk)
    if not AgendaItem.objects.changeable_by(request.user).filter(pk=pk).exists():
        raise PermissionDenied
    return item


@require_http_methods(FORM)
def item_note(request: AppRequest, pk: int) -> HttpResponse:
    item = item_for(request, pk)
    initial = {"note": item.note, "version": item.version}
    form = forms.NoteForm(request.POST or None, initial=initial)

    def save(data: dict[str, Any]) -> str:
        noted = services.note_item(item, actor=request.user, **data)
        return place_of(noted.meeting_id, f"item-{noted.pk}")

    back = place_of(item.meeting_id, f"item-{item.pk}")
    title = pgettext("agenda", "What was said")
    return act_page(request, form, save, title=title, back=back, state=item.title)


@require_POST
def item_remove(request: AppRequest, pk: int) -> HttpResponse:
    item = item_for(request, pk)
    try:
        services.remove_item(item, actor=request.user)
    except DomainError as error:
        messages.error(request, str(error.sentence))
    return redirect(item.meeting)


@require_http_methods(FORM)
def task_new(request: AppRequest, pk: int) -> HttpResponse:
    """A decision, on the matter that the address names if it does."""
    meeting = meeting_for(request, pk)
    key = key_of(request.GET.get("item", ""))
    item = meeting.items.filter(pk=key).first() if key else None
    form = forms.TaskForm(request.POST or None, region=meeting.region)

    def save(data: dict[str, Any]) -> str:
        data.pop("version")
        task = services.give_task(meeting, actor=request.user, item=item, **data)
        return place_of(meeting.pk, f"task-{task.pk}")

    state = item.title if item else meeting.topic
    back, title = meeting.get_absolute_url(), _("Give a task")
    return act_page(request, form, save, title=title, back=back, state=state)


def task_of(request: AppRequest, pk: int) -> MeetingTask:
    """A task the person reads, with which side of it is his."""
    tasks = MeetingTask.objects.visible_to(request.user).for_page()
    return get_object_or_404(tasks.with_rights(request.user), pk=pk)


def task_for(request: AppRequest, pk: int, flag: str) -> MeetingTask:
    task = task_of(request, pk)
    if not right(task, flag):
        raise PermissionDenied
    return task


@require_http_methods(FORM)
def task_edit(request: AppRequest, pk: int) -> HttpResponse:
    task = task_for(request, pk, "may_hold")
    names = ("department", "text", "days", "version")
    initial = {name: getattr(task, name) for name in names}
    region = task.meeting.region
    form = forms.TaskForm(request.POST or None, region=region, initial=initial)

    def save(data: dict[str, Any]) -> str:
        return of(services.edit_task(task, actor=request.user, **data))

    return of_task(request, task, form, save, _("Change the task"))


@require_POST
def task_remove(request: AppRequest, pk: int) -> HttpResponse:
    task = task_for(request, pk, "may_hold")
    try:
        services.remove_task(task, actor=request.user)
    except DomainError as error:
        messages.error(request, str(error.sentence))
    return redirect(task.meeting)


@require_http_methods(FORM)
def task_answer(request: AppRequest, pk: int) -> HttpResponse:
    task = task_for(request, pk, "may_answer")
    form = DoneForm(request.POST or None, initial={"version": task.version})

    def save(data: dict[str, Any]) -> str:
        return of(services.answer_task(task, actor=request.user, **data))

    return of_task(request, task, form, save, _("Report it done"))


@require_POST
def task_verify(request: AppRequest, pk: int) -> HttpResponse:
    task = task_for(request, pk, "may_hold")
    version = key_of(request.POST.get("version", "")) or None
    return redirect(of(services.verify_task(task, actor=request.user, version=version)))


@require_http_methods(FORM)
def task_return(request: AppRequest, pk: int) -> HttpResponse:
    task = task_for(request, pk, "may_hold")
    form = forms.ReturnForm(request.POST or None, initial={"version": task.version})

    def save(data: dict[str, Any]) -> str:
        return of(services.return_task(task, actor=request.user, **data))

    return of_task(request, task, form, save, pgettext("task", "Not done yet"))


def of_task(
    request: AppRequest, task: MeetingTask, form: Any, save: Any, title: str
) -> HttpResponse:  # Any: a form and what saves it, as act_page() takes them
    return act_page(
        request,
        form,
        save,
        title=title,
        back=of(task),
        state=f"{task.department.name} · {task.text}",
        template="visits/leader/task_act.html",
        task=task,
    )


def of(task: MeetingTask) -> str:
    return place_of(task.meeting_id, f"task-{task.pk}")


def place_of(meeting: int, anchor: str) -> str:
    return f"{reverse('visits:meeting', args=[meeting])}#{anchor}"


urls = [
    path("meetings/<int:pk>/items/new/", item_new, name="meeting-item-new"),
    path("meetings/<int:pk>/items/put/", item_put, name="meeting-item-put"),
    path("meeting-items/<int:pk>/note/", item_note, name="meeting-item-note"),
    path("meeting-items/<int:pk>/remove/", item_remove, name="meeting-item-remove"),
    path("meetings/<int:pk>/tasks/new/", task_new, name="meeting-task-new"),
    path("meeting-tasks/<int:pk>/edit/", task_edit, name="meeting-task-edit"),
    path("meeting-tasks/<int:pk>/remove/", task_remove, name="meeting-task-remove"),
    path("meeting-tasks/<int:pk>/answer/", task_answer, name="meeting-task-answer"),
    path("meeting-tasks/<int:pk>/verify/", task_verify, name="meeting-task-verify"),
    path("meeting-tasks/<int:pk>/return/", task_return, name="meeting-task-return"),
]
