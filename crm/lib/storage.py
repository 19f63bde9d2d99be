"""Files that are on disk before anybody is told so.

The one class in front of the disk; object storage will be another one with the same
promises: a name of its own choice, never overwritten, safe when save() returns.
"""

import os
import re
import secrets
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage

# As received, served to nobody; and what is kept and served.
QUARANTINE: Final = "quarantine"
STORED: Final = "stored"
EXTENSION: Final = re.compile(r"\.[a-z0-9]{1,5}")
DRAFT: Final = ".draft-"


def random_name(name: str) -> str:
    """The folder and a harmless extension of the name; the rest by chance.

    256 folders below it, so that none grows too long to list.
    """
    asked = PurePosixPath(name.replace("\\", "/"))
    token = secrets.token_hex(16)
    ending = asked.suffix.lower()
    ending = ending if EXTENSION.fullmatch(ending) else ""
    return str(asked.parent / token[:2] / f"{token}{ending}")


class DurableStorage(FileSystemStorage):
    """Write, fsync, link, fsync the folder; private to the service account."""

    def __init__(self, **options: Any) -> None:  # as FileSystemStorage's
        options.setdefault("file_permissions_mode", 0o600)
        options.setdefault("directory_permissions_mode", 0o700)
        super().__init__(**options)

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return super().get_available_name(random_name(name), max_length)

    def url(self, name: str | None) -> str:
        raise ValueError("Files are served through a view that checks permission.")

    def _save(self, name: str, content: File[bytes]) -> str:
        path = Path(self.path(name))
        self.make_folder(path.parent)
        draft = path.with_name(f"{DRAFT}{path.name}")
        try:
            with open(draft, "xb", opener=private) as file:
                copy(content, file)
                file.flush()
                os.fsync(file.fileno())
            # Unlike rename(), link() refuses to replace what is there.
            os.link(draft, path)
        finally:
            draft.unlink(missing_ok=True)
        sync_folder(path.parent)
        return name

    def make_folder(self, folder: Path) -> None:
        """Make the folder and what is missing above it, each safely in its parent."""
        if folder.is_dir():
            return
        self.make_folder(folder.parent)
        folder.mkdir(mode=self.directory_permissions_mode or 0o700, exist_ok=True)
        sync_folder(folder.parent)

    def remove_drafts(self, *, before: datetime) -> int:
        """Remove what a crash left half written; say how many there were."""
        count = 0
        for draft in Path(self.location).rglob(f"{DRAFT}*"):
            try:
                if draft.stat().st_mtime < before.timestamp():
                    draft.unlink()
                    count += 1
            except FileNotFoundError:
                continue  # finished meanwhile
        return count


def private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def copy(content: File[bytes], file: IO[bytes]) -> None:
    for chunk in content.chunks():
        file.write(chunk if isinstance(chunk, bytes) else str(chunk).encode())


def sync_folder(folder: Path) -> None:
    """Make names in the folder survive a power cut."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
