"""The icon sprite holds exactly what the list names."""

import pytest

from deploy import assets


@pytest.fixture
def tabler(tmp_path, monkeypatch):
    for style in ("outline", "filled"):
        folder = tmp_path / style
        folder.mkdir()
        (folder / "star.svg").write_text(
            f'<!-- tags: [x] -->\n<svg width="24">\n  <path d="{style}" />\n</svg>\n'
        )
    monkeypatch.setattr(assets, "ICONS", tmp_path)


def test_both_cuts_of_an_icon_get_their_own_name(tabler):
    sprite = assets.sprite("# what the menu needs\nstar\nfilled/star\n\nstar # twice\n")

    assert sprite.count("<symbol") == 2
    assert '<symbol id="filled-star" viewBox="0 0 24 24" fill="currentColor">' in sprite
    assert 'd="outline"' in sprite


def test_an_unknown_icon_stops_with_its_name(tabler, capsys):
    with pytest.raises(SystemExit):
        assets.sprite("stra")

    assert "names an icon that Tabler lacks: stra" in capsys.readouterr().err
