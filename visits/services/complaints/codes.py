"""The receipt code: whoever has it reads the answer. Stored is only its digest."""

import re
import unicodedata
from typing import Final
from uuid import UUID

from django.utils.crypto import constant_time_compare, salted_hmac

from visits.models import Complaint

# Letters and digits that cannot be confused: 16 of them are 79 bits.
ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH: Final = 16
GROUP: Final = 4
UNHEARD_OF: Final = re.compile(r"[^0-9A-Z]")


def code_of(client_key: UUID) -> str:
    """The code of the complaint made with this form: the same press, the same code.

    The key is random and known to its browser alone; without ours it says nothing.
    """
    digest = salted_hmac("visits.complaint.code", client_key.hex, algorithm="sha256")
    number = int.from_bytes(digest.digest(), "big")
    letters = []
    for _place in range(LENGTH):
        number, rest = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[rest])
    return "".join(letters)


def spaced(code: str) -> str:
    """As it is read and written down: in groups of four."""
    starts = range(0, len(code), GROUP)
    return "-".join(code[start : start + GROUP] for start in starts)


def bare(typed: str) -> str:
    """However it was typed: small, full-width, with spaces or hyphens."""
    text = unicodedata.normalize("NFKC", typed[:60]).upper()
    return UNHEARD_OF.sub("", text)


def hash_of(code: str) -> str:
    return digest_of("visits.complaint.receipt", bare(code))


def digest_of(salt: str, text: str) -> str:
    """Under our key: who has the table alone tries out nothing."""
    return str(salted_hmac(salt, text, algorithm="sha256").hexdigest())


def find_by_code(code: str) -> Complaint | None:
    """The complaint of this code; a malformed one costs what an unknown one does."""
    wanted = hash_of(code)
    found = Complaint.objects.for_page().filter(code_hash=wanted).first()
    is_right = constant_time_compare(found.code_hash if found else "-", wanted)
    return found if is_right else None
