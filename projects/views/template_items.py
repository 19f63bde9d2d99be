"""Items of a template: shown to its readers, changed and drawn in drafts."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.lib.errors import DomainError, StaleVersion
from crm.lib.http import AppRequest
from crm.models import StoredFile
from projects.comparison import changes
from projects.forms.shared import VersionForm
from projects.forms.templates import ItemForm, MaterialSet
from projects.models import ApprovalTemplate, TemplateItem
from projects.outline import Outline, OutlineItem
from projects.outline_words import label, shown
from projects.services import templates as services
from projects.services.templates.checks import cycle_in
from projects.template_page import TemplatePage, drawing_of

from .templates import template_of, version_in, written


class Editor:
    """What is sent for one item of a draft, with its materials and the drawing."""

    def __init__(
        self, request: AppRequest, template: ApprovalTemplate, pk: int | None
    ) -> None:
        self.request, self.page = request, TemplatePage(template, request.user)
        self.template = template
        self.item: TemplateItem | None = (
            get_object_or_404(template.items, pk=pk) if pk else None
        )
        outline = self.page.outline
        self.stored = outline.by_key[self.item.key] if self.item else None
        others = [one for one in outline.items if one is not self.stored]
        data = request.POST if request.method == "POST" else None
        self.form = ItemForm(data, others=others, item=self.item, outline=self.stored)
        self.rows = MaterialSet(
            data,
            request.FILES if data is not None else None,
            stored=self.stored.materials if self.stored else (),
        )
        self.uploads: dict[int, Any] = {}  # any: UploadedFile's own

    def read(self) -> OutlineItem | None:
        """What was typed, or None with the reasons at the fields."""
        if not all([self.form.is_valid(), self.rows.is_valid()]):
            return None
        filled = list(self.rows.filled())
        self.uploads = {n: file for n, (_one, file) in enumerate(filled) if file}
        return self.form.checked([one for one, _file in filled])

    def typed(self) -> Outline | str:
        """The whole template with what was typed so far, or why it has no drawing."""
        outline, key = self.page.outline, self.item.key if self.item else ""
        wanted = self.read()
        if wanted is None:
            return outline
        wanted = replace(wanted, key=key or wanted.key or "new-item")
        items = {**outline.by_key, wanted.key: wanted}
        return cycle_in(items) or replace(outline, items=tuple(items.values()))

    def here(self) -> str:
        return self.item.key if self.item else self.form["key"].value() or "new-item"

    def answer(self, error: StaleVersion | None = None) -> HttpResponse:
        is_wrong = bool(self.form.errors) or not all_valid(self.rows)
        files = files_of(self.stored)
        for row in self.rows:
            row.file = files.get(row["known"].value() or "")
        context = {
            "template": self.template,
            "page": self.page,
            "item": self.item,
            "form": self.form,
            "rows": self.rows,
            "removal": VersionForm(
                initial={"version": self.item.version if self.item else 1}
            ),
            "drawing": self.drawing(),
            **(self.both(error) if error else {}),
        }
        status = 409 if error else 422 if is_wrong else 200
        template = "projects/templates/item_edit.html"
        return render(self.request, template, context, status=status)

    def drawing(self) -> Any:  # any: a SafeString
        return drawing_of(
            self.page.outline, self.template.pk, self.page.keys, self.here()
        )

    def both(self, error: StaleVersion) -> dict[str, Any]:  # any: a page's parts
        """What the other saved beside what was typed, to be saved on top."""
        current: Any = error.current  # a TemplateItem
        theirs, mine = services.outline_of_item(current), self.read()
        names = self.page.names
        found = changes(theirs, mine) if mine else ()
        data = self.request.POST.copy()
        data["version"] = str(current.version)
        self.form.data = data
        return {
            "sentence": error.sentence,
            "differences": [
                (
                    label(one.field),
                    shown(one.field, one.old, names),
                    shown(one.field, one.new, names),
                )
                for one in found
            ],
        }


def all_valid(rows: Any) -> bool:  # any: a formset
    return not rows.is_bound or bool(rows.is_valid())


def files_of(item: OutlineItem | None) -> dict[str, StoredFile]:
    """The examples by the names of their materials."""
    known = {one.name: one.sample for one in item.materials} if item else {}
    found = StoredFile.objects.in_bulk([pk for pk in known.values() if pk])
    return {name: found[pk] for name, pk in known.items() if pk in found}


def draft_of(request: AppRequest, pk: int) -> ApprovalTemplate:
    template = written(request, pk)
    if not template.is_draft:
        raise DomainError(_("Only drafts are changed. Make a new version."))
    return template


@require_http_methods(["GET", "HEAD", "POST"])
def create(request: AppRequest, pk: int) -> HttpResponse:
    return edited(Editor(request, draft_of(request, pk), None))


@require_http_methods(["GET", "HEAD", "POST"])
def item(request: AppRequest, pk: int, item_pk: int) -> HttpResponse:
    """The editor in a draft, else the facts."""
    template = template_of(request, pk)
    if TemplatePage(template, request.user).may_edit:
        return edited(Editor(request, template, item_pk))
    if request.method == "POST":
        written(request, pk)
        raise DomainError(_("Only drafts are changed. Make a new version."))
    return facts(request, template, item_pk)


def edited(editor: Editor) -> HttpResponse:
    request = editor.request
    if request.method != "POST":
        return editor.answer()
    wanted = editor.read()
    if wanted is None:
        return editor.answer()
    form, stored = editor.form, editor.item
    try:
        saved = services.save_item(
            editor.template,
            wanted,
            actor=request.user,
            pk=stored.pk if stored else None,
            version=form.cleaned_data["version"] if stored else None,
            order=form.cleaned_data["order"],
            uploads=editor.uploads,
        )
    except StaleVersion as error:
        return editor.answer(error)
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return editor.answer()
    messages.success(request, _("“%(item)s” is saved.") % {"item": saved.name})
    return redirect(editor.template)


def facts(request: AppRequest, template: ApprovalTemplate, pk: int) -> HttpResponse:
    found = get_object_or_404(template.items, pk=pk)
    page = TemplatePage(template, request.user)
    row = page.row(page.outline.by_key[found.key], page.names)
    files = files_of(row.item)
    context = {
        "template": template,
        "row": row,
        "materials": [(one, files.get(one.name)) for one in row.item.materials],
        "stage": found.get_stage_display(),
        "department": found.department,
    }
    return render(request, "projects/templates/item.html", context)


@require_POST
def draw(request: AppRequest, pk: int, item_pk: int = 0) -> HttpResponse:
    """The drawing with what is typed so far; nothing is saved."""
    editor = Editor(request, draft_of(request, pk), item_pk or None)
    found = editor.typed()
    if isinstance(found, str):
        context: dict[str, Any] = {"refusal": found}  # any: sentence or drawing
    else:
        drawing = drawing_of(found, pk, editor.page.keys, editor.here())
        context = {"drawing": drawing, "days": found.critical_days}
    return render(request, "projects/templates/_drawing.html", context)


@require_POST
def remove(request: AppRequest, pk: int, item_pk: int) -> HttpResponse:
    template = written(request, pk)
    services.remove_item(
        template, actor=request.user, pk=item_pk, version=version_in(request)
    )
    messages.success(request, _("The item is taken out of the draft."))
    return redirect(template)


urls = [
    path("templates/<int:pk>/items/new/", create, name="template-item-new"),
    path("templates/<int:pk>/items/<int:item_pk>/", item, name="template-item"),
    path("templates/<int:pk>/drawing/", draw, name="template-drawing"),
    path(
        "templates/<int:pk>/items/<int:item_pk>/drawing/",
        draw,
        name="template-item-drawing",
    ),
    path(
        "templates/<int:pk>/items/<int:item_pk>/remove/",
        remove,
        name="template-item-remove",
    ),
]
