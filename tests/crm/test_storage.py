"""A file is on disk, under a name of our choice, before anybody is told so."""

import os
import stat
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from crm.lib import storage as storage_module
from crm.lib.storage import DurableStorage


@pytest.fixture
def storage(tmp_path):
    return DurableStorage(location=str(tmp_path / "files"))


@pytest.fixture
def calls(monkeypatch):
    """The order of what reaches the disk."""
    seen = []
    for name in ("fsync", "link", "unlink"):
        original = getattr(os, name)

        def spy(*args, name=name, original=original, **kwargs):
            kind = "file"
            if name == "fsync":
                kind = "folder" if stat.S_ISDIR(os.fstat(args[0]).st_mode) else "file"
            seen.append((name, kind))
            return original(*args, **kwargs)

        monkeypatch.setattr(storage_module.os, name, spy)
    return seen


def test_the_default_storage_is_durable():
    assert isinstance(default_storage, DurableStorage)


def test_a_file_is_synced_before_it_gets_its_name_and_the_folder_after(storage, calls):
    storage.save("quarantine/a.jpg", ContentFile(b"x"))
    del calls[:]
    storage.save("quarantine/a.jpg", ContentFile(b"x"))
    steps = [call for call in calls if call != ("unlink", "file")]
    # A new folder of the 256 adds one more sync of its parent, before the file.
    assert steps[-3:] == [("fsync", "file"), ("link", "file"), ("fsync", "folder")]


def test_new_folders_are_synced_into_their_parents(storage, calls):
    storage.save("quarantine/a.jpg", ContentFile(b"x"))
    before_file = calls[: calls.index(("fsync", "file"))]
    # files/, quarantine/ and one of the 256
    assert before_file == [("fsync", "folder")] * 3


def test_names_are_random_and_keep_only_folder_and_extension(storage):
    names = {storage.save("stored/赵䶮 报告.PDF", ContentFile(b"x")) for _ in range(2)}
    assert len(names) == 2
    for name in names:
        folder, shard, file = name.split("/")
        assert (folder, file[-4:], len(file)) == ("stored", ".pdf", 36)
        assert file.startswith(shard)


@pytest.mark.parametrize("name", ["a.tar.gz.x y", "a.<script>", "a.jpegjpeg", "a"])
def test_odd_extensions_are_dropped(storage, name):
    assert "." not in storage.save(f"stored/{name}", ContentFile(b"x"))


@pytest.mark.parametrize("name", ["../out.jpg", "stored/../../out.jpg", "/etc/out.jpg"])
def test_no_name_leads_out_of_the_folder(storage, name):
    with pytest.raises(SuspiciousFileOperation):
        storage.save(name, ContentFile(b"x"))


def test_files_are_private_to_the_account(storage):
    old = os.umask(0)
    try:
        path = storage.path(storage.save("stored/a.jpg", ContentFile(b"x")))
    finally:
        os.umask(old)
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert stat.S_IMODE(os.stat(os.path.dirname(path)).st_mode) == 0o700


def test_a_file_is_never_overwritten(storage, monkeypatch):
    monkeypatch.setattr(storage_module.secrets, "token_hex", lambda size: "ab" * size)
    monkeypatch.setattr(DurableStorage, "exists", lambda self, name: False)
    name = storage.save("stored/a.jpg", ContentFile(b"first"))
    with pytest.raises(FileExistsError):
        storage.save("stored/a.jpg", ContentFile(b"second"))
    assert storage.open(name).read() == b"first"


def test_a_write_that_breaks_off_leaves_nothing(storage):
    class Broken(ContentFile):
        def chunks(self, chunk_size=None):
            yield b"half"
            raise OSError("cut")

    with pytest.raises(OSError, match="cut"):
        storage.save("stored/a.jpg", Broken(b""))
    assert files_in(storage) == []


def test_what_a_crash_left_is_removed_later(storage, tmp_path):
    kept = storage.save("stored/a.jpg", ContentFile(b"x"))
    draft = tmp_path / "files" / "stored" / f"{storage_module.DRAFT}b.jpg"
    draft.write_bytes(b"half")
    now = datetime.now(UTC)
    assert storage.remove_drafts(before=now - timedelta(days=1)) == 0
    assert storage.remove_drafts(before=now + timedelta(seconds=5)) == 1
    assert files_in(storage) == [kept]


def test_files_have_no_address_of_their_own(storage):
    with pytest.raises(ValueError, match="permission"):
        storage.url(storage.save("stored/a.jpg", ContentFile(b"x")))


def files_in(storage):
    root = storage.location
    return [
        os.path.relpath(os.path.join(folder, file), root)
        for folder, _, files in os.walk(root)
        for file in files
    ]
