"""Remarks on a record: who may, once only, and internal ones stay inside."""

from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile

from crm.lib.errors import DomainError
from crm.models import Comment, Event, StoredFile
from crm.services import comments, companies

PDF = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def add(cast, who="olga", **values):
    given = {
        "text": "企业反映用工紧张",
        "is_internal": True,
        "client_key": uuid4(),
        **values,
    }
    return comments.add_comment(cast.company, actor=getattr(cast, who), **given)


@pytest.mark.parametrize(
    ("who", "internal", "allowed"),
    [
        ("olga", True, True),
        ("dora", True, True),
        ("maria", True, True),
        ("otto", False, True),
        ("otto", True, False),
        ("tom", False, False),
        ("omar", False, False),
        ("sven", False, False),
    ],
)
def test_who_may_remark(cast, who, internal, allowed):
    if allowed:
        assert add(cast, who, is_internal=internal).company == cast.company
        return
    with pytest.raises(PermissionDenied):
        add(cast, who, is_internal=internal)


def test_the_same_submit_twice_is_one_remark(cast):
    key = uuid4()
    assert add(cast, client_key=key).pk == add(cast, client_key=key).pk
    assert Comment.objects.count() == 1
    assert Event.objects.filter(action="company.commented").count() == 1


def test_a_remark_comes_with_files(cast):
    upload = SimpleUploadedFile("情况说明.pdf", PDF, "application/pdf")
    comment = add(cast, text="", files=[upload])
    attachment = comment.attachments.get()
    assert attachment.is_internal
    assert attachment.file.company == cast.company
    assert attachment.file.state == StoredFile.State.STORED


def test_a_file_is_shown_as_it_is_and_not_as_it_was(cast, as_user):
    upload = SimpleUploadedFile("情况说明.pdf", PDF, "application/pdf")
    file = add(cast, files=[upload]).attachments.get().file
    client, link = as_user(cast.olga), str(file.uuid)
    for state in (StoredFile.State.RECEIVED, StoredFile.State.STORED):
        StoredFile.objects.filter(pk=file.pk).update(state=state)
        page = client.get(cast.company.get_absolute_url()).content.decode()
        assert (link in page) == (state == StoredFile.State.STORED)


def test_a_file_of_another_kind_is_refused_and_nothing_kept(cast):
    upload = SimpleUploadedFile("x.pdf", b"MZ not a pdf", "application/pdf")
    with pytest.raises(DomainError):
        add(cast, files=[upload])
    assert not Comment.objects.exists()
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize("text", ["", "  \n ", "长" * 4001])
def test_an_empty_or_endless_remark_is_refused(cast, text):
    with pytest.raises(DomainError):
        add(cast, text=text)


def test_an_archived_company_gets_no_remarks(cast):
    companies.archive_company(cast.company, actor=cast.dora, reason="已注销")
    cast.company.refresh_from_db()
    with pytest.raises(PermissionDenied):
        add(cast)
