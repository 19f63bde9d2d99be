"""What hands a code to its phone. A gateway's sender is a function of the same form."""

import logging
from typing import Final

from django.conf import settings

CONSOLE: Final = "crm.lib.code_senders.console"
NONE: Final = "none"
logger = logging.getLogger("crm.worker")


def console(*, phone: str, code: str, minutes: int) -> None:
    """For demo and development: the code stands in the worker's log."""
    logger.info("code for %s: %s, valid for %s minutes", phone, code, minutes)


def is_offered() -> bool:
    """Whether there is anything that could hand a code to its phone."""
    return settings.CRM_CODE_SENDER not in {"", NONE}
