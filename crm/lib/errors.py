"""What a rule says when it says no."""


class DomainError(Exception):
    """A rule refused, in a sentence a person may read. `code` is stable for the API."""

    code = "refused"

    def __init__(self, sentence: object, *, code: str = "", field: str = "") -> None:
        super().__init__(str(sentence))
        self.sentence = sentence
        self.code = code or self.code
        self.field = field


class WrongStatus(DomainError):
    code = "wrong_status"


class StaleVersion(DomainError):
    """Somebody else saved first. Carries what is stored now and what was typed."""

    code = "stale_version"

    def __init__(self, sentence: object, *, current: object) -> None:
        super().__init__(sentence)
        self.current = current


class Busy(DomainError):
    """The database did not get its turn; trying again is right."""

    code = "busy"
