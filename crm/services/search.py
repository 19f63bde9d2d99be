"""Keep what companies are found by in step with their names, codes and contacts."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, fields

from django.db import transaction

from crm.lib import tasks
from crm.lib.search_tokens import UNREAD, Read, Words, words_of
from crm.models import Company, CompanySearch, Contact

COLUMNS = tuple(one.name for one in fields(Words))
# Companies per task: short transactions, and a failure repeats little.
BATCH = 200
NO_READINGS: Mapping[int, Read] = {}


def refresh(*companies: int) -> None:
    """Make new or changed companies findable at once, by pinyin after a task."""
    write_words(companies)
    enqueue_pinyin(companies)


def rebuild() -> int:
    """Have tasks write every company's words anew; meanwhile the old ones serve."""
    keys = list(Company.objects.order_by("pk").values_list("pk", flat=True))
    with transaction.atomic():
        enqueue_pinyin(keys)
    return len(keys)


def enqueue_pinyin(companies: Sequence[int]) -> None:
    for start in range(0, len(companies), BATCH):
        tasks.enqueue("crm.pinyin.add_pinyin", companies[start : start + BATCH])


def write_words(
    companies: Collection[int],
    readings: Mapping[int, Read] = NO_READINGS,
) -> None:
    """Store the words of these companies, with pinyin where readings are given."""
    words = words_of_companies(companies, readings)
    CompanySearch.objects.bulk_create(
        [row_of(pk, one) for pk, one in words.items()],
        batch_size=500,
        update_conflicts=True,
        unique_fields=["company"],
        update_fields=COLUMNS,
    )


def row_of(company: int, words: Words) -> CompanySearch:
    """A row to be saved; bulk loading writes such rows by itself."""
    return CompanySearch(company_id=company, **asdict(words))


def words_of_companies(
    companies: Collection[int], readings: Mapping[int, Read]
) -> dict[int, Words]:
    people = people_of(companies)
    rows = Company.objects.filter(pk__in=companies).values_list(
        "pk", "name", "short_name", "uscc"
    )
    return {
        pk: words_of(
            [name, short], people.get(pk, ()), code or "", readings.get(pk, UNREAD)
        )
        for pk, name, short, code in rows
    }


def people_of(companies: Collection[int]) -> dict[int, list[str]]:
    """The names of each company's present contacts."""
    people: dict[int, list[str]] = {}
    contacts = Contact.objects.current().filter(company__in=companies)
    for pk, name in contacts.values_list("company_id", "name"):
        people.setdefault(pk, []).append(name)
    return people


def names_of(companies: Iterable[int]) -> list[tuple[int, str, str]]:
    """Key, name and short name, locked in one order: two tasks wait for each other."""
    rows = Company.objects.filter(pk__in=list(companies)).order_by("pk")
    return list(
        rows.select_for_update(of=("self",)).values_list("pk", "name", "short_name")
    )


def save_sort_keys(keys: Mapping[int, str]) -> None:
    for pk, key in keys.items():
        Company.objects.filter(pk=pk).exclude(sort_key=key).update(sort_key=key)
