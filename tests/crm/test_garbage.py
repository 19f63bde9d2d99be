"""Where much is made: garbage is sought seldom, and afterwards as before."""

import gc

import pytest

from crm.lib import garbage

USUAL = (700, 10, 10)


@pytest.fixture(autouse=True)
def as_python_begins():
    """The suite freezes what it is made of; it does so again."""
    suite = gc.get_threshold()
    gc.unfreeze()
    gc.set_threshold(*USUAL)
    yield
    gc.set_threshold(*suite)
    gc.freeze()


def test_it_is_sought_seldom_and_then_as_before():
    with garbage.seldom_sought():
        assert gc.get_threshold()[0] == garbage.SELDOM
        assert gc.get_freeze_count()
    assert gc.get_threshold() == USUAL
    assert not gc.get_freeze_count()


def test_an_error_leaves_nothing_behind():
    with pytest.raises(LookupError), garbage.seldom_sought():
        raise LookupError
    assert (gc.get_threshold(), gc.get_freeze_count()) == (USUAL, 0)


def test_what_a_server_has_frozen_stays_so():
    gc.freeze()
    with garbage.seldom_sought():
        pass
    assert gc.get_freeze_count()
