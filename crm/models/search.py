"""What a company is found by, and how each database is asked for it."""

from dataclasses import dataclass
from typing import Any

from django.db import connection, models
from django.db.models import Exists, OuterRef, Q
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from crm.lib.search_tokens import Question, Way, question

# Up to this many hits the index leads and the rest of the query sorts them. With more,
# the list's own order leads, and each row is looked up among the hits: a page is full
# soon. With more than few hits each row's text is compared instead.
SOME = 500
FEW = 3_000
# The same for counting, where nothing is sorted.
MANY = 10_000


class CompanySearch(models.Model):
    """One company's searchable words; written by crm.search, never by hand.

    `tokens` feeds the index (SQLite: FTS5 kept by triggers, PostgreSQL: GIN over the
    words), the other columns are compared to tell a hit from a near miss.
    """

    company = models.OneToOneField(
        "crm.Company", models.CASCADE, primary_key=True, related_name="search"
    )
    # Normalised names, one per line.
    names = models.TextField(default="", blank=True)
    # Names of the present contacts and their initials, one per line.
    people = models.TextField(default="", blank=True)
    code = models.CharField(max_length=18, default="", blank=True)
    # One line per way to read the name: "hrfz" and "/heng/run/fang/zhi".
    initials = models.TextField(default="", blank=True)
    pinyin = models.TextField(default="", blank=True)
    people_pinyin = models.TextField(default="", blank=True)
    tokens = models.TextField(default="", blank=True)

    class Meta:
        verbose_name = _("search words of a company")
        verbose_name_plural = _("search words of companies")

    def __str__(self) -> str:
        return self.names.partition("\n")[0]


@dataclass(frozen=True)
class Sql:
    """A condition on the table `s`, with its parameters."""

    text: str
    params: tuple[Any, ...]  # str, or a list of words


@dataclass(frozen=True)
class Condition:
    """Which companies are found: for reading them, and for counting them."""

    rows: Q
    count: Q
    # Like rows, for companies that are asked for in_order().
    ordered: Q


def matching(text: str) -> Condition:
    """What a person typed as conditions on companies; nothing typed fits all.

    Asks the index how common the words are: one query.
    """
    asked = question(text)
    if asked is None:
        return Condition(Q(), Q(), Q())
    if not all(asked):
        nobody = Q(pk__in=[])
        return Condition(nobody, nobody, nobody)
    found = candidates(asked)
    number = frequency(found)
    hits = RawSQL(*confirmed(asked))
    by_index, among_hits = Q(pk__in=hits), Q(any_id__in=hits)
    by_text = Q(Exists(compared(asked).filter(company=OuterRef("pk"))))
    rows = by_index if number <= FEW else by_text
    return Condition(
        rows=rows,
        count=counting(asked, by_index if number <= MANY else by_text),
        ordered=among_hits if SOME < number <= FEW else rows,
    )


def counting(asked: Question, otherwise: Q) -> Q:
    """PostgreSQL stops at the cap if it may begin with the words; fenced, it reads all.

    Only where the words alone decide.
    """
    if connection.vendor == "sqlite" or certain(asked) != asked:
        return otherwise
    text, params = worded(asked)
    has = RawSQL(text, params, output_field=models.BooleanField())
    rows = CompanySearch.objects.filter(has, company=OuterRef("pk"))
    return Q(Exists(rows))


def candidates(asked: Question) -> Sql:
    """The companies whose words fit, from the index."""
    if connection.vendor == "sqlite":
        terms = (
            " OR ".join(f"({' AND '.join(quoted(one))})" for one in words_in(term))
            for term in asked
        )
        match = " AND ".join(f"({term})" for term in terms)
        table = "crm_company_words"
        return Sql(f"SELECT rowid FROM {table} WHERE {table} MATCH %s", (match,))
    condition, params = worded(asked)
    # OFFSET 0 keeps the planner from checking the words of every row in another order.
    fenced = f"SELECT s.company_id FROM crm_companysearch s WHERE {condition} OFFSET 0"
    return Sql(f"SELECT fenced.company_id FROM ({fenced}) fenced", params)


def worded(asked: Question) -> tuple[str, tuple[Any, ...]]:
    """The same for PostgreSQL as a condition on the words; no other table has such."""
    has = "string_to_array(tokens, ' ') @> %s::text[]"
    terms = [words_in(term) for term in asked]
    text = " AND ".join(f"({' OR '.join([has] * len(term))})" for term in terms)
    return text, tuple(list(one) for term in terms for one in term)


def words_in(term: tuple[Way, ...]) -> list[tuple[str, ...]]:
    """The same words may lead to a company's name and to a contact's."""
    return list(dict.fromkeys(way.tokens for way in term))


def quoted(tokens: tuple[str, ...]) -> list[str]:
    return [f'"{token}"' for token in tokens]


def frequency(found: Sql) -> int:
    """How many the index has, as far as it matters."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # From its statistics: counting would cost more than what it decides.
            cursor.execute(f"EXPLAIN (FORMAT JSON) {found.text}", found.params)
            return int(cursor.fetchone()[0][0]["Plan"]["Plan Rows"])
        cursor.execute(
            f"SELECT count(*) FROM ({found.text} LIMIT {MANY + 1}) few", found.params
        )
        return int(cursor.fetchone()[0])


def confirmed(asked: Question) -> tuple[str, tuple[Any, ...]]:
    """Who is found: by words that decide alone, or by what the text says besides."""
    sure = certain(asked)
    if sure == asked:
        found = candidates(asked)
        return found.text, found.params
    if len(asked) > 1 or not all(sure):
        return narrowed(asked)
    found = candidates(sure)
    rest, params = narrowed((tuple(way for way in asked[0] if not way.is_exact),))
    return f"{found.text} UNION {rest}", (*found.params, *params)


def certain(asked: Question) -> Question:
    """Only the ways that the words alone decide."""
    return tuple(tuple(way for way in term if way.is_exact) for term in asked)


def narrowed(asked: Question) -> tuple[str, tuple[Any, ...]]:
    """The candidates, less those whose text does not bear the words out."""
    found = candidates(asked)
    conditions, params = [], []
    for term in asked:
        conditions.append(" OR ".join(f"c.{way.column} LIKE %s" for way in term))
        params += ["%" + way.needle + ("" if way.at_end else "%") for way in term]
    rest = " AND ".join(f"({one})" for one in conditions)
    text = (
        "SELECT c.company_id FROM crm_companysearch c "
        f"WHERE c.company_id IN ({found.text}) AND {rest}"
    )
    return text, (*found.params, *params)


def compared(asked: Question) -> "models.QuerySet[CompanySearch]":
    """The same question to the stored text, row by row."""
    rows = CompanySearch.objects.all()
    for term in asked:
        condition = Q(pk__in=[])
        for number, way in enumerate(term):
            lookup = "endswith" if way.at_end else "contains"
            one = Q(**{f"{way.column}__{lookup}": way.needle})
            condition = one if number == 0 else condition | one
        rows = rows.filter(condition)
    return rows
