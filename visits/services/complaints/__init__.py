"""Complaints: filed past those concerned, looked into by supervisors, answered."""

from .answering import (
    accept_answer,
    answer_complaint,
    close_unspoken,
    say_unsatisfied,
)
from .codes import find_by_code, spaced
from .doors import (
    Door,
    TooManyTriesError,
    forget_tries,
    line_of,
    line_of_user,
    pass_door,
)
from .filing import Complainant, Matter, Receipt, file_complaint
from .guarding import reveal_complainant
from .handling import (
    acknowledge_complaint,
    name_accused,
    note_complaint,
    note_late,
    people_of_unit,
    take_complaint,
)
from .offers import (
    card_token,
    departments_offered,
    people_met_by,
    person_of_card,
)
from .reading import readers_of, supervisors_of, unheard
from .statements import ask_statement, give_statement, heads_for
from .voices import Voice, forget_complainant, reply_to_supervisor, share_complaint

__all__ = [
    "Complainant",
    "Door",
    "Matter",
    "Receipt",
    "TooManyTriesError",
    "Voice",
    "accept_answer",
    "acknowledge_complaint",
    "answer_complaint",
    "ask_statement",
    "card_token",
    "close_unspoken",
    "departments_offered",
    "file_complaint",
    "find_by_code",
    "forget_complainant",
    "forget_tries",
    "give_statement",
    "heads_for",
    "line_of",
    "line_of_user",
    "name_accused",
    "note_complaint",
    "note_late",
    "pass_door",
    "people_met_by",
    "people_of_unit",
    "person_of_card",
    "readers_of",
    "reply_to_supervisor",
    "reveal_complainant",
    "say_unsatisfied",
    "share_complaint",
    "spaced",
    "supervisors_of",
    "take_complaint",
    "unheard",
]
