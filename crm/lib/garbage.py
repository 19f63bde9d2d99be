"""Looking for garbage seldom, where much is made and little of it is thrown away."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

# Objects made, less objects freed, until the youngest are looked through. Usual: 700.
SELDOM: Final = 50_000


@contextmanager
def seldom_sought() -> Iterator[None]:
    """What is there already is not looked through at all: most of the time it takes."""
    usual, frozen = gc.get_threshold(), gc.get_freeze_count()
    gc.set_threshold(SELDOM)
    gc.freeze()
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        # A web server's workers have frozen what they share, and keep it so.
        if not frozen:
            gc.unfreeze()
