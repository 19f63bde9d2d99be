"""Setup does what is missing, and says in a sentence what it cannot do."""

import pytest

from deploy import system
from deploy.common import fingerprint, is_done, mark_done, provide_secret


@pytest.fixture
def no_apt(monkeypatch):
    monkeypatch.delenv("SKIP_APT", raising=False)
    monkeypatch.setattr(system.shutil, "which", lambda program: None)


def test_another_system_is_told_what_to_install(no_apt, capsys):
    with pytest.raises(SystemExit):
        system.install_missing(for_tests=False)

    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "Debian 12" in said
    assert "SKIP_APT=1" in said


def test_without_an_administrator_the_packages_are_named(no_apt, monkeypatch, capsys):
    monkeypatch.setattr(system.os, "geteuid", lambda: 1000)

    with pytest.raises(SystemExit):
        system.as_root(["gettext", "tzdata"])

    assert "'apt-get install gettext tzdata' as root" in capsys.readouterr().err


def test_ubuntu_gets_no_snap_for_a_browser(monkeypatch):
    monkeypatch.setattr(system, "os_release", lambda: {"ID": "ubuntu"})
    assert system.browser_package() == []


def test_a_step_is_done_again_when_its_source_changes(tmp_path):
    source, stamp = tmp_path / "lock", tmp_path / "made" / "stamp"
    source.write_text("one")
    assert not is_done(stamp, fingerprint(source))
    mark_done(stamp, fingerprint(source))
    assert is_done(stamp, fingerprint(source))

    source.write_text("two")

    assert not is_done(stamp, fingerprint(source))


def test_the_key_is_made_once_and_is_private(tmp_path):
    provide_secret(tmp_path / "data")
    path = tmp_path / "data" / "secret_key"
    first = path.read_text()
    provide_secret(tmp_path / "data")

    assert path.read_text() == first
    assert len(first) > 50
    assert path.stat().st_mode & 0o777 == 0o600
