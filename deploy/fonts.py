"""Fetch 仿宋 (FandolFang) out of a TeX package, without installing TeX."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from deploy.common import ROOT, VAR, base_environment, run, say, stop
from deploy.system import as_root

PACKAGE = "texlive-lang-chinese"
FONTS = VAR / "fonts"
CONFIG = VAR / "fonts.conf"
# The official layout needs 仿宋; the other cuts come from the Noto fonts.
WANTED = {"FandolFang-Regular.otf"}

CONFIG_TEXT = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>{fonts}</dir>
  <cachedir>{cache}</cachedir>
</fontconfig>
"""


def provide() -> None:
    """Unpack the font once, and point a fontconfig file of our own at it."""
    if missing():
        say("Fetching the font FandolFang (仿宋)")
        with tempfile.TemporaryDirectory(prefix="fonts-") as folder:
            unpack(download(Path(folder)))
    text = CONFIG_TEXT.format(fonts=FONTS, cache=VAR / "fonts-cache")
    if not CONFIG.is_file() or CONFIG.read_text() != text:
        CONFIG.write_text(text)


def missing() -> set[str]:
    return WANTED - {path.name for path in FONTS.glob("*.otf")}


def download(folder: Path) -> Path:
    """Get the .deb; refresh apt's lists when they do not know it."""
    if not try_download(folder):
        run([*as_root([PACKAGE]), "apt-get", "update", "-qq"])
        if not try_download(folder):
            stop(
                f"apt could not download {PACKAGE}, which holds the font FandolFang. "
                "Please check the network and apt's sources, then run this again."
            )
    return next(folder.glob("*.deb"))


def try_download(folder: Path) -> bool:
    done = subprocess.run(
        # Root's sandbox user could not write into a private folder.
        ["apt-get", "-qq", "-o", "APT::Sandbox::User=root", "download", PACKAGE],
        check=False,
        cwd=folder,
        env=base_environment(),
        stdin=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return done.returncode == 0 and any(folder.glob("*.deb"))


def unpack(package: Path) -> None:
    """Copy only the wanted fonts out of the package's file tree."""
    FONTS.mkdir(parents=True, exist_ok=True)
    reader = subprocess.Popen(
        ["dpkg-deb", "--fsys-tarfile", str(package)], cwd=ROOT, stdout=subprocess.PIPE
    )
    with reader, tarfile.open(fileobj=reader.stdout, mode="r|") as archive:
        for member in archive:
            name = Path(member.name).name
            source = archive.extractfile(member) if name in WANTED else None
            if source is not None:
                write(source.read(), FONTS / name)
    if lost := missing():
        stop(f"{package.name} does not hold {', '.join(sorted(lost))} any more.")


def write(data: bytes, target: Path) -> None:
    """Put the file in place in one step: half a font must not look finished."""
    half = target.with_suffix(".part")
    half.write_bytes(data)
    shutil.move(half, target)
