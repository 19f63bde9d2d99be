"""The page behind the QR on paper: is the file in your hand the one we made?"""

import hashlib

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.views.decorators.http import require_http_methods

from crm.models import Document
from reports.forms import CompareForm
from reports.kinds import kind_of
from reports.queries import newest_version


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest, number: str) -> HttpResponse:
    """Hash, date and version of a paper, and nothing of what it says."""
    ready = Document.objects.filter(state=Document.State.READY)
    document = get_object_or_404(ready, number=number.upper())
    form = CompareForm(request.POST or None, request.FILES or None)
    result = None
    if form.is_bound and form.is_valid():
        digest = hashlib.sha256()
        for chunk in form.cleaned_data["file"].chunks():
            digest.update(chunk)
        result = "same" if digest.hexdigest() == document.sha256 else "different"
    context = {
        "document": document,
        "kind": kind_of(document),
        "is_newest": newest_version(document) == document.version,
        "form": form,
        "result": result,
    }
    status = 422 if form.is_bound and not form.is_valid() else 200
    return render(request, "reports/verify.html", context, status=status)


urls = [path("d/<str:number>/", verify, name="verify")]
