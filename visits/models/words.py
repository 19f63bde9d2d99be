"""What a company says when it is asked: the same four answers by every way."""

from django.db import models
from django.utils.translation import pgettext_lazy


class Word(models.TextChoices):
    """The company's word on an answer; the first three close the ticket."""

    SOLVED = "solved", pgettext_lazy("company's word", "solved")
    PARTLY = "partly", pgettext_lazy("company's word", "partly solved")
    NOT_SOLVED = "not_solved", pgettext_lazy("company's word", "not solved")
    EXPLAINED = "explained", pgettext_lazy("company's word", "only explained")
