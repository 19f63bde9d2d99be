"""What a ticket is recognised by, and what the dispatcher is proposed for it."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import pgettext_lazy

from crm.models import Department

from .categories import Category
from .tickets import Ticket


class PieceCount(models.Model):
    """In how many tickets a piece of text stands; piece 0 counts them all.

    Written by visits.services.suggestions alone, a little more with each new ticket.
    """

    piece = models.BigIntegerField(primary_key=True)
    # May fall below none for one that was counted while all were counted anew.
    tickets = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.piece}: {self.tickets}"


class KindCount(models.Model):
    """The same of the tickets that the centre gave a category, by category."""

    pk = models.CompositePrimaryKey("piece", "category")
    piece = models.BigIntegerField()
    # The key of a category; a plain number, as in every row of these counts.
    category = models.BigIntegerField()
    tickets = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.piece} {self.category}: {self.tickets}"


class TicketSketch(models.Model):
    """The pieces that a ticket is found by, and the area within which."""

    ticket = models.OneToOneField(
        Ticket, models.PROTECT, primary_key=True, related_name="sketch"
    )
    # Key of the county or district, 0 where the company lies in none.
    area = models.BigIntegerField()
    pieces: "models.JSONField[Any, Any]" = models.JSONField(default=list)  # of numbers
    # The category under which its words were counted, None before the dispatch.
    learned = models.ForeignKey(
        Category, models.PROTECT, null=True, db_index=False, related_name="+"
    )

    class Meta:
        indexes = [
            models.Index(
                fields=["ticket"],
                name="sketch_unlearned",
                condition=Q(learned__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {len(self.pieces)}"


class SketchPiece(models.Model):
    """The same the other way round: which tickets of an area have a piece.

    Plain numbers, no keys: rows of an index by the million, made anew at any time.
    """

    pk = models.CompositePrimaryKey("area", "piece", "ticket")
    area = models.BigIntegerField()
    piece = models.BigIntegerField()
    ticket = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.area} {self.piece} {self.ticket}"


class Suggestion(models.Model):
    """Category, lead and look-alikes as they were when it was computed, with why.

    A copy, so that a queue of many is read at once; nothing is decided by it.
    """

    class Why(models.TextChoices):
        ALIKE = "alike", pgettext_lazy("suggestion", "similar tickets")
        KIND = "kind", pgettext_lazy("suggestion", "tickets of the category")
        USUAL = "usual", pgettext_lazy("suggestion", "as the category is set")

    ticket = models.OneToOneField(
        Ticket, models.PROTECT, primary_key=True, related_name="suggestion"
    )
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, db_index=False, related_name="+"
    )
    # What spoke for it most: so many of so many tickets with these characters.
    category_piece = models.CharField(max_length=4, blank=True)
    category_count = models.PositiveIntegerField(default=0)
    category_of = models.PositiveIntegerField(default=0)
    # Keys of the next likely ones.
    other_categories: "models.JSONField[Any, Any]" = models.JSONField(
        default=list
    )  # of numbers
    lead = models.ForeignKey(
        Department, models.PROTECT, null=True, db_index=False, related_name="+"
    )
    lead_why = models.CharField(max_length=8, choices=Why, blank=True)
    lead_count = models.PositiveIntegerField(default=0)
    lead_of = models.PositiveIntegerField(default=0)
    # Pairs of a ticket's key and how alike it is in percent, the most alike first.
    alike: "models.JSONField[Any, Any]" = models.JSONField(default=list)  # as said
    computed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="suggestion_counts_within",
                condition=Q(category_count__lte=F("category_of"))
                & Q(lead_count__lte=F("lead_of")),
            ),
            models.CheckConstraint(
                name="suggestion_lead_has_reason",
                condition=Q(lead__isnull=True, lead_why="")
                | Q(lead__isnull=False) & ~Q(lead_why=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id}: {self.category_id} {self.lead_id}"
