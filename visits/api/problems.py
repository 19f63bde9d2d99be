"""What is wrong with a sent visit: one sentence for each field, by its path."""

from collections.abc import Iterator
from typing import Any

from rest_framework.exceptions import ValidationError

from crm.lib.errors import DomainError

# Its path as "findings.0.symptom", its code and its message.
Problem = dict[str, str]


def problems_of(error: ValidationError) -> list[Problem]:
    return list(flat(error.get_full_details(), ""))


def flat(details: Any, path: str) -> Iterator[Problem]:  # Any: nested as DRF likes it
    if isinstance(details, list):
        # A list of sentences of one field, or of one dict for each member.
        for number, one in enumerate(details):
            is_sentence = isinstance(one, dict) and is_leaf(one)
            yield from flat(one, path if is_sentence else join(path, number))
    elif is_leaf(details):
        yield {
            "path": path,
            "code": str(details["code"]),
            "message": str(details["message"]),
        }
    else:
        for name, one in details.items():
            whole = name in {"non_field_errors", "__all__"}
            yield from flat(one, path if whole else join(path, name))


def is_leaf(details: dict[str, Any]) -> bool:
    return set(details) == {"message", "code"} and isinstance(details["code"], str)


def join(path: str, part: object) -> str:
    return f"{path}.{part}" if path else str(part)


def problem_of(error: DomainError) -> Problem:
    """A rule's refusal that belongs to a field."""
    return {"path": error.field, "code": error.code, "message": str(error.sentence)}
